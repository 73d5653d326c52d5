-- What is a second copy depends on the first one; the first is never one, however it comes.
local first = { from = "tom@friends.example", message_id = "1@friends.example", subject = "Hello", text = "Hi." }

test "the first copy stays" {
  message = message(first),
  expect  = {},
  rules   = {},
}

test "a message without a Message-ID is no copy of another without one" {
  message = message { from = "tom@friends.example", subject = "Hello" },
  expect  = {},
  rules   = {},
}
