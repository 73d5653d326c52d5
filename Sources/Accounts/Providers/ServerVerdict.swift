import MailModel

/// What a server's refusal means: the fault's name, who has to give up, and what a person can do.
public struct ServerVerdict: Hashable, Sendable {
    public var code: FaultCode
    public var scope: FaultScope
    /// One or two sentences for a person. Nothing that the server sent is in it.
    public var advice: String
    /// Whether it passes by itself, so that trying again later is right.
    public var isTransient: Bool
    /// Seconds to wait at least, where the server said so.
    public var retryAfter: Int?

    public init(
        code: FaultCode, scope: FaultScope, advice: String, isTransient: Bool = false, retryAfter: Int? = nil
    ) {
        self.code = code
        self.scope = scope
        self.advice = advice
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }
}

/// A refusal as it came from an IMAP server.
public struct IMAPRefusal: Hashable, Sendable {
    public enum Moment: Hashable, Sendable, CaseIterable {
        /// The first line of a connection.
        case greeting
        case login
        /// SELECT or EXAMINE.
        case select
        case command
    }

    public enum Status: String, Hashable, Sendable, CaseIterable { case no, bad, bye }

    public var moment: Moment
    public var status: Status
    /// The response code's name, such as `AUTHENTICATIONFAILED`; in any case.
    public var responseCode: String?
    public var text: String

    public init(moment: Moment, status: Status, responseCode: String?, text: String) {
        self.moment = moment
        self.status = status
        self.responseCode = responseCode
        self.text = text
    }
}
