local event = { kind = "schedule", rule = "Read newsletters" }

test "read a week ago" {
  message = message { folder = "Newsletters", event = event, received = "2026-11-15 10:00", flags = "seen" },
  now     = "2026-11-25 10:00",
  expect  = { archive },
  rules   = { "Read newsletters" },
}

test "not read yet" {
  message = message { folder = "Newsletters", event = event, received = "2026-11-15 10:00" },
  now     = "2026-11-25 10:00",
  rules   = {},
}

test "kept by a flag" {
  message = message {
    folder = "Newsletters", event = event, received = "2026-11-15 10:00",
    flags = { "seen", "flagged" },
  },
  now     = "2026-11-25 10:00",
  rules   = {},
}

test "another folder" {
  message = message { event = event, received = "2026-11-15 10:00", flags = "seen" },
  now     = "2026-11-25 10:00",
  rules   = {},
}
