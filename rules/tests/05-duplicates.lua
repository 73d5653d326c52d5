-- What is a second copy depends on what came before.
local first = { from = "tom@friends.example", message_id = "1@friends.example", date = "2026-11-25 10:00" }
local listed = {
  from = "tom@friends.example", message_id = "1@friends.example", date = "2026-11-25 10:00", subject = "[club] Hello",
  list_id = "club.lists.example", headers = { ["List-Post"] = "<mailto:club@lists.example>" },
}

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

test "the second copy is one, whichever way it came" {
  before  = { message(first) },
  message = message(listed),
  expect  = { mark "seen", move "Duplicates" },
  rules   = { "Duplicates" },
}

test "the same Message-ID on another day is a sender's carelessness" {
  before  = { message(first) },
  message = message { from = "tom@friends.example", message_id = "1@friends.example", date = "2026-11-26 10:00" },
  expect  = {},
  rules   = {},
}

test "to a sweep nothing is a copy of itself" {
  before  = { message(first) },
  message = message {
    from = "tom@friends.example", message_id = "1@friends.example", date = "2026-11-25 10:00", event = "sweep",
  },
  expect  = {},
  rules   = {},
}
