/// A way to reach a person, one `[notify.NAME]` of the configuration.
public protocol NotificationChannel: Sendable {
    var name: String { get }

    /// Returns when the channel took it. One attempt: who calls repeats what is transient.
    func deliver(_ notification: Notification) async throws(NotificationError)
}
