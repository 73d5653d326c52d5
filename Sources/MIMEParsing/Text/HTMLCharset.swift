/// The charset that HTML names in its head.
enum HTMLCharset {
    /// As far as browsers look.
    private static let window = 1024

    /// `<meta charset=...>` or its `http-equiv` form.
    static func declared(in bytes: ArraySlice<UInt8>) -> String? {
        var tokenizer = HTMLTokenizer(bytes.prefix(window))
        while let token = tokenizer.next() {
            guard case .start(.meta, let attributes) = token else { continue }
            if let charset = attributes.first(where: { $0.name == "charset" }) {
                return charset.value.trimmed().lowercasedString()
            }
            guard let content = attributes.first(where: { $0.name == "content" })?.value else { continue }
            let value = ParameterizedValue(content, limit: 8)
            if let charset = value.parameters["charset"] { return charset }
        }
        return nil
    }
}
