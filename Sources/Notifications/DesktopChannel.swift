import ChildProgram
import Foundation
import MailModel

/// Shows each notification on the person's own desktop, by `notify-send` (package libnotify-bin).
public struct DesktopChannel: NotificationChannel {
    public let name: String
    public let mayRepeat = false
    private let timeout: Duration

    static let titleLimit = 240
    static let bodyLimit = 2_000
    /// Where the session and its bus are.
    private static let session = [
        "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
    ]

    public init(name: String, timeout: Duration = .seconds(10)) {
        self.name = name
        self.timeout = timeout
    }

    public func deliver(_ notification: Notification) async throws(NotificationError) {
        let environment = ProcessInfo.processInfo.environment.filter { Self.session.contains($0.key) }
        let program = ChildProgram(command: Self.command(for: notification), environment: environment, timeout: timeout)
        let result: ChildProgramResult
        do throws(ChildProgramError) {
            result = try await program.run()
        } catch {
            let isMissing = error.reason == .notFound
            throw NotificationError(
                code: error.code, isTransient: !isMissing, channel: name,
                detail: isMissing
                    ? "there is no notify-send: install libnotify-bin, or choose another type" : error.description)
        }
        guard result.exitStatus != 0 else { return }
        // Nobody is signed in to a desktop, for one; that may change.
        throw NotificationError(
            isTransient: true, channel: name,
            detail: "notify-send ended with status \(result.exitStatus); it needs the desktop session of the same user")
    }

    /// A title that begins with a dash is no option, and a body no markup.
    static func command(for notification: Notification) -> [String] {
        let title = NoticeText.shortened(NoticeText.line(notification.title), to: titleLimit)
        let body = NoticeText.shortened(NoticeText.plain(notification.body), to: bodyLimit)
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return ["notify-send", "--app-name=Postmoon", "--", title.isEmpty ? "Postmoon" : title, body]
    }
}
