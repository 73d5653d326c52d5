extension MessagePart {
    /// The charset that the part names and nobody here knows; its text was then read as UTF-8 if it is that, else as
    /// windows-1252, and `charsetIsGuessed`.
    public var unknownCharset: String? {
        guard let name = parameters["charset"], !name.isEmpty, Charset(name: name) == nil else { return nil }
        return name
    }

    /// Whether `decodedText()` is right only by luck: the charset's name is unknown or missing, or the text is not in it
    /// (8-bit characters in US-ASCII, UTF-8 that is none). False for what is no text.
    public var charsetIsGuessed: Bool {
        guard mediaType.hasPrefix("text/") else { return false }
        let bytes = content
        let (charset, isNamed) = charset(of: bytes)
        guard isNamed else { return unknownCharset != nil || bytes.contains { $0 >= 0x80 } }
        switch charset.decoder {
        case .guess: return bytes.contains { $0 >= 0x80 }
        case .utf8: return String(validating: bytes, as: UTF8.self) == nil
        default: return false
        }
    }

    /// What to read the decoded body in, and whether something says so: a byte order mark, Content-Type, the HTML.
    func charset(of bytes: ArraySlice<UInt8>) -> (charset: Charset, isNamed: Bool) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, true) }
        if let name = parameters["charset"], !name.isEmpty {
            let charset = Charset(name: name)
            return (charset ?? .unknown, charset != nil)
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return (.utf16, true) }
        if mediaType == "text/html", let name = HTMLCharset.declared(in: bytes) {
            let charset = Charset(name: name)
            return (charset ?? .unknown, charset != nil)
        }
        return (.unknown, false)
    }
}
