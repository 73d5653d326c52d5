local now = "2026-11-25 08:00"
local scheduled = { kind = "schedule", rule = "Unanswered questions" }

test "a question without an answer is flagged after three days" {
  message = message {
    folder = "Sent Messages", event = scheduled, received = "2026-11-21 10:00", flags = "seen",
    from = "jane@icloud.com", to = "sam@friends.example", message_id = "q1@icloud.com",
    text = "Dear Sam,\n\nshall we meet on Friday?\n\nJane\n",
  },
  now     = now,
  expect  = { mark "flagged" },
  rules   = { "Unanswered questions" },
}

test "not when the answer has come" {
  before  = {
    message {
      from = "sam@friends.example", in_reply_to = "q1@icloud.com", received = "2026-11-22 10:00", text = "Yes!\n",
    },
  },
  message = message {
    folder = "Sent Messages", event = scheduled, received = "2026-11-21 10:00", message_id = "q1@icloud.com",
    from = "jane@icloud.com", text = "Shall we meet on Friday?\n",
  },
  now     = now,
  rules   = {},
}

test "not when it is two days old" {
  message = message {
    folder = "Sent Messages", event = scheduled, received = "2026-11-23 10:00", message_id = "q2@icloud.com",
    from = "jane@icloud.com", text = "Shall we meet on Friday?\n",
  },
  now     = now,
  rules   = {},
}

test "a question that only the quoted text asks is none, and a link is none either" {
  message = message {
    folder = "Sent", event = scheduled, received = "2026-11-21 10:00", message_id = "q3@icloud.com",
    from = "jane@icloud.com", text = "Yes, see https://map.example/?at=cafe.\n\nOn Monday Sam wrote:\n> Friday?\n",
  },
  now     = now,
  rules   = {},
}

test "nothing in the inbox is a question of mine" {
  message = message {
    event = scheduled, received = "2026-11-21 10:00", from = "sam@friends.example", message_id = "q4@friends.example",
    text = "Shall we meet on Friday?\n",
  },
  now     = now,
  rules   = {},
}

test "an answer that comes is only remembered" {
  message = message {
    from = "sam@friends.example", in_reply_to = "q1@icloud.com", message_id = "a1@friends.example", text = "Yes!\n",
  },
  expect  = {},
  rules   = {},
}

local forgotten = { kind = "schedule", rule = "Flagged and forgotten" }

test "flagged and read a week ago is unread again" {
  message = message {
    event = forgotten, received = "2026-11-15 10:00", flags = { "flagged", "seen" }, from = "notary@chambers.example",
    message_id = "deed@chambers.example",
  },
  now     = now,
  expect  = { unmark "seen" },
  rules   = { "Flagged and forgotten" },
}

test "not when it was answered" {
  message = message {
    event = forgotten, received = "2026-11-15 10:00", flags = { "flagged", "seen", "answered" },
    from = "notary@chambers.example", message_id = "deed@chambers.example",
  },
  now     = now,
  rules   = {},
}
