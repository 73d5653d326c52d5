test "a newsletter is filed by its List-Id" {
  message = message {
    from = "editor@swift.example", list_id = "Swift Weekly <weekly.swift.example>",
    subject = "Issue 212",
  },
  expect  = { move "Newsletters" },
  rules   = { "Newsletters" },
}

test "so is what Mailchimp sends for others" {
  message = message { from = "hello@bookshop.example", list_id = "<8d1f9.31337.list-manage.com>" },
  expect  = { move "Newsletters" },
  rules   = { "Newsletters" },
}

test "a letter from the editor stays" {
  message = message { from = "editor@swift.example", subject = "Re: your article" },
  expect  = {},
  rules   = {},
}
