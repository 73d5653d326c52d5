/// Targets of links, as text shows them.
enum LinkTarget {
    /// `nil` for targets that mean nothing outside the page.
    static func shown(_ target: ArraySlice<UInt8>) -> String? {
        for scheme: StaticString in ["https://", "http://", "ftp://"]
        where target.prefix(scheme.utf8CodeUnitCount).equalsIgnoringCase(scheme) {
            return clean(target)
        }
        guard target.prefix(7).equalsIgnoringCase("mailto:") else { return nil }
        return clean(target.dropFirst(7).prefix { $0 != ASCII.question })
    }

    /// Whether a link's text is its target already, but for scheme and closing slash.
    static func says(_ text: ArraySlice<UInt8>, _ target: String) -> Bool {
        let target = Array(target.utf8)[...]
        return bare(text).elementsEqual(bare(target)) { $0.lowercased == $1.lowercased }
    }

    private static func bare(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        for prefix: StaticString in ["https://", "http://", "ftp://", "www."]
        where rest.prefix(prefix.utf8CodeUnitCount).equalsIgnoringCase(prefix) {
            rest = rest.dropFirst(prefix.utf8CodeUnitCount)
        }
        return rest.last == ASCII.slash ? rest.dropLast() : rest
    }

    private static func clean(_ target: ArraySlice<UInt8>) -> String {
        let text = HTMLReference.decodeAll(target)
        guard text.utf8.contains(where: { $0 <= ASCII.space || $0 == 0x7F || $0 == 0xC2 }) else { return text }
        return HeaderText.withoutControls(text).filter { $0 != " " }
    }
}
