-- The family is never filed away: `stop` keeps every later rule off. Their pictures and films are copied into a folder
-- of their own, where they are found again in ten years; the message itself stays in the inbox.
-- Who the family is stands in lists/family.lua. Copies take room: they count against your mailbox like the message.
local family   = require "lists/family"
local pictures = filename:matches [[\.(jpe?g|png|heic|gif|mov|mp4)$]]

rule "Family pictures" {
  when = family.from & pictures,
  run  = { copy "Family/Pictures" },
}

rule "Family" {
  when = family.from,
  run  = { stop },
}
