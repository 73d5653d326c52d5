local film = { { filename = "film.mp4", type = "video/mp4", content = "mp4" } }

test "a large attachment" {
  message = message { from = "cousin@friends.example", size = "8MB", attachments = film },
  expect  = { move "Large" },
  rules   = { "Large attachments" },
}

test "a small one" {
  message = message { from = "cousin@friends.example", size = "4MB", attachments = film },
  expect  = {},
  rules   = {},
}

test "a large message that has none" {
  message = message { from = "cousin@friends.example", size = "8MB", text = "A very long letter." },
  expect  = {},
  rules   = {},
}
