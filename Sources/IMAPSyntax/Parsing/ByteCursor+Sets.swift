import MailModel

extension ByteCursor {
    /// A set of UIDs or sequence numbers in the server's order. No `*` and no zero: a server that writes them back
    /// says nothing that could be trusted.
    mutating func numberRanges() -> [ClosedRange<UInt32>]? {
        var result: [ClosedRange<UInt32>] = []
        repeat {
            guard let low = number32(), low > 0 else { return nil }
            if take(UInt8(ascii: ":")) {
                guard let high = number32(), high > 0 else { return nil }
                result.append(min(low, high)...max(low, high))
            } else {
                result.append(low...low)
            }
        } while take(UInt8(ascii: ","))
        return result
    }

    mutating func uidSet() -> UIDSet? { numberRanges().map(UIDSet.init(intervals:)) }
    mutating func orderedUIDs() -> OrderedUIDs? { numberRanges().map(OrderedUIDs.init(ranges:)) }
    mutating func uid() -> UID? { number32().flatMap(UID.init) }
    mutating func uidValidity() -> UIDValidity? { number32().flatMap(UIDValidity.init) }
    mutating func modSeq() -> ModSeq? { number().map(ModSeq.init) }
}
