extension MessageField {
    var reference: ReferenceEntry {
        switch self {
        case .account, .folder, .uid, .event, .flags, .size, .received, .date, .age: facts
        case .from, .to, .cc, .bcc, .replyTo, .sender: addresses
        case .subject, .listID, .listUnsubscribe, .messageID, .inReplyTo, .references, .headers: header
        case .text, .html, .attachments, .parts, .raw: content
        }
    }

    private func entry(_ type: ReferenceType, _ text: String, _ example: String) -> ReferenceEntry {
        ReferenceEntry(rawValue, type, text, example: ReferenceExample(example))
    }

    private var facts: ReferenceEntry {
        switch self {
        case .folder:
            entry(.text, "The folder where it was found.", "if m.folder == \"INBOX\" then m:mark \"flagged\" end")
        case .uid: entry(.integer, "Its number in the folder.", "print(m.uid)")
        case .event:
            entry(
                .named("Event"), "What happened to it.", "if m.event.kind == \"flags\" then print(m.event.added[1]) end"
            )
        case .flags:
            entry(
                .named("Flags"), "Its flags and keywords, as the plan so far leaves them.",
                "if m.flags.seen and not m.flags.Invoice then m:archive() end")
        case .size: entry(.integer, "Bytes of the whole message.", "if m.size > 5e6 then m:move \"Large\" end")
        case .received:
            entry(
                .integer, "When the server got it, in seconds since 1970.", "m:move(os.date(\"Mail/%Y\", m.received))")
        case .date:
            entry(
                .optional(.integer), "When the sender says it was written, in seconds since 1970.",
                "if m.date and m.date > m.received + 86400 then m:junk() end")
        case .age: entry(.integer, "Seconds since it was received.", "if m.age > 7 * 86400 then m:archive() end")
        default: entry(.text, "The account's name in the configuration.", "m:log(\"in \" .. m.account)")
        }
    }

    private var addresses: ReferenceEntry {
        let list = ReferenceType.list(.named("Address"))
        return switch self {
        case .to: entry(list, "The `To` addresses.", "for _, a in ipairs(m.to) do print(a.address) end")
        case .cc: entry(list, "The `Cc` addresses.", "if #m.cc > 20 then m:move \"Crowds\" end")
        case .bcc: entry(list, "The `Bcc` addresses.", "print(#m.bcc)")
        case .replyTo:
            entry(
                list, "Where answers are wanted.",
                "if m.reply_to[1] and m.from and m.reply_to[1].domain ~= m.from.domain then m:mark \"flagged\" end")
        case .sender:
            entry(
                .optional(.named("Address")), "The `Sender`, when somebody else than `from` sent it.",
                "if m.sender then print(m.sender) end")
        default:
            entry(
                .optional(.named("Address")), "Who wrote it; it prints as the header shows it.",
                "if m.from then m:move(\"People/\" .. m.from.localpart) end")
        }
    }

    private var header: ReferenceEntry {
        switch self {
        case .listID:
            entry(
                .text, "The identifier between the brackets of `List-Id`.",
                "if m.list_id ~= \"\" then m:move(\"Lists/\" .. m.list_id:match \"^[^.]+\") end")
        case .listUnsubscribe: entry(.text, "How to leave the list, as its header says.", "print(m.list_unsubscribe)")
        case .messageID:
            entry(.text, "`Message-ID` without brackets.", "if seen_before(m.message_id, \"30d\") then m:trash() end")
        case .inReplyTo:
            entry(.text, "The `Message-ID` that it answers.", "if m.in_reply_to ~= \"\" then m:mark \"flagged\" end")
        case .references:
            entry(.textList, "The `Message-ID`s of its thread.", "if #m.references > 20 then m:keyword \"Long\" end")
        case .headers:
            entry(
                .named("Headers"), "Each header field by name, whatever its case: the first of that name, or `\"\"`.",
                "if m.headers[\"X-Priority\"]:match \"^1\" then m:mark \"flagged\" end")
        default:
            entry(
                .text, "The subject.",
                "local number = m.subject:match \"#(%d+)\"\nif number then m:keyword(\"T\" .. number) end")
        }
    }

    private var content: ReferenceEntry {
        switch self {
        case .html:
            entry(
                .text, "The HTML text, as it was sent.",
                "if m.html:find(\"<form\", 1, true) then m:mark \"flagged\" end")
        case .attachments:
            entry(
                .list(.named("Attachment")), "Its attachments.",
                "for _, a in ipairs(m.attachments) do print(a.filename, a.type, a.size) end")
        case .parts:
            entry(
                .list(.named("Part")), "All its parts, the inner ones of a multipart behind it.",
                "for _, p in ipairs(m.parts) do print(p.path, p.type) end")
        case .raw: entry(.text, "All its bytes.", "print(#m.raw)")
        default:
            entry(
                .text, "The text parts that are no attachments, or text made of the HTML.",
                "local total = m.text:match \"Total: (%S+)\"\nif total then m:log(total) end")
        }
    }
}
