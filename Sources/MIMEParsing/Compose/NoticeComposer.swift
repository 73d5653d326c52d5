import MailModel

/// Makes the message that tells a person something (RFC 5436 §2.7 for its header). The same input gives the same bytes.
public enum NoticeComposer {
    public struct Input: Sendable {
        public var from: EmailAddress
        public var to: String
        public var subject: String
        public var text: String
        /// The new message's, without brackets.
        public var messageID: String
        /// Seconds since 1970.
        public var date: Int64
        /// Value of `X-Postmoon-Forwarded`.
        public var marker: String

        public init(
            from: EmailAddress, to: String, subject: String, text: String, messageID: String, date: Int64,
            marker: String
        ) {
            self.from = from
            self.to = to
            self.subject = subject
            self.text = text
            self.messageID = messageID
            self.date = date
            self.marker = marker
        }
    }

    public static func compose(_ input: Input) -> [UInt8] {
        var result = HeaderEncoder.fold("From", HeaderEncoder.words(of: input.from))
        result += HeaderEncoder.addresses("To", [input.to])
        result += HeaderEncoder.unstructured("Subject", input.subject)
        result += HeaderEncoder.field("Date", MailDate.format(input.date, offsetMinutes: 0))
        result += HeaderEncoder.identifiers("Message-ID", [input.messageID])
        result += HeaderEncoder.field("Auto-Submitted", "auto-notified")
        result += HeaderEncoder.field("X-Postmoon-Forwarded", input.marker)
        result += HeaderEncoder.field("MIME-Version", "1.0")
        var boundaries = BoundaryMaker(seed: input.messageID, avoiding: [])
        ComposedPart.text(input.text + "\r\n", subtype: "plain").write(into: &result, boundaries: &boundaries)
        return result
    }
}
