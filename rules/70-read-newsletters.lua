-- Newsletters that you have read are archived a week after they came. What is unread or flagged stays.
-- `every = "1d"` looks at the folder once a day; `at = "04:30"` would say when. To be rid of them write `trash`.
-- The rule that fills the folder is in 30-newsletters.lua.
rule "Read newsletters" {
  on     = "schedule",
  every  = "1d",
  folder = "Newsletters",
  when   = flag "seen" & ~flag "flagged" & older "7d",
  run    = { archive },
}
