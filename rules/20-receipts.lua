-- Receipts are kept for the tax office, not for today: read, and out of the way.
-- Put your shops in. `domain` takes subdomains along (email.apple.com), but not apple.com.somewhere.example.
local shops = from:domain { "apple.com", "paypal.com", "amazon.com", "etsy.com" }

rule "Receipts" {
  when = shops & subject:matches [[\b(receipt|invoice|your order)\b]],
  run  = { mark "seen", move "Receipts" },
}
