/// A way to reach a person, one `[notify.NAME]` of the configuration.
public protocol NotificationChannel: Sendable {
    var name: String { get }

    /// Whether a notification may be delivered again of which nobody knows whether it was: the receiver tells a
    /// repetition by its key, or it does no harm (DESIGN §2).
    var mayRepeat: Bool { get }

    /// Returns when the channel took it. One attempt: who calls repeats what is transient.
    func deliver(_ notification: Notification) async throws(NotificationError)
}

extension NotificationChannel {
    public var mayRepeat: Bool { true }
}
