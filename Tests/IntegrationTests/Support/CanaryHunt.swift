import Foundation
import TestKit

/// Looks for words that must be nowhere, in every form that a protocol gives them.
struct CanaryHunt {
    /// What was found, and where.
    private(set) var finds: [String] = []
    private let forms: [(name: String, bytes: Data)]

    init(_ secrets: [String]) {
        forms = secrets.flatMap { secret in
            [("as it is", Data(secret.utf8)), ("in a form", Data(Self.percentEncoded(secret).utf8))]
                + Self.base64Forms(secret).map { ("in base64", Data($0.utf8)) }
                + [("in hexadecimal", Data(secret.utf8.map { String(format: "%02x", $0) }.joined().utf8))]
        }
    }

    mutating func look(at text: String, _ place: String) { look(at: Data(text.utf8), place) }

    mutating func look(at data: Data, _ place: String) {
        for form in forms where data.range(of: form.bytes) != nil { finds.append("\(place): \(form.name)") }
    }

    /// Every file below, but those that are to hold a secret.
    mutating func look(below folder: String, except names: Set<String>) {
        let files = FileManager.default.enumerator(atPath: folder)
        while let name = files?.nextObject() as? String {
            if names.contains(name) { continue }
            if let data = FileManager.default.contents(atPath: "\(folder)/\(name)") { look(at: data, name) }
        }
    }

    /// What other users of the machine can see of a process.
    mutating func look(atProcess identifier: Int32) {
        if let line = FileManager.default.contents(atPath: "/proc/\(identifier)/cmdline") { look(at: line, "cmdline") }
    }

    /// What of it stands in the base64 of any text that holds it, whatever stands before.
    private static func base64Forms(_ secret: String) -> [String] {
        (0..<3).map { shift in
            let text = Data(repeating: 0, count: shift) + Data(secret.utf8)
            let encoded = text.base64EncodedString().filter { $0 != "=" }
            // The first and the last signs depend on what is beside it.
            return String(encoded.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(2))
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
