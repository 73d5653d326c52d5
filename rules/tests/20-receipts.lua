test "a receipt is filed, read" {
  message = message { from = "Apple <no_reply@email.apple.com>", subject = "Your receipt from Apple" },
  expect  = { mark "seen", move "Receipts" },
  rules   = { "Receipts" },
}

test "other mail of the shop stays" {
  message = message { from = "no_reply@email.apple.com", subject = "Your Apple Account was used to sign in" },
  expect  = {},
  rules   = {},
}

test "a shop that only looks like one stays" {
  message = message { from = "Apple <billing@apple.com.account-check.example>", subject = "Your receipt: 899 EUR" },
  expect  = {},
  rules   = {},
}
