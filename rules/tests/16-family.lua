local garden = { { filename = "Roses.JPG", type = "image/jpeg", content = "jpeg" } }

test "pictures are copied, and the message stays" {
  message = message { from = "Grandma <grandma@home.example>", subject = "The garden", attachments = garden },
  expect  = { copy "Family/Pictures" },
  rules   = { "Family pictures", "Family" },
}

test "large ones are not filed with what is large" {
  message = message { from = "grandma@home.example", size = "12MB", attachments = garden },
  expect  = { copy "Family/Pictures" },
  rules   = { "Family pictures", "Family" },
}

test "a letter is left alone" {
  message = message { from = "sam@home.example", text = "The roses are out. See roses.jpg on my page." },
  expect  = {},
  rules   = { "Family" },
}

test "pictures of others are theirs" {
  message = message { from = "studio@photos.example", attachments = garden },
  expect  = {},
  rules   = {},
}
