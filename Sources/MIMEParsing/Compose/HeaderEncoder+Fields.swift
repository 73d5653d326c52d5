/// Fields of messages made here that hold neither free text nor names.
extension HeaderEncoder {
    /// A field whose value is ready for the wire.
    static func field(_ name: String, _ value: String) -> [UInt8] {
        Array("\(name): \(HeaderText.withoutControls(value))\r\n".utf8)
    }

    /// A list of bare addresses.
    static func addresses(_ name: String, _ addresses: [String]) -> [UInt8] {
        fold(
            name,
            addresses.enumerated().map { index, address in
                let clean = HeaderText.withoutControls(address)
                return index + 1 < addresses.count ? clean + "," : clean
            })
    }

    /// Message identifiers, given without brackets; nothing when none of them can stand there.
    static func identifiers(_ name: String, _ ids: [String]) -> [UInt8] {
        let sound = ids.compactMap(identifier)
        return sound.isEmpty ? [] : fold(name, sound.map { "<\($0)>" })
    }

    /// `nil` for what would break the field it stands in.
    static func identifier(_ id: String) -> String? {
        let isFine = id.utf8.allSatisfy { $0 > ASCII.space && $0 < 0x7F && $0 != ASCII.less && $0 != ASCII.greater }
        return isFine && !id.isEmpty && id.utf8.count < 900 ? id : nil
    }
}
