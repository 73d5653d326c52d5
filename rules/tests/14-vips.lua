test "a name from vip.txt is flagged, and nothing files it" {
  message = message {
    from = "Notary <NOTARY@chambers.example>", subject = "Invoice",
    attachments = { { filename = "invoice.pdf", type = "application/pdf", content = "%PDF" } },
  },
  expect  = { mark "flagged" },
  rules   = { "VIPs" },
}

test "both addresses of a card count" {
  message = message { from = "Grace <grace@observatory.example>", subject = "Saturn" },
  expect  = { mark "flagged" },
  rules   = { "VIPs" },
}

test "a display name is no address" {
  message = message { from = '"notary@chambers.example" <win@lottery.example>', subject = "Open at once" },
  expect  = {},
  rules   = {},
}
