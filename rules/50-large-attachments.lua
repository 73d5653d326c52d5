-- What fills a mailbox is a few large messages. They get a folder where they are easily found and weeded.
-- `size` is that of the whole message as it was sent, a third more than the files in it.
rule "Large attachments" {
  when = size:over "5MB" & has_attachment,
  run  = { move "Large" },
}
