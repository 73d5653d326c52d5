-- Needs [notify.phone]. The 25th of November 2026 is a Wednesday.
test "by day it is told at once" {
  message = message {
    from = "Ms Example <boss@work.example>", subject = "The contract", received = "2026-11-25 14:00",
  },
  now     = "2026-11-25 14:01",
  expect  = { notify { channel = "phone", title = "Ms Example", body = "The contract" } },
  rules   = { "Told by day" },
}

test "by day, from somebody else" {
  message = message { from = "ms.example@elsewhere.example", received = "2026-11-25 14:00" },
  now     = "2026-11-25 14:01",
  rules   = {},
}

test "at night it is not" {
  message = message { from = "school@lessons.example", subject = "Snow", received = "2026-11-25 23:30" },
  now     = "2026-11-25 23:30",
  expect  = {},
  rules   = {},
}

test "nor on Sunday" {
  message = message { from = "school@lessons.example", received = "2026-11-29 14:00" },
  now     = "2026-11-29 14:00",
  rules   = {},
}

test "nor hours later" {
  message = message { from = "school@lessons.example", received = "2026-11-25 09:00" },
  now     = "2026-11-25 14:00",
  rules   = {},
}

local morning = { kind = "schedule", rule = "Told in the morning" }

test "in the morning what came at night is told" {
  message = message {
    event = morning, from = "The school <school@lessons.example>", subject = "Snow", received = "2026-11-25 23:30",
  },
  now     = "2026-11-26 07:00",
  expect  = { notify { channel = "phone", title = "The school", body = "Snow" } },
  rules   = { "Told in the morning" },
}

test "unless it was read by then" {
  message = message { event = morning, from = "school@lessons.example", received = "2026-11-25 23:30", flags = "seen" },
  now     = "2026-11-26 07:00",
  rules   = {},
}

test "what came in the evening was told then" {
  message = message { event = morning, from = "school@lessons.example", received = "2026-11-25 21:30" },
  now     = "2026-11-26 07:00",
  rules   = {},
}
