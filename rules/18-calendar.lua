-- What calendars send to calendars goes to the folder Calendar: that somebody accepts, and each update of an invitation
-- that came before (unread: the time may have changed). What needs you stays in the inbox: new invitations,
-- cancellations, and replies that decline. It reads the calendar part itself, not subjects, which differ by
-- program and language. Calendar programs see to most of this by themselves; that they do is why it can be filed.
local function calendar(m)
  for _, part in ipairs(m.parts) do
    local is_calendar = part.type == "text/calendar" or part.filename:lower():match "%.ics$"
    -- Whole pictures may hang on an invitation; what is asked here stands before them.
    if is_calendar and part.size < 1000000 then
      -- Lines are folded after 75 bytes.
      return "\n" .. part.content:sub(1, 100000):gsub("\r?\n[ \t]", ""):upper()
    end
  end
  return ""
end

rule "Accepted" {
  when = function(m)
    local event = calendar(m)
    local answer = event:match "[;:]PARTSTAT=\"?(%u+)"
    return event:match "\nMETHOD:REPLY" and (answer == "ACCEPTED" or answer == "TENTATIVE")
  end,
  run  = { mark "seen", move "Calendar" },
}

rule "Updated invitations" {
  when = function(m)
    -- Only as mail comes: to `sweep`, each invitation would be an update of itself.
    if m.event.kind ~= "new" then return false end
    local event = calendar(m)
    local id = event:match "\nMETHOD:REQUEST" and event:match "\nUID:([^\r\n]+)"
    return id and seen_before(id:sub(1, 900), "400d")
  end,
  run  = { move "Calendar" },
}
