import IMAPSyntax
import NIOCore

/// FETCH responses as a sweep gets them, in pieces as they come from a socket.
struct FetchWork {
    private static let pieceSize = 16_384

    func run(_ count: Int) throws {
        let pieces = Self.pieces(of: 10_000)
        var parser = ResponseParser()
        var responses = 0
        for piece in pieces.prefix(count * pieces.count / 10_000) {
            parser.append(piece)
            while try parser.next() != nil { responses += 1 }
        }
        guard count == 0 || responses >= count else { throw WrongResult(description: "\(responses) responses") }
    }

    private static func pieces(of count: Int) -> [ByteBuffer] {
        var text = ""
        for number in 1...count {
            let fields = """
                From: "Person \(number % 200)" <person\(number % 500)@mail\(number % 40).example>\r
                To: Jane Doe <jane+d\(number % 30)@icloud.com>\r
                Subject: Your order \(number) has been shipped\r
                Date: Mon, 2 Mar 2026 11:58:00 +0000\r
                Message-ID: <\(number).abc@mail\(number % 40).example>\r
                \r

                """
            text += "* \(number) FETCH (UID \(number) FLAGS (\\Seen) INTERNALDATE \"02-Mar-2026 11:58:00 +0000\" "
            text += "RFC822.SIZE \(2_000 + number) BODY[HEADER.FIELDS (DATE FROM MESSAGE-ID SUBJECT TO)] "
            text += "{\(fields.utf8.count)}\r\n\(fields))\r\n"
        }
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: pieceSize).map {
            ByteBuffer(bytes: bytes[$0..<min($0 + pieceSize, bytes.count)])
        }
    }
}
