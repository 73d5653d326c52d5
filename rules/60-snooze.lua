-- Mail from work that comes in the evening or at night goes away at once and is back, unread, at half past seven.
-- Put the domain of your work in. `newer` is there for the day on which Postmoon starts late: what came at five and is
-- seen at eight stays where it is. Who must reach you at night stands further up, in 14-vips.lua.
rule "Work waits for the morning" {
  when = from:domain "work.example" & received:between("20:00", "07:00") & newer "15m",
  run  = { snooze "07:30" },
}
