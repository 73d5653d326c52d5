import MailModel
import Testing

@testable import Notifications

@Suite struct DesktopChannelTests {
    @Test func mailIsNeitherOptionNorMarkup() {
        var notification = Notifications.Notification.sample
        notification.title = "--help\u{1B}[31m\nX"
        notification.body = "<a href=\"x\">1 & 2</a>\r\nsecond\0"
        #expect(
            DesktopChannel.command(for: notification) == [
                "notify-send", "--app-name=Postmoon", "--", "--help[31m X",
                "&lt;a href=\"x\"&gt;1 &amp; 2&lt;/a&gt;\nsecond",
            ])
    }

    @Test func longTextIsCutBetweenCharacters() {
        var notification = Notifications.Notification.sample
        notification.title = String(repeating: "👩‍👩‍👧‍👦", count: 100)
        notification.body = String(repeating: "ü", count: 10_000)
        let command = DesktopChannel.command(for: notification)
        #expect(command[3].utf8.count <= DesktopChannel.titleLimit && command[3].hasSuffix("👩‍👩‍👧‍👦…"))
        #expect(command[4].utf8.count <= DesktopChannel.bodyLimit && command[4].hasSuffix("ü…"))
    }
}
