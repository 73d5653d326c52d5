-- These people may ring: by day at once, at most six times an hour. What came at night is told at seven in the
-- morning, unless you have read it by then. On Saturday and Sunday nothing is told at once. Put your own people in,
-- and a [notify.phone] into the configuration: without it these rules fail on the first message that they match.
-- The times are in the configuration's `timezone`. Phones know quiet hours too; these are for some senders only.
local people  = from:one_of { "boss@work.example", "school@lessons.example" }
local night   = received:between("22:00", "07:00")
local weekend = received:weekday { "sat", "sun" }

local function tell(m)
  m:notify { channel = "phone", title = m.from.name, body = m.subject }
end

rule "Told by day" {
  -- `newer`: what comes late, after a night without network, is no news.
  when = people & ~night & ~weekend & newer "1h" & ~flag "seen",
  run  = function(m)
    if rate("phone", 6, "1h") then tell(m) end
  end,
}

rule "Told in the morning" {
  on     = "schedule",
  at     = "07:00",
  folder = "INBOX",
  when   = people & night & newer "10h" & ~flag "seen",
  run    = tell,
}
