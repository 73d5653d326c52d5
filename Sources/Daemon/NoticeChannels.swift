import Accounts
import ActionExecutor
import ActionJournal
import HTTPRequest
import MailModel
import Notifications
import SMTPClient

/// The configuration's `[notify.NAME]` as channels that deliver.
struct NoticeChannels {
    let configuration: Configuration
    let http: any HTTPPerforming
    /// What messages of this installation are known by.
    let markerKey: @Sendable () async throws(JournalError) -> [UInt8]
    /// Who sends for an account; `nil` when it cannot.
    let submitter: @Sendable (AccountName) -> (any MailSubmitting)?
    let clock: @Sendable () -> Int64

    /// By their names.
    var all: [String: any NotificationChannel] {
        var channels: [String: any NotificationChannel] = [:]
        for channel in configuration.channels { channels[channel.name] = make(channel) }
        return channels
    }

    private func make(_ channel: NotifyChannelConfiguration) -> (any NotificationChannel)? {
        switch channel.kind {
        case .webhook(let url, let headers, let secret):
            WebhookChannel(
                name: channel.name, url: { try await url.read() }, headers: { try await Self.read(headers) },
                signingKey: { try await secret?.read() }, http: http)
        case .ntfy(let url, let headers):
            NtfyChannel(
                name: channel.name, url: { try await url.read() }, headers: { try await Self.read(headers) },
                http: http)
        case .desktop: DesktopChannel(name: channel.name)
        case .command(let command): CommandChannel(name: channel.name, command: command)
        case .mail(let account, let recipient): mail(channel.name, account, recipient)
        }
    }

    private func mail(_ name: String, _ account: AccountName, _ recipient: EnvelopeAddress) -> MailChannel? {
        guard let sender = configuration.account(account), let address = sender.address else { return nil }
        return MailChannel(
            name: name,
            sender: MailChannel.Sender(
                account: account, address: address, displayName: sender.displayName ?? "Postmoon",
                unknown: sender.unknown ?? .resend),
            recipient: recipient, markerKey: markerKey, submitter: { [submitter] in submitter(account) }, clock: clock)
    }

    private static func read(
        _ headers: [NotifyChannelConfiguration.Header]
    ) async throws -> [(String, Secret)] {
        var values: [(String, Secret)] = []
        for header in headers { values.append((header.name, try await header.value.read())) }
        return values
    }
}
