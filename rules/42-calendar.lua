-- What calendars send to calendars goes to the folder Calendar: that somebody accepts, and each update of an invitation
-- that came before (unread: the time may have changed). What needs you stays in the inbox: new invitations,
-- cancellations, and replies that decline. It reads the calendar part itself, not subjects, which differ by
-- program and language. It stands behind newsletters and lists, so that those need not be fetched whole for it.
local function calendar(m)
  -- What is larger is no business of calendars, and need not be fetched.
  if m.size > 1000000 then return "" end
  for _, part in ipairs(m.parts) do
    if part.type == "text/calendar" or part.filename:lower():match "%.ics$" then
      -- Lines are folded after 75 bytes. What is asked here stands at the beginning.
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
