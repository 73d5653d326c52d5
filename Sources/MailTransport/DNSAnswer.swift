/// Where a service of a domain is (RFC 2782).
public struct ServiceRecord: Sendable, Hashable {
    /// The lowest comes first.
    public var priority: Int
    /// Among equal priorities the highest gets the most visits.
    public var weight: Int
    public var port: Int
    /// Lower case, without the dot at the end; empty: the domain says that it has no such service.
    public var target: String

    public init(priority: Int, weight: Int, port: Int, target: String) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }
}

/// What a name server answered (RFC 1035 §4), as far as it is asked here. Records of other types, and such whose names no
/// host can have, are passed over.
struct DNSAnswer: Equatable {
    enum RecordType: UInt16 {
        case address = 1
        case mailExchanger = 15
        case address6 = 28
        case service = 33
    }

    var services: [ServiceRecord] = []
    /// By their preference, the lowest first.
    var mailExchangers: [String] = []
    var hasAddress = false

    private static let headerLength = 12
    private static let recordLimit = 100

    /// `nil` for what is no whole message.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes, position: 4)
        guard let questions = reader.number(), let answers = reader.number() else { return nil }
        reader.position = Self.headerLength
        for _ in 0..<min(Int(questions), 4) {
            guard reader.skipName(), reader.skip(4) else { return nil }
        }
        var exchangers: [(preference: UInt16, host: String)] = []
        for _ in 0..<min(Int(answers), Self.recordLimit) {
            guard reader.skipName(), let type = reader.number(), reader.skip(6), let length = reader.number(),
                reader.position + Int(length) <= bytes.count
            else { return nil }
            let end = reader.position + Int(length)
            var data = Reader(bytes: bytes, position: reader.position)
            switch RecordType(rawValue: type) {
            case .address, .address6: hasAddress = true
            case .mailExchanger:
                if let preference = data.number(), let host = data.host(), !host.isEmpty, data.position <= end {
                    exchangers.append((preference, host))
                }
            case .service:
                if let priority = data.number(), let weight = data.number(), let port = data.number(),
                    let target = data.host(), data.position <= end
                {
                    services.append(
                        ServiceRecord(priority: Int(priority), weight: Int(weight), port: Int(port), target: target))
                }
            case nil: break
            }
            reader.position = end
        }
        mailExchangers = exchangers.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }.map(\.host)
    }
}

extension DNSAnswer {
    /// Goes through a message; never past its end.
    private struct Reader {
        let bytes: [UInt8]
        var position: Int

        mutating func number() -> UInt16? {
            guard position + 2 <= bytes.count else { return nil }
            defer { position += 2 }
            return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
        }

        mutating func skip(_ count: Int) -> Bool {
            guard position + count <= bytes.count else { return false }
            position += count
            return true
        }

        mutating func skipName() -> Bool { labels() != nil }

        /// A name whose labels are those of a host; empty for the root.
        mutating func host() -> String? {
            guard let labels = labels() else { return nil }
            guard labels.allSatisfy({ $0.allSatisfy(Self.isHostByte) }) else { return nil }
            return labels.map { String(decoding: $0, as: UTF8.self).lowercased() }.joined(separator: ".")
        }

        /// The labels of a name, which may go on elsewhere (RFC 1035 §4.1.4): only further to the front each time, so
        /// that it ends.
        private mutating func labels() -> [ArraySlice<UInt8>]? {
            var labels: [ArraySlice<UInt8>] = []
            var length = 0
            var place = position
            var earliest = position
            var hasJumped = false
            while place < bytes.count {
                let byte = bytes[place]
                if byte & 0xC0 == 0xC0 {
                    guard place + 1 < bytes.count else { return nil }
                    let target = Int(byte & 0x3F) << 8 | Int(bytes[place + 1])
                    if !hasJumped { position = place + 2 }
                    hasJumped = true
                    guard target < earliest else { return nil }
                    (place, earliest) = (target, target)
                    continue
                }
                guard byte & 0xC0 == 0 else { return nil }
                if byte == 0 {
                    if !hasJumped { position = place + 1 }
                    return labels
                }
                let end = place + 1 + Int(byte)
                length += Int(byte) + 1
                guard end <= bytes.count, length < 255 else { return nil }
                labels.append(bytes[(place + 1)..<end])
                place = end
            }
            return nil
        }

        private static func isHostByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
