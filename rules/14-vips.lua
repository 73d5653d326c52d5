-- Mail from the people in two lists is flagged and stays in the inbox, whatever a later rule would like: `stop`.
-- lists/vip.txt has one address a line. lists/contacts.vcf is what the address book exports; export a group, not all of
-- it, or everybody is important. A From can be forged: where the mail server writes down what it checked,
-- `& auth:pass "dmarc"` wants its word for it.
local vips = from:one_of(list.file "lists/vip.txt") | from:one_of(list.vcard "lists/contacts.vcf")

rule "VIPs" {
  when = vips,
  run  = { mark "flagged", stop },
}
