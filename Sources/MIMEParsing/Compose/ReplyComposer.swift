import MailModel

/// Makes an automatic answer (RFC 3834 §3). The same input gives the same bytes.
public enum ReplyComposer {
    public struct Input: Sendable {
        public var from: EmailAddress
        public var to: String
        /// `nil`: the original's, behind `Auto:`.
        public var subject: String?
        public var text: String
        /// The new message's, without brackets.
        public var messageID: String
        /// Seconds since 1970.
        public var date: Int64
        public var offsetMinutes: Int
        /// Value of `X-Postmoon-Forwarded`; empty for none.
        public var marker: String
        /// Of what is answered.
        public var original: HeaderBlock

        public init(
            from: EmailAddress, to: String, subject: String?, text: String, messageID: String, date: Int64,
            offsetMinutes: Int, marker: String, original: HeaderBlock
        ) {
            self.from = from
            self.to = to
            self.subject = subject
            self.text = text
            self.messageID = messageID
            self.date = date
            self.offsetMinutes = offsetMinutes
            self.marker = marker
            self.original = original
        }
    }

    public static func compose(_ input: Input) -> [UInt8] {
        let answered = input.original.first("Message-ID").map { MessageIDList.parse($0.rawValue).prefix(1) } ?? []
        let references = input.original.first("References").map { MessageIDList.parse($0.rawValue) } ?? []
        var result = HeaderEncoder.fold("From", HeaderEncoder.words(of: input.from))
        result += HeaderEncoder.addresses("To", [input.to])
        result += HeaderEncoder.unstructured(
            "Subject", input.subject ?? "Auto: " + (input.original.first("Subject")?.text ?? ""))
        result += HeaderEncoder.field("Date", MailDate.format(input.date, offsetMinutes: input.offsetMinutes))
        result += HeaderEncoder.identifiers("Message-ID", [input.messageID])
        result += HeaderEncoder.identifiers("In-Reply-To", Array(answered))
        // The newest twenty say enough and keep the field short.
        result += HeaderEncoder.identifiers("References", references.suffix(20) + answered)
        result += HeaderEncoder.field("Auto-Submitted", "auto-replied")
        // Programs that know no RFC 3834 know this one.
        result += HeaderEncoder.field("Precedence", "bulk")
        if !input.marker.isEmpty { result += HeaderEncoder.field("X-Postmoon-Forwarded", input.marker) }
        result += HeaderEncoder.field("MIME-Version", "1.0")
        var boundaries = BoundaryMaker(seed: input.messageID, avoiding: [])
        ComposedPart.text(input.text + "\r\n", subtype: "plain").write(into: &result, boundaries: &boundaries)
        return result
    }
}
