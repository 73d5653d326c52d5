import Foundation

/// A message as it lies in a private Dovecot's Maildir.
public struct StoredMessage: Sendable, Hashable {
    public var content: [UInt8]
    /// `S` seen, `F` flagged, `R` answered, `T` deleted, `D` draft; lower-case letters are keywords.
    public var flags: Set<Character>

    public var text: String { String(decoding: content, as: UTF8.self) }

    /// The first field of this name, unfolded; raw.
    public func header(_ name: String) -> String? {
        var value: String?
        for line in text.replacingOccurrences(of: "\r\n", with: "\n").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.isEmpty { break }
            if let found = value {
                guard line.first == " " || line.first == "\t" else { break }
                value = found + line
            } else if line.lowercased().hasPrefix(name.lowercased() + ":") {
                value = line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
            }
        }
        return value
    }

    /// All messages of a Maildir; those that go away while it is read are left out.
    static func read(maildir: String) -> [StoredMessage] {
        ["new", "cur"].flatMap { part in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(maildir)/\(part)")) ?? []).sorted()
                .compactMap { name in
                    guard let data = FileManager.default.contents(atPath: "\(maildir)/\(part)/\(name)") else {
                        return nil
                    }
                    let flags = name.range(of: ":2,").map { Set(name[$0.upperBound...]) } ?? []
                    return StoredMessage(content: Array(data), flags: flags)
                }
        }
    }
}
