import MailModel

/// A message in one mailbox of the model store.
public struct ModelMessage: Equatable, Sendable {
    public let uid: UID
    public var flags: Set<Flag>
    /// Seconds since 1970.
    public let internalDate: Int64
    public let bytes: [UInt8]
    /// The same for a delivered message and all its copies, wherever they are.
    public let token: Int
    /// This copy's own number: a message that moves becomes another copy.
    public let serial: Int
    /// Grows with every change of its flags.
    public internal(set) var modSeq: UInt64 = 1

    /// The header, up to and with the empty line.
    var header: [UInt8] {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard bytes.count >= end.count else { return bytes }
        for index in 0...bytes.count - end.count where bytes[index..<index + end.count].elementsEqual(end) {
            return Array(bytes[..<(index + end.count)])
        }
        return bytes
    }

    /// Those fields of the header, and the empty line.
    func fields(_ names: [String]) -> [UInt8] {
        let wanted = Set(names.map { $0.lowercased() })
        var kept = ""
        var keeps = false
        for line in String(decoding: header, as: UTF8.self).split(separator: "\r\n") {
            if line.first != " ", line.first != "\t" {
                keeps = wanted.contains(line.prefix { $0 != ":" }.lowercased())
            }
            if keeps { kept += line + "\r\n" }
        }
        return Array((kept + "\r\n").utf8)
    }
}

/// A mailbox of the model store.
public struct ModelMailbox: Equatable, Sendable {
    public internal(set) var uidValidity: UIDValidity
    public internal(set) var uidNext: UID
    /// In the order of their UIDs.
    public internal(set) var messages: [ModelMessage] = []
    public var isReadOnly = false
    /// Takes no copies: its owner's quota is used up.
    public var isFull = false
    public internal(set) var highestModSeq: UInt64 = 1

    init(uidValidity: UIDValidity) {
        self.uidValidity = uidValidity
        uidNext = .first
    }

    public func contains(token: Int) -> Bool { messages.contains { $0.token == token } }

    /// Changes the flags of the messages of which that is true; all of them come to the same state.
    mutating func change(
        where condition: (ModelMessage) -> Bool, adding: Set<Flag>, removing: Set<Flag>
    ) {
        let chosen = messages.indices.filter { index in
            condition(messages[index])
                && messages[index].flags.union(adding).subtracting(removing) != messages[index].flags
        }
        guard !chosen.isEmpty else { return }
        highestModSeq += 1
        for index in chosen {
            messages[index].flags.formUnion(adding)
            messages[index].flags.subtract(removing)
            messages[index].modSeq = highestModSeq
        }
    }

    mutating func add(flags: Set<Flag>, internalDate: Int64, bytes: [UInt8], token: Int, serial: Int) -> UID {
        let uid = uidNext
        highestModSeq += 1
        messages.append(
            ModelMessage(
                uid: uid, flags: flags, internalDate: internalDate, bytes: bytes, token: token, serial: serial,
                modSeq: highestModSeq))
        uidNext = uid.next ?? uid
        return uid
    }
}
