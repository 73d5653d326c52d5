/// What a scripted submission server offers in its answer to EHLO.
public struct SubmissionTraits: Sendable, CustomStringConvertible {
    /// Lines behind the first, such as `PIPELINING`; SIZE and AUTH apart.
    public var keywords: Set<String>
    /// Largest message in bytes, told as SIZE; `nil`: SIZE is not offered.
    public var sizeLimit: Int?
    /// AUTH PLAIN is offered, and nothing is taken without it.
    public var wantsLogin: Bool
    /// Answers go out byte by byte.
    public var dribbles = false

    public init(_ keywords: Set<String>, sizeLimit: Int? = nil, wantsLogin: Bool = true) {
        self.keywords = keywords
        self.sizeLimit = sizeLimit
        self.wantsLogin = wantsLogin
    }

    public static let modern = SubmissionTraits(
        ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"], sizeLimit: 30_000_000)
    /// One command after the other.
    public static let withoutPipelining = SubmissionTraits(["8BITMIME"], sizeLimit: 30_000_000)
    /// RFC 5321 and a login.
    public static let minimal = SubmissionTraits([])

    public func has(_ keyword: String) -> Bool { keywords.contains(keyword) }

    public var description: String {
        "SMTP with " + (keywords.isEmpty ? "nothing" : keywords.sorted().joined(separator: ", "))
    }

    /// The lines of the answer to EHLO behind the first.
    var lines: [String] {
        keywords.sorted() + (sizeLimit.map { ["SIZE \($0)"] } ?? []) + (wantsLogin ? ["AUTH PLAIN"] : [])
    }
}

/// A point of a submission at which a server can do something else than usual.
public enum SubmissionMoment: Hashable, Sendable, CaseIterable {
    case greeting, hello, login, sender, recipient, data
    /// The final dot came.
    case message
}

/// What goes wrong at such a point.
public enum SubmissionMishap: Hashable, Sendable {
    /// This reply instead of the usual one; nothing is taken.
    case says(String)
    /// The connection is cut, and nothing was done.
    case cutBefore
    /// It was done, and the connection was cut before the reply went out: at the final dot, the message is taken.
    case cutAfter

    /// A reply that is final.
    public static let refuses = SubmissionMishap.says("550 5.1.1 no such thing here")
    /// A reply that passes.
    public static let defers = SubmissionMishap.says("451 4.3.0 not now")
}

/// A message that a server took the responsibility for.
public struct TakenMessage: Equatable, Sendable {
    /// Without brackets; empty for the null sender.
    public let sender: String
    public let recipients: [String]
    /// Lines ended by CRLF, doubled dots undone.
    public let bytes: [UInt8]

    public init(sender: String, recipients: [String], bytes: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.bytes = bytes
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The first field of that name, unfolded; `nil` where there is none.
    public func field(_ name: String) -> String? {
        let header = text.components(endingBefore: "\r\n\r\n").replacing("\r\n ", with: " ").replacing(
            "\r\n\t", with: " ")
        let line = header.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        return line.map { String($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
    }
}

extension String {
    fileprivate func components(endingBefore mark: String) -> String {
        firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
