/// Targets of links, as text shows them.
enum LinkTarget {
    /// `nil` for targets that mean nothing outside the page.
    static func shown(_ target: ArraySlice<UInt8>) -> String? {
        for scheme: StaticString in ["https://", "http://", "ftp://"]
        where target.prefix(scheme.utf8CodeUnitCount).equalsIgnoringCase(scheme) {
            return clean(target)
        }
        guard target.prefix(7).equalsIgnoringCase("mailto:") else { return nil }
        let address = clean(target.dropFirst(7).prefix { $0 != ASCII.question })
        return address.isEmpty ? nil : address
    }

    /// What two links have in common that lead to the same place: no scheme, no `www.`, no closing slash, no parameters
    /// that only count readers, no difference of case.
    static func essence(_ target: ArraySlice<UInt8>) -> [UInt8] {
        var rest = target
        for prefix: StaticString in ["https://", "http://", "ftp://", "www."]
        where rest.prefix(prefix.utf8CodeUnitCount).equalsIgnoringCase(prefix) {
            rest = rest.dropFirst(prefix.utf8CodeUnitCount)
        }
        var result = rest.map(\.lowercased)
        if let question = result.firstIndex(of: ASCII.question) {
            let fragment = result[question...].firstIndex(of: ASCII.hash) ?? result.endIndex
            let parameters = result[(question + 1)..<fragment].split(separator: ASCII.ampersand)
            let telling = parameters.filter { !countsReaders($0) }
            let query = telling.isEmpty ? [] : [ASCII.question] + telling.joined(separator: [ASCII.ampersand])
            result = result[..<question] + query + result[fragment...]
        }
        if result.last == ASCII.slash { result.removeLast() }
        return result
    }

    private static let countingNames: [StaticString] = [
        "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi",
        "oly_enc_id", "oly_anon_id", "vero_id",
    ]

    private static func countsReaders(_ parameter: ArraySlice<UInt8>) -> Bool {
        let name = parameter.prefix { $0 != ASCII.equals }
        return name.starts(with: "utm_".utf8) || countingNames.contains { name.equalsIgnoringCase($0) }
    }

    private static func clean(_ target: ArraySlice<UInt8>) -> String {
        let text = HTMLReference.decodeAll(target)
        guard text.utf8.contains(where: { $0 <= ASCII.space || $0 == 0x7F || $0 == 0xC2 }) else { return text }
        return HeaderText.withoutControls(text).filter { $0 != " " }
    }
}
