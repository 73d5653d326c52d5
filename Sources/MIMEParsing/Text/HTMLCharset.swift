/// The charset that HTML names in its head.
enum HTMLCharset {
    /// As far as browsers look.
    private static let window = 1024

    /// `<meta charset=...>` or its `http-equiv` form.
    static func declared(in bytes: ArraySlice<UInt8>) -> String? {
        var tokenizer = HTMLTokenizer(bytes.prefix(window))
        while let token = tokenizer.next() {
            guard case .start(.meta, _, let attributes) = token else { continue }
            if let charset = attributes[.charset] { return charset.trimmed().lowercasedString() }
            guard let content = attributes[.content] else { continue }
            let value = ParameterizedValue(content, limit: 8)
            if let charset = value.parameters["charset"] { return charset }
        }
        return nil
    }
}
