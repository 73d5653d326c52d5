import MIMEParsing

/// What the own server found out about the sender (RFC 8601).
extension MailKind {
    /// Servers that write a field for each method, each under a name of its own below this one. iCloud's topmost is
    /// `bimi.icloud.com`, and `dmarc`, `dkim-verifier` and `spf.icloud.com` follow.
    private static let splitting = [".icloud.com"]

    /// Whether the topmost Authentication-Results, which the own server wrote, says `method=pass`.
    ///
    /// Those below it may be anybody's, unless the server splits its results; then the first that has the method counts.
    static func authenticated(_ method: String, _ view: MessageView) -> TestAnswer {
        guard let values = view.values("Authentication-Results") else { return .needs(.wholeHeader) }
        guard let first = values.texts.first else { return .known(false, "") }
        let server = parts(first.text).first ?? ""
        let suffix = splitting.first { server.hasSuffix($0) }
        for (index, text) in values.texts.enumerated() {
            let parts = parts(text.text)
            guard index == 0 || suffix.map({ (parts.first ?? "").hasSuffix($0) }) == true else { continue }
            let results = parts.dropFirst().filter { name($0) == method }
            guard !results.isEmpty else { continue }
            if let passed = results.first(where: { result($0) == "pass" }) {
                return .known(true, String(passed.split(whereSeparator: \.isWhitespace).first ?? ""))
            }
            return .known(false, text.text.cut)
        }
        return .known(false, first.text.cut)
    }

    /// The server's name without a version, and its results: `dkim=pass header.d=example.org`.
    private static func parts(_ text: String) -> [Substring] {
        var parts = withoutComments(text.lowercased()).split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingSpaces() }
        if let server = parts.first { parts[0] = server.prefix { !$0.isWhitespace } }
        return parts
    }

    /// RFC 8601 allows a version: `dkim/1=pass`.
    private static func name(_ part: Substring) -> String {
        String(part.prefix { $0 != "=" && $0 != "/" && !$0.isWhitespace })
    }

    private static func result(_ part: Substring) -> Substring {
        let word = part.prefix { !$0.isWhitespace }
        return word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first ?? ""
    }

    private static func withoutComments(_ text: String) -> String {
        var depth = 0
        var kept = ""
        for character in text {
            if character == "(" { depth += 1 }
            if depth == 0 { kept.append(character) }
            if character == ")" { depth = max(0, depth - 1) }
        }
        return kept
    }
}
