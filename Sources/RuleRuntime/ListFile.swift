/// Lists that rules read from files beside them.
enum ListFile {
    /// One entry a line; `#` begins a comment line.
    static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }.map(String.init)
    }
}
