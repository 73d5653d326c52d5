import Foundation

@testable import TestKit

/// A conversation in lines with one of the private servers, in the clear.
struct Dialogue {
    private let connection: LineConnection

    init(port: Int) throws {
        guard let connection = LineConnection(port: port) else { throw LineConnection.Closed() }
        self.connection = connection
    }

    /// The last line of an SMTP reply.
    func smtp(_ command: String? = nil) throws -> String {
        if let command { try connection.write("\(command)\r\n") }
        while true {
            let line = try connection.readLine()
            if line.utf8.dropFirst(3).first != UInt8(ascii: "-") { return line }
        }
    }

    /// All lines of an IMAP answer, the tagged one last; `nil` reads the greeting.
    func imap(_ command: String? = nil) throws -> [String] {
        guard let command else { return [try connection.readLine()] }
        try connection.write("a \(command)\r\n")
        var lines: [String] = []
        while lines.last?.hasPrefix("a ") != true { lines.append(try connection.readLine()) }
        return lines
    }

    func write(_ text: String) throws { try connection.write(text) }
    func line() throws -> String { try connection.readLine() }
}
