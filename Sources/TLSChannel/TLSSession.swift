/// What a finished handshake agreed on.
public struct TLSSession: Sendable, Hashable {
    /// As OpenSSL writes it: `TLSv1.3`.
    public var version: String
    public var cipher: String
    /// Whether a ticket of an earlier connection saved the exchange of certificates.
    public var resumed: Bool

    public init(version: String, cipher: String, resumed: Bool) {
        self.version = version
        self.cipher = cipher
        self.resumed = resumed
    }
}

/// A user event, fired once, after the handshake and before the first plaintext.
public struct TLSHandshakeCompleted: Sendable, Hashable {
    public var session: TLSSession

    public init(session: TLSSession) { self.session = session }
}
