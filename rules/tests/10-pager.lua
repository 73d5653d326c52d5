-- Needs [notify.phone] and an account that can send.
test "what is down goes to whoever is on call" {
  message = message {
    from = "Monitoring <alerts@monitoring.example>", subject = "CRIT: db1 is DOWN", text = "PING CRITICAL\n",
  },
  expect  = {
    mark "flagged",
    forward { to = "oncall@example.com", as = "attachment", first = true },
    notify { channel = "phone", title = "CRIT: db1 is DOWN" },
  },
  rules   = { "Pager" },
}

test "what is back wakes nobody" {
  message = message { from = "alerts@monitoring.example", subject = "OK: db1 is back" },
  expect  = {},
  rules   = {},
}

test "CRITICS are no alert" {
  message = message { from = "alerts@monitoring.example", subject = "What the CRITICS say" },
  rules   = {},
}
