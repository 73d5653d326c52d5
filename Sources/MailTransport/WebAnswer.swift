/// How a web server, or who stands in its place, answers a request.
public struct WebAnswer: Sendable, Hashable {
    public var status: Int
    /// Where it sends the asker.
    public var location: String?

    /// `nil` when these are not the beginning of an HTTP answer.
    init?(head bytes: [UInt8]) {
        // Bytes above 127 have no business in what is read here.
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        guard let first = words.first, first.hasPrefix("HTTP/"), words.count > 1, let status = Int(words[1]) else {
            return nil
        }
        self.status = status
        let field = lines.dropFirst().first { $0.lowercased().hasPrefix("location:") }
        location = field.map { String($0.dropFirst("location:".count).drop { $0 == " " }) }
    }

    /// The host that it sends the asker to; `nil`: to none, or to the same place.
    public var otherHost: String? {
        guard (300..<400).contains(status), let location, let start = location.firstRange(of: "://")?.upperBound else {
            return nil
        }
        let host = location[start...].prefix { !"/:?#".contains($0) }
        return host.isEmpty ? nil : host.lowercased()
    }

    /// Whether it says itself that the network wants a sign-in (RFC 6585 §6).
    public var wantsSignIn: Bool { status == 511 }
}
