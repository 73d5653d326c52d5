extension ByteCursor {
    /// `envelope` of RFC 3501 §9.
    mutating func envelope() -> Envelope? {
        guard take(UInt8(ascii: "(")) else { return nil }
        var envelope = Envelope()
        guard let date = nextNString(), let subject = nextNString() else { return nil }
        envelope.date = date
        envelope.subject = subject
        let lists: [WritableKeyPath<Envelope, [Envelope.Address]>] = [\.from, \.sender, \.replyTo, \.to, \.cc, \.bcc]
        for list in lists {
            guard let addresses = addresses() else { return nil }
            envelope[keyPath: list] = addresses
        }
        guard let inReplyTo = nextNString(), let messageID = nextNString() else { return nil }
        envelope.inReplyTo = inReplyTo
        envelope.messageID = messageID
        skipSpaces()
        return take(UInt8(ascii: ")")) ? envelope : nil
    }

    mutating func nextNString() -> String?? {
        skipSpaces()
        return nstringText()
    }

    private mutating func addresses() -> [Envelope.Address]? {
        skipSpaces()
        if takeNIL() { return [] }
        return list { $0.address() }
    }

    private mutating func address() -> Envelope.Address? {
        guard take(UInt8(ascii: "(")) else { return nil }
        guard let name = nextNString(), let route = nextNString() else { return nil }
        guard let mailbox = nextNString(), let host = nextNString() else { return nil }
        skipSpaces()
        guard take(UInt8(ascii: ")")) else { return nil }
        return Envelope.Address(name: name, route: route, mailbox: mailbox, host: host)
    }
}
