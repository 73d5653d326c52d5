-- Receipts of more than three months ago move into a folder for their month: Archive/2026/11. The month is that in
-- which the server got the message; `m.date` is what the sender claims. Folders are made as they are needed.
-- The first day may have much to move: past 200 in ten minutes the rest is held until `postmoon release`.
-- For the inbox write `folder = "INBOX"`, and ask for `flag "seen" & ~flag "flagged"` as well.
rule "Receipts by month" {
  on     = "schedule",
  every  = "1d",
  folder = "Receipts",
  when   = older "90d",
  run    = function(m)
    m:move(os.date("Archive/%Y/%m", m.received))
  end,
}
