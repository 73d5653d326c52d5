import MailModel
import NIOCore

/// A web address that may be asked: `https`, or `http` to this machine itself. Prints without path and query, which
/// are a webhook's secret.
public struct HTTPURL: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public enum Scheme: String, Sendable, Hashable {
        case http, https

        var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    public let scheme: Scheme
    /// A lower-case name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    public let port: Int
    /// Path and query, as they go on the request line: ASCII, other characters percent-encoded.
    public let target: String

    private static let lengthLimit = 8192

    public init(_ text: String) throws(HTTPError) {
        guard text.utf8.count <= Self.lengthLimit else { throw Self.refused("it is too long") }
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }) else {
            throw Self.refused("it has spaces, backslashes or control characters")
        }
        guard let mark = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<mark.lowerBound].lowercased())
        else { throw Self.refused("it starts neither with https:// nor http://") }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw Self.refused("it holds a name or password; put those into a header")
        }
        self.scheme = scheme
        (host, port) = try Self.split(authority, defaultPort: scheme.defaultPort)
        target = Self.target(rest[authority.endIndex...].prefix { $0 != "#" })
        guard scheme == .https || isLoopback else {
            throw HTTPError(reason: .address, host: host, detail: "http is for this machine only; write https")
        }
    }

    /// Whether it names this machine, without asking anybody.
    public var isLoopback: Bool {
        if host == "localhost" { return true }
        switch try? SocketAddress(ipAddress: host, port: 0) {
        case .v4(let address): return UInt32(bigEndian: address.address.sin_addr.s_addr) >> 24 == 127
        case .v6: return host == "::1"
        case .unixDomainSocket, nil: return false
        }
    }

    /// For the `Host` field (RFC 9110 §7.2).
    var hostField: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    public var description: String { "\(scheme.rawValue)://\(hostField)" }
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }

    private static func refused(_ detail: String) -> HTTPError {
        HTTPError(reason: .address, host: "", detail: detail)
    }

    private static func split(_ authority: Substring, defaultPort: Int) throws(HTTPError) -> (String, Int) {
        var host = authority
        var digits: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw refused("its IPv6 address has no end") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else { throw refused("something follows its IPv6 address") }
            digits = behind.isEmpty ? nil : behind.dropFirst()
            guard case .v6? = try? SocketAddress(ipAddress: String(host), port: 0) else {
                throw refused("its IPv6 address is none")
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                digits = authority[authority.index(after: colon)...]
            }
            guard isHostName(host) else { throw refused("its host is no name (write others than ASCII as xn--)") }
        }
        guard let digits, !digits.isEmpty else { return (host.lowercased(), defaultPort) }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { throw refused("its port is no number from 1 to 65535") }
        return (host.lowercased(), port)
    }

    private static func isHostName(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253, text.first != "." else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static func target(_ text: Substring) -> String {
        var target = text.first == "/" ? "" : "/"
        for byte in text.utf8 {
            if byte < 0x80, !"\"<>^`{|}".utf8.contains(byte) {
                target.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                target += byte < 0x10 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return target
    }
}
