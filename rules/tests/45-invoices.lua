local function pdf(name)
  return { { filename = name, type = "application/pdf", content = "%PDF-1.7" } }
end

test "the subject says it" {
  message = message {
    from = "office@plumber.example", subject = "Ihre Rechnung 2026-117",
    attachments = pdf "117.pdf",
  },
  expect  = { mark "flagged", move "Invoices" },
  rules   = { "Invoices" },
}

test "the file says it" {
  message = message {
    from = "office@plumber.example", subject = "Our work in October",
    attachments = pdf "2026_Invoice_117.PDF",
  },
  expect  = { mark "flagged", move "Invoices" },
  rules   = { "Invoices" },
}

test "talk of an invoice stays" {
  message = message { from = "office@plumber.example", subject = "About the invoice", text = "It is in the post." },
  expect  = {},
  rules   = {},
}

test "a word that ends like one is none" {
  message = message { from = "bank@bank.example", subject = "Berechnung", attachments = pdf "Zinsberechnung.pdf" },
  expect  = {},
  rules   = {},
}

test "a page to sign in on is no PDF" {
  message = message {
    from = "billing@apple.com.account-check.example", subject = "Invoice 899 EUR",
    attachments = { { filename = "invoice.pdf.html", type = "text/html", content = "<form>" } },
  },
  expect  = {},
  rules   = {},
}
