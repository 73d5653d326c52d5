-- A calendar part as programs write it: folded after 75 bytes, here in the middle of what is asked.
local function part(method, more)
  return "BEGIN:VCALENDAR\r\nPRODID:-//Example//Calendar//EN\r\nMETHOD:" .. method .. "\r\nBEGIN:VEVENT\r\n"
    .. "UID:40bd-1@calendar.example\r\nSUMMARY:Lunch\r\n" .. more .. "END:VEVENT\r\nEND:VCALENDAR\r\n"
end
local function answer(state)
  return part("REPLY", "ATTENDEE;CN=Sam Example;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PART\r\n STAT=" .. state
    .. ":mailto:sam@friends.example\r\n")
end
local function attached(content)
  return { { filename = "invite.ics", type = "text/calendar", content = content } }
end

test "an acceptance is filed, read" {
  message = message {
    from = "sam@friends.example", subject = "Zugesagt: Lunch",
    attachments = attached(answer "ACCEPTED"),
  },
  expect  = { mark "seen", move "Calendar" },
  rules   = { "Accepted" },
}

test "so is a perhaps, and a message that is nothing but the calendar part" {
  message = message {
    from = "sam@friends.example", subject = "Tentative: Lunch", text = answer "TENTATIVE",
    headers = { ["MIME-Version"] = "1.0", ["Content-Type"] = "text/calendar; method=REPLY" },
  },
  expect  = { mark "seen", move "Calendar" },
  rules   = { "Accepted" },
}

test "a refusal stays" {
  message = message {
    from = "sam@friends.example", subject = "Declined: Lunch",
    attachments = attached(answer "DECLINED"),
  },
  expect  = {},
  rules   = {},
}

test "an invitation stays, though its guests have accepted" {
  message = message {
    from = "boss@corp.example", subject = "Invitation: Lunch",
    attachments = attached(part("REQUEST", "SEQUENCE:0\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@friends.example\r\n")),
  },
  expect  = {},
  rules   = {},
}

test "so does a cancellation" {
  message = message { from = "boss@corp.example", attachments = attached(part("CANCEL", "STATUS:CANCELLED\r\n")) },
  expect  = {},
  rules   = {},
}

test "so does a letter that talks about calendars" {
  message = message {
    from = "sam@friends.example", subject = "Accepted: your manuscript",
    text = "METHOD:REPLY\nPARTSTAT=ACCEPTED",
  },
  expect  = {},
  rules   = {},
}

test "what is large is not looked into" {
  message = message { from = "sam@friends.example", size = "3MB", attachments = attached(answer "ACCEPTED") },
  expect  = {},
  rules   = {},
}

local function invitation(sequence, event)
  return message {
    from = "boss@corp.example", subject = "Invitation: Lunch", event = event,
    attachments = attached(part("REQUEST", "SEQUENCE:" .. sequence .. "\r\n")),
  }
end

test "an update of an invitation is filed, unread" {
  before  = { invitation(0, "new") },
  message = invitation(1, "new"),
  expect  = { move "Calendar" },
  rules   = { "Updated invitations" },
}

test "to a sweep no invitation is an update of itself" {
  before  = { invitation(0, "new") },
  message = invitation(0, "sweep"),
  expect  = {},
  rules   = {},
}
