import Foundation
import MailModel

/// The message that the doctor sends or appends: known again by a Message-ID that nothing else has.
struct TestLetter: Sendable {
    let messageID: String
    let subject: String
    let bytes: [UInt8]

    /// - Parameter time: seconds since 1970.
    init(address: EnvelopeAddress?, time: Int64) {
        let token = (0..<4).map { _ in String(UInt16.random(in: .min ... .max), radix: 16) }.joined()
        let from = address?.rawValue ?? "doctor@postmoon.invalid"
        messageID = "<doctor.\(token)@postmoon.invalid>"
        subject = "Postmoon doctor \(token)"
        let date = Date(timeIntervalSince1970: Double(time)).formatted(
            Date.VerbatimFormatStyle(
                format:
                    "\(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
        bytes = Array(
            [
                "Date: \(date) +0000", "From: <\(from)>", "To: <\(from)>", "Subject: \(subject)",
                "Message-ID: \(messageID)", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=us-ascii", "",
                "`postmoon doctor` tries whether mail can be sent and filed. It removes this message by itself;",
                "should it still be here, it can be deleted.", "",
            ].joined(separator: "\r\n").utf8)
    }
}
