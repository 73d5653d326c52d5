import Foundation

/// What a server does over the message with UID 2, each time that its text or header is asked for.
enum Poison: String, CaseIterable, Sendable {
    /// It says how large the message is.
    case honestlyLarge
    /// It says a small size and sends 70 MB.
    case falselySmall
    /// It hangs up over the message.
    case hangsUp
    /// It does not answer.
    case hangs
    /// It says nonsense.
    case nonsense
    /// It says OK and gives nothing.
    case nothing
    /// It refuses.
    case refused

    /// - Parameter section: the beginning of what is asked for, such as `BODY.PEEK[HEADER`.
    func lie(about section: String) -> Lie {
        if self == .honestlyLarge { return Self.tellingALargeSize }
        return { exchange in sayings(for: exchange, section) }
    }

    private func sayings(for exchange: Exchange, _ section: String) -> [Saying]? {
        guard exchange.isFor("UID FETCH"), exchange.command.contains(section) else { return nil }
        guard exchange.command.hasPrefix("UID FETCH 2 ") || exchange.untagged.contains("UID 2 ") else { return nil }
        let section = section == "BODY.PEEK[]" ? "BODY[]" : "BODY[HEADER]"
        let begin = "* 2 FETCH (UID 2 FLAGS () INTERNALDATE \"12-Jan-1970 13:46:40 +0000\" RFC822.SIZE 100 "
        switch self {
        case .honestlyLarge: return nil
        case .falselySmall:
            return [.text(begin + section + " {70000000}\r\n"), .bytes(70_000_000), .text(")\r\n" + exchange.ending)]
        case .hangsUp: return [.cut]
        case .hangs: return [.silence]
        case .nonsense: return [.text(begin + section + " {\(UInt64.max)}\r\n")]
        case .nothing: return [.text(exchange.ending)]
        case .refused: return [.text("\(exchange.tag) NO [SERVERBUG] cannot\r\n")]
        }
    }

    private static let tellingALargeSize: Lie = { exchange in
        guard exchange.untagged.contains("UID 2 "), exchange.command.contains("RFC822.SIZE") else { return nil }
        let lines = exchange.answer.components(separatedBy: "* ").map { line in
            line.contains("UID 2 ") ? line.replacing(#/RFC822\.SIZE \d+/#, with: "RFC822.SIZE 70000000") : line
        }
        return [.text(lines.joined(separator: "* "))]
    }
}
