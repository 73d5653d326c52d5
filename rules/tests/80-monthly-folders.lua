local event = { kind = "schedule", rule = "Receipts by month" }

test "a receipt of spring goes to its month" {
  message = message { folder = "Receipts", event = event, received = "2026-04-15 12:00", date = "2001-01-01" },
  now     = "2026-11-25 10:00",
  expect  = { move "Archive/2026/04" },
  rules   = { "Receipts by month" },
}

test "one of last month stays" {
  message = message { folder = "Receipts", event = event, received = "2026-10-15 12:00" },
  now     = "2026-11-25 10:00",
  expect  = {},
  rules   = {},
}
