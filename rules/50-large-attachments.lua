-- What fills a mailbox is a few large messages. They get a folder where they are easily found and weeded.
rule "Large attachments" {
  when = size:over "5MB" & has_attachment,
  run  = { move "Large" },
}
