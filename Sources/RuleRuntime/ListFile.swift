/// Lists that rules read from files beside them.
enum ListFile {
    /// One entry a line; `#` begins a comment line.
    static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }.map(String.init)
    }

    /// The EMAIL properties of a vCard file (RFC 6350 §6.4.2), folded lines joined.
    static func vcardAddresses(_ text: String) -> [String] {
        var lines: [Substring] = []
        var joined: [String] = []
        lines = text.split(whereSeparator: \.isNewline)
        for line in lines {
            if let first = line.first, first == " " || first == "\t", let last = joined.popLast() {
                joined.append(last + line.dropFirst())
            } else {
                joined.append(String(line))
            }
        }
        return joined.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            // Groups (`item1.EMAIL`) and parameters (`EMAIL;TYPE=home`) do not count.
            let property = line[..<colon].prefix { $0 != ";" }.split(separator: ".").last ?? ""
            guard property.uppercased() == "EMAIL" else { return nil }
            let address = line[line.index(after: colon)...].trimmingSpaces()
            let bare = address.lowercased().hasPrefix("mailto:") ? address.dropFirst(7) : address
            return bare.isEmpty ? nil : String(bare)
        }
    }
}
