/// How a part's content is protected (RFC 1847, RFC 3156, RFC 8551, RFC 9580).
public enum Protection: String, Sendable {
    case signed, encrypted
}

extension MessagePart {
    /// Of a part that holds what is protected: `multipart/signed` and `multipart/encrypted`, S/MIME's
    /// `application/pkcs7-mime`, PGP's own types, and text with PGP's armour in it. A detached signature is no such
    /// part, and neither is a multipart that holds one further down. Nothing is verified.
    public var protection: Protection? {
        switch mediaType {
        case "multipart/signed": .signed
        case "multipart/encrypted", "application/pgp-encrypted": .encrypted
        case "application/pgp": parameters["x-action"].map { $0.hasPrefix("sign") } == true ? .signed : .encrypted
        case "application/pkcs7-mime", "application/x-pkcs7-mime": enveloped
        case "application/octet-stream" where filename?.lowercased() == "smime.p7m": enveloped
        case "text/plain": armoured
        default: nil
        }
    }

    /// What `smime-type` says, else the content type that the CMS object begins with (RFC 5652 §3).
    private var enveloped: Protection? {
        switch parameters["smime-type"]?.lowercased() {
        case "signed-data": return .signed
        case "enveloped-data", "authenveloped-data": return .encrypted
        case "certs-only", "compressed-data": return nil
        default: break
        }
        let beginning = encoding.decode(body.prefix(256)).prefix(64)
        // 1.2.840.113549.1.7.2 is signed-data, .3 enveloped-data; 1.2.840.113549.1.9.16.1.23 auth-enveloped-data.
        let pkcs7: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07]
        if let place = ByteSearch.first(pkcs7, in: beginning), place + 8 < beginning.endIndex {
            switch beginning[place + 8] {
            case 2: return .signed
            case 3, 4: return .encrypted
            default: return nil
            }
        }
        let authenticated: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17]
        if ByteSearch.first(authenticated, in: beginning) != nil { return .encrypted }
        return filename?.lowercased().hasSuffix(".p7m") == true ? .encrypted : nil
    }

    /// PGP's armour at the beginning of a line (RFC 9580 §6.2).
    private var armoured: Protection? {
        let mark = Array("-----BEGIN PGP ".utf8)
        // Hyphens and capitals are the same in quoted-printable; base64 has to be decoded.
        let text = encoding == .base64 ? decoded()[...] : body
        var from = text.startIndex
        while let place = ByteSearch.first(mark, in: text[from...]) {
            from = place + mark.count
            guard place == text.startIndex || text[place - 1] == ASCII.lineFeed else { continue }
            if text[from...].starts(with: "SIGNED MESSAGE-----".utf8) { return .signed }
            if text[from...].starts(with: "MESSAGE-----".utf8) { return .encrypted }
        }
        return nil
    }
}
