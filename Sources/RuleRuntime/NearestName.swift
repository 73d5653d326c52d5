/// Finds what a person probably meant.
enum NearestName {
    /// The known name that begins with this one, or the one with the fewest edits when they are few for its length.
    static func of(_ name: String, in known: some Sequence<String>) -> String? {
        let known = known.sorted()
        if name.utf8.count >= 3, let longer = known.first(where: { $0.hasPrefix(name) }) { return longer }
        let wanted = Array(name.lowercased().utf8.prefix(64))
        var best: (name: String, edits: Int)?
        for candidate in known {
            let edits = distance(wanted, Array(candidate.lowercased().utf8.prefix(64)))
            if edits < best?.edits ?? Int.max { best = (candidate, edits) }
        }
        guard let best, best.edits <= max(1, (wanted.count + 2) / 3) else { return nil }
        return best.name
    }

    /// `; did you mean "x"?`, or nothing.
    static func hint(_ name: String, in known: some Sequence<String>) -> String {
        of(name, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Edits, a swap of neighbours being one (optimal string alignment).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, byte) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var edits = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (byte == other ? 0 : 1))
                if i > 0, j > 0, byte == right[j - 1], left[i - 1] == other {
                    edits = min(edits, rows[i - 1][j - 1] + 1)
                }
                row.append(edits)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
