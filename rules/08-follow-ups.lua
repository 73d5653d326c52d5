-- A mail of yours that asked something and has no answer after three days is flagged where you sent it from. The
-- flag shows up wherever your mail program lists flagged mail; take it away, and it stays away. Only answers that
-- reach INBOX while Postmoon runs are seen. `Sent*` is the folder of iCloud ("Sent Messages") and most others; Gmail's
-- is "[Gmail]/Sent Mail". The second rule makes flagged mail that you read and forgot unread again, once a week.
local asks = body:matches [[(?m)^[^>\n].*\?(\s|$)]]

rule "Unanswered questions" {
  on     = { "new", "schedule" },
  at     = "08:00",
  folder = { "INBOX", "Sent*" },
  when   = function(m)
    if m.event.kind == "new" then
      -- Something came: remember what it answers.
      if m.in_reply_to ~= "" then seen_before(m.in_reply_to:sub(1, 900), "30d") end
      return false
    end
    if m.folder == "INBOX" or m.message_id == "" then return false end
    -- In this order: asking `seen_before` remembers too, and so each question is flagged once.
    return m:is(older "3d" & newer "14d" & asks) and not seen_before(m.message_id:sub(1, 900), "30d")
  end,
  run    = { mark "flagged" },
}

rule "Flagged and forgotten" {
  on     = "schedule",
  at     = "08:00",
  folder = "INBOX",
  when   = flag "flagged" & flag "seen" & ~flag "answered" & older "7d",
  run    = function(m)
    if rate(m.message_id:sub(1, 900), 1, "7d") then m:unmark "seen" end
  end,
}
