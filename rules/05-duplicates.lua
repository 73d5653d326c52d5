-- The second copy of a message, of which a mailing list or a careless server sends two, goes to Duplicates, read.
-- It stands first, so that nobody is paged twice. Which of two copies comes first is chance: it may be the list's.
-- Message-ID and Date together tell messages apart; some senders use one Message-ID for everything they send.
rule "Duplicates" {
  when = function(m)
    -- Only as mail comes: to `sweep`, each message would be a copy of itself.
    if m.event.kind ~= "new" or m.message_id == "" then return false end
    local key = m.account .. " " .. tostring(m.date) .. " " .. m.message_id
    return seen_before(key:sub(1, 900), "30d")
  end,
  run = { mark "seen", move "Duplicates" },
}
