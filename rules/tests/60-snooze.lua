test "late in the evening it waits for the morning" {
  message = message { from = "colleague@team.work.example", subject = "Quick one", received = "2026-11-25 22:10" },
  now     = "2026-11-25 22:11",
  expect  = { snooze "2026-11-26 07:30" },
  rules   = { "Work waits for the morning" },
}

test "early in the morning it waits as well" {
  message = message { from = "colleague@work.example", received = "2026-11-26 05:00" },
  now     = "2026-11-26 05:01",
  expect  = { snooze "2026-11-26 07:30" },
  rules   = { "Work waits for the morning" },
}

test "by day it does not" {
  message = message { from = "colleague@work.example", received = "2026-11-25 12:00" },
  now     = "2026-11-25 12:00",
  expect  = {},
  rules   = {},
}

test "what came at five and is seen at eight stays" {
  message = message { from = "colleague@work.example", received = "2026-11-26 05:00" },
  now     = "2026-11-26 08:00",
  expect  = {},
  rules   = {},
}

test "others reach you at any time" {
  message = message { from = "sam@friends.example", received = "2026-11-25 23:00" },
  now     = "2026-11-25 23:00",
  expect  = {},
  rules   = {},
}
