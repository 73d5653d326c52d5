/// The known name that somebody probably meant.
enum NearestName {
    /// `nil` when none is near: at most a third of the letters, and at least one, may be wrong, missing, extra or
    /// exchanged with the next.
    static func find(_ name: String, among known: some Sequence<String>) -> String? {
        let word = Array(name.lowercased().unicodeScalars.prefix(64))
        let allowance = max(1, word.count / 3)
        return known.map { ($0, distance(word, Array($0.lowercased().unicodeScalars))) }
            .filter { $0.1 <= allowance }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// Optimal string alignment distance.
    private static func distance(_ left: [UnicodeScalar], _ right: [UnicodeScalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var best = min(
                    last[column] + (left[row] == right[column] ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
