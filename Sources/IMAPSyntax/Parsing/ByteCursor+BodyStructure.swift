extension ByteCursor {
    /// `body` of RFC 3501 §9, with or without extension data; of the latter only the disposition is kept.
    mutating func bodyStructure(nesting: Int) -> BodyStructure? {
        guard nesting > 0, take(UInt8(ascii: "(")) else { return nil }
        skipSpaces()
        return peek == UInt8(ascii: "(") ? multipart(nesting: nesting - 1) : singlePart(nesting: nesting - 1)
    }

    private mutating func multipart(nesting: Int) -> BodyStructure? {
        var parts: [BodyStructure] = []
        while peek == UInt8(ascii: "(") {
            guard let part = bodyStructure(nesting: nesting) else { return nil }
            parts.append(part)
            skipSpaces()
        }
        guard let subtype = nextNString() else { return nil }
        var structure = BodyStructure(mediaType: "multipart/" + (subtype ?? "mixed").lowercased())
        structure.parts = parts
        guard !takeClose() else { return structure }
        guard let parameters = parameters() else { return nil }
        structure.parameters = parameters
        return rest(of: structure, nesting: nesting)
    }

    private mutating func singlePart(nesting: Int) -> BodyStructure? {
        guard let type = nextNString() else { return nil }
        // Gmail writes a multipart without parts as `("ALTERNATIVE")`.
        if takeClose() { return BodyStructure(mediaType: "multipart/" + (type ?? "mixed").lowercased()) }
        guard let subtype = nextNString(), let parameters = parameters() else { return nil }
        var structure = BodyStructure(
            mediaType: "\(type?.lowercased() ?? "application")/\(subtype?.lowercased() ?? "octet-stream")")
        structure.parameters = parameters
        guard let contentID = nextNString(), let description = nextNString(), let encoding = nextNString() else {
            return nil
        }
        structure.contentID = contentID
        structure.contentDescription = description
        structure.encoding = encoding?.lowercased() ?? ""
        skipSpaces()
        guard let size = sizeOrNIL() else { return nil }
        structure.size = size
        if takeClose() { return structure }
        if structure.mediaType == "message/rfc822" || structure.mediaType == "message/global" {
            guard takeMessage(into: &structure, nesting: nesting) else { return nil }
        } else if structure.mediaType.hasPrefix("text/") {
            guard let lines = sizeOrNIL() else { return nil }
            structure.lines = lines
        }
        if takeClose() { return structure }
        guard nextNString() != nil else { return nil }  // MD5
        return rest(of: structure, nesting: nesting)
    }

    /// Envelope, body and lines of an attached message; some servers leave them out.
    private mutating func takeMessage(into structure: inout BodyStructure, nesting: Int) -> Bool {
        guard peek == UInt8(ascii: "(") else { return true }
        guard let envelope = envelope() else { return false }
        structure.envelope = envelope
        skipSpaces()
        guard let body = bodyStructure(nesting: nesting) else { return false }
        structure.parts = [body]
        skipSpaces()
        guard let lines = sizeOrNIL() else { return false }
        structure.lines = lines
        return true
    }

    /// Disposition, language, location, and what later RFCs may add, up to the closing parenthesis.
    private mutating func rest(of structure: BodyStructure, nesting: Int) -> BodyStructure? {
        if takeClose() { return structure }
        var structure = structure
        guard let disposition = disposition() else { return nil }
        structure.disposition = disposition
        while !takeClose() {
            guard skipValue(nesting: nesting) else { return nil }
        }
        return structure
    }

    private mutating func disposition() -> BodyStructure.Disposition?? {
        skipSpaces()
        if takeNIL() { return .some(nil) }
        if let kind = stringText() { return BodyStructure.Disposition(kind: kind.lowercased(), parameters: []) }
        guard take(UInt8(ascii: "(")), let kind = nextNString(), let parameters = parameters(), takeClose() else {
            return nil
        }
        return BodyStructure.Disposition(kind: kind?.lowercased() ?? "", parameters: parameters)
    }

    private mutating func parameters() -> [BodyStructure.Parameter]? {
        skipSpaces()
        if takeNIL() { return [] }
        // Some servers write "" for no parameters.
        if peek == UInt8(ascii: "\"") { return stringText().map { _ in [] } }
        guard let words = list({ $0.nstringText().map { $0 ?? "" } }) else { return nil }
        return stride(from: 0, to: words.count - words.count % 2, by: 2).map {
            BodyStructure.Parameter(name: words[$0].lowercased(), value: words[$0 + 1])
        }
    }

    private mutating func sizeOrNIL() -> Int? { takeNIL() ? 0 : size() }

    private mutating func takeClose() -> Bool {
        skipSpaces()
        return take(UInt8(ascii: ")"))
    }
}
