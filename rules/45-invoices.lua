-- An invoice with its PDF goes to Invoices with a flag, which you take away when it is paid. The word may stand in the
-- subject or in the PDF's name; add the words of your languages. Shops in 20-receipts.lua were taken before.
-- The rule files, it vouches for nobody: an invoice that you did not expect is the oldest trick there is.
local invoice = [[(?<!\pL)(invoice|rechnung|facture|fattura|factura|factuur|faktura)]]

rule "Invoices" {
  when = (subject:matches(invoice) & filename:ends ".pdf") | filename:matches(invoice .. [[.*\.pdf$]]),
  run  = { mark "flagged", move "Invoices" },
}
