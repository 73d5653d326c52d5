test "each list has its folder" {
  message = message {
    from = "ada@example.net", to = "pgsql-general@lists.example.org", subject = "[pgsql-general] An index",
    list_id = "General questions <pgsql-general.lists.example.org>",
    headers = { ["List-Post"] = "<mailto:pgsql-general@lists.example.org>" },
  },
  expect  = { move "Lists/pgsql-general" },
  rules   = { "Mailing lists" },
}

test "a list that nobody can write to is left alone" {
  message = message { from = "news@museum.example", list_id = "<news.museum.example>" },
  expect  = {},
  rules   = {},
}

test "an identifier that gives no name files nothing" {
  message = message { from = "a@example.net", list_id = "<.odd>", headers = { ["List-Post"] = "NO" } },
  expect  = {},
  rules   = { "Mailing lists" },
}

test "nor does one as long as a letter" {
  message = message { from = "a@example.net", list_id = ("l"):rep(4000), headers = { ["List-Post"] = "NO" } },
  expect  = {},
  rules   = { "Mailing lists" },
}
