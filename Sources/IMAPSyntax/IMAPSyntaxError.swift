import MailModel

/// Bytes that are no IMAP, that pass a limit, or that must not be sent.
public struct IMAPSyntaxError: Fault, Hashable {
    /// What is wrong. Open: later versions may add kinds.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A line is longer than `IMAPLimits.line` or `longLine`.
        public static let lineTooLong = Self("line_too_long")
        /// The literals of a response are longer than `IMAPLimits.literal`.
        public static let literalTooLong = Self("literal_too_long")
        /// A body literal is longer than `IMAPLimits.bodyLiteral`: the message is to be left, on a new connection.
        public static let bodyTooLong = Self("body_too_long")
        /// Parentheses nest deeper than `IMAPLimits.nesting`.
        public static let nestingTooDeep = Self("nesting_too_deep")
        /// A response without which the session cannot go on does not parse.
        public static let malformedResponse = Self("malformed_response")
        /// The peer speaks something else: POP3, SMTP, HTTP.
        public static let notIMAP = Self("not_imap")
        /// The peer speaks TLS and we do not.
        public static let tlsRecord = Self("tls_record")
        /// An argument of a command carries CR, LF or NUL, or does not fit its grammar.
        public static let unsendableArgument = Self("unsendable_argument")
    }

    public let kind: Kind
    /// The response or command it happened in, such as `FETCH`; never its content.
    public let place: String
    /// The message of the FETCH response it happened in.
    public let message: SequenceNumber?

    init(_ kind: Kind, in place: String, message: SequenceNumber? = nil) {
        self.kind = kind
        self.place = place
        self.message = message
    }

    public var code: FaultCode {
        switch kind {
        case .lineTooLong, .literalTooLong, .bodyTooLong, .nestingTooDeep: .limitExceeded
        case .tlsRecord: .plainOnTLSPort
        default: .protocolError
        }
    }

    public var scope: FaultScope {
        switch kind {
        case .bodyTooLong: .message
        case .unsendableArgument: .mailbox
        default: .connection
        }
    }

    public var description: String {
        switch kind {
        case .lineTooLong: "The server sent a line that is longer than is taken (\(place))."
        case .literalTooLong: "The server sent a string that is longer than is taken (\(place))."
        case .bodyTooLong: "The message is larger than is taken; it is left as it is."
        case .nestingTooDeep: "The server sent parentheses nested deeper than is taken (\(place))."
        case .notIMAP:
            "What answers here does not speak IMAP\(place.isEmpty ? "" : " but \(place)"); check host and port."
        case .tlsRecord: "The server speaks TLS on this port; set security to \"tls\"."
        case .unsendableArgument:
            "An argument of \(place) cannot be sent: it is empty, malformed, or carries CR, LF or NUL."
        default: "The server sent a malformed response (\(place))."
        }
    }
}
