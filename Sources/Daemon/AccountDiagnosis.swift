import Accounts
import ActionJournal
import Doctor
import Foundation
import HTTPRequest
import MailModel
import MailTransport
import Notifications

/// Runs the doctor on accounts, and on what they share on this machine, with a dialer of its own.
public struct AccountDiagnosis: Sendable {
    let configuration: Configuration
    let scope: DoctorScope

    public init(_ configuration: Configuration, write: Bool = false, send: Bool = false) {
        self.init(
            configuration,
            scope: DoctorScope(write: write, send: send, clock: { Int64(Date().timeIntervalSince1970) }))
    }

    init(_ configuration: Configuration, scope: DoctorScope) {
        self.configuration = configuration
        self.scope = scope
    }

    public func run(_ account: AccountConfiguration) async -> [CheckResult] {
        await withDialer { dialer in
            let access = ConnectorAccess(account: account, dialer: dialer, seconds: scope.step)
            return await AccountCheck(account: account, access: access, dialer: dialer, scope: scope).run()
        }
    }

    /// Whether the state folder can hold the journal. Makes nothing.
    public func stateFolder() -> CheckResult {
        let folder = configuration.stateFolder
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: folder, isDirectory: &isFolder) else {
            var parent = URL(filePath: folder).deletingLastPathComponent()
            while !files.fileExists(atPath: parent.path), parent.path.count > 1 { parent.deleteLastPathComponent() }
            guard files.isWritableFile(atPath: parent.path) else {
                return noState("\(folder) is not there, and cannot be made in \(parent.path)")
            }
            return .passed("state", "\(folder) is not there yet; `run` makes it")
        }
        guard isFolder.boolValue else { return noState("\(folder) is no folder") }
        guard files.isWritableFile(atPath: folder) else { return noState("\(folder) cannot be written by this user") }
        let free = (try? files.attributesOfFileSystem(forPath: folder))?[.systemFreeSize] as? NSNumber
        if let free, free.int64Value < Self.leastFree {
            return noState("\(folder) is on a disk with only \(free.int64Value / 1_000_000) MB left")
        }
        guard files.fileExists(atPath: "\(folder)/journal.sqlite") else {
            return .passed("state", "\(folder) can be written; there is no journal yet")
        }
        do {
            try Journal.open(folder: folder, access: .readOnly).close()
            return .passed("state", "\(folder) holds the journal and can be written")
        } catch {
            return noState("\(error)")
        }
    }

    /// Bytes below which a disk counts as full.
    private static let leastFree: Int64 = 50_000_000

    private func noState(_ detail: String) -> CheckResult {
        CheckResult(
            check: "state", ok: false, code: .journalUnavailable, detail: detail,
            advice: FaultAdvice.sentence(for: .journalUnavailable, .imap, .custom, nil))
    }

    /// Sends a notification over each channel.
    public func channels() async -> [CheckResult] {
        await withDialer { dialer in
            let channels = NoticeChannels(
                configuration: configuration, http: dialer,
                markerKey: { [folder = configuration.stateFolder] in await Self.markerKey(in: folder) },
                submitter: { [configuration, scope] name in
                    configuration.account(name).flatMap {
                        ConnectorAccess(account: $0, dialer: dialer, seconds: scope.step)
                            .submitter(seconds: scope.step, witness: TLSWitness())
                    }
                },
                clock: { Int64(Date().timeIntervalSince1970) }
            ).all
            var results: [CheckResult] = []
            for channel in configuration.channels {
                results.append(await notify(channel.name, channels[channel.name]))
            }
            return results
        }
    }

    private func notify(_ name: String, _ channel: (any NotificationChannel)?) async -> CheckResult {
        let check = "notify.\(name)"
        guard let channel else {
            return CheckResult(
                check: check, ok: false, code: .configuration, detail: "the account that is to send it cannot send",
                advice: "Give the account `smtp` and `address`.")
        }
        let key = "doctor-\(UInt64.random(in: .min ... .max))"
        let notification = Notification(
            title: "Postmoon doctor", body: "This channel works.", key: key, account: "", rule: "", messageID: "",
            plan: "")
        do {
            try await scope.inTime { try await channel.deliver(notification) }
            return .passed(check, "a notification was taken")
        } catch {
            let fault = error as? any Fault
            return CheckResult(
                check: check, ok: false, code: fault?.code ?? .connectionTimeout,
                detail: fault?.description ?? "it did not take the notification within \(Int(scope.step)) s",
                advice: "Check the channel's address and secret in [notify.\(name)].")
        }
    }

    /// The installation's own where it has one: its rules then know the message for a notification. Makes nothing.
    private static func markerKey(in folder: String) async -> [UInt8] {
        if FileManager.default.fileExists(atPath: "\(folder)/journal.sqlite"),
            let journal = try? Journal.open(folder: folder, access: .readOnly)
        {
            defer { journal.close() }
            if let key = try? await journal.markerKey() { return key }
        }
        return (0..<32).map { _ in .random(in: .min ... .max) }
    }

    private func withDialer<Value: Sendable>(_ work: (Dialer) async -> Value) async -> Value {
        // A connection and its handshake together stay within one step.
        let dialer = Dialer(
            threads: 1, deadlines: DialDeadlines(connect: scope.step * 0.9, handshake: scope.step * 0.9))
        let value = await work(dialer)
        await dialer.shutDown()
        return value
    }
}
