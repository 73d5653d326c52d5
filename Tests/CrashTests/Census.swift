@testable import TestKit

/// Where every letter is: in the watched account, and as a forward.
struct Census: Sendable {
    struct Found: Sendable {
        var place: Letter.Place
        var message: StoredMessage
    }

    /// By token; what bears no token is under `""`.
    private(set) var account: [String: [Found]] = [:]
    /// By recipient and token.
    private(set) var forwards: [String: [String: [StoredMessage]]] = [:]

    /// How often each letter was notified of.
    private(set) var rings: [String: Int] = [:]

    /// Of nothing but these.
    init(account: [Found] = [], forwards: [String: [StoredMessage]] = [:]) {
        self.account = Dictionary(grouping: account) { Token.first(in: $0.message.text) ?? "" }
        self.forwards = forwards.mapValues { Dictionary(grouping: $0) { Token.first(in: $0.text) ?? "" } }
    }

    init(_ site: CrashSite) {
        let lines = (try? String(contentsOfFile: site.rings, encoding: .utf8))?.split(separator: "\n") ?? []
        for line in lines { rings[String(line), default: 0] += 1 }
        for folder in site.mail.mailboxes(of: CrashSite.user) {
            for message in site.mail.messages(of: CrashSite.user, in: folder) {
                let place = Letter.Place(folder: folder, flags: message.flags)
                account[Token.first(in: message.text) ?? "", default: []].append(Found(place: place, message: message))
            }
        }
        for recipient in [Letter.onCall, Letter.deputy] {
            forwards[recipient] = Dictionary(grouping: site.relay.messages(of: recipient)) {
                Token.first(in: $0.text) ?? ""
            }
        }
    }

    func forwards(of letter: Letter, to recipient: String) -> [StoredMessage] {
        forwards[recipient]?[letter.token] ?? []
    }

    /// Whether every forward has arrived at least once.
    static func hasForwards(of letters: [Letter], _ site: CrashSite) -> Bool {
        for recipient in [Letter.onCall, Letter.deputy] {
            let expected = Set(letters.filter { $0.recipients.contains(recipient) }.map(\.token))
            let messages = site.relay.messages(of: recipient)
            guard messages.count >= expected.count,
                expected.isSubset(of: messages.compactMap { Token.first(in: $0.text) })
            else { return false }
        }
        return true
    }

    var forwardCount: Int { forwards.values.flatMap(\.values).map(\.count).reduce(0, +) }
}

enum Token {
    /// The first token in a text.
    static func first(in text: some StringProtocol) -> String? {
        // Built for text of some ten kilobytes, thousands of times.
        guard let start = text.utf8.firstRange(of: "tok-".utf8)?.lowerBound else { return nil }
        let token = text[start...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return String(token)
    }
}

extension StoredMessage {
    /// What its sender handed over: without the lines that each server on the way puts on top, with LF.
    var withoutTrace: String {
        let trace = ["return-path:", "delivered-to:", "received:"]
        var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.first, trace.contains(where: { line.lowercased().hasPrefix($0) }) {
            lines.removeFirst()
            while let next = lines.first, next.hasPrefix(" ") || next.hasPrefix("\t") { lines.removeFirst() }
        }
        return lines.joined(separator: "\n")
    }
}
