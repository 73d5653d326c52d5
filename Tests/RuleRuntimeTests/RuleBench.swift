import MIMEParsing
import MailModel
import Testing

@testable import RuleRuntime

/// Loads rules from text and asks them about messages from text.
struct RuleBench {
    static let environment = RuleEnvironment(
        accounts: [
            RuleAccount(
                name: account("home"), addresses: ["jane@icloud.com", "jane.doe@icloud.com"],
                watched: [.inbox, folder("Team/Support")]),
            RuleAccount(
                name: account("work"), addresses: ["jane@acme.example"], canRedirect: "the provider rewrites it"),
            RuleAccount(name: account("silent"), addresses: ["silent@example.net"], canSend: false),
        ], channels: ["phone", "desk"], programs: ["archiver"], timezone: "Europe/Berlin")

    /// 2026-03-02 12:00:00 UTC, a Monday.
    static let now: Int64 = 1_772_452_800

    let runtime: RuleRuntime

    init(
        _ source: String, lists: [String: String] = [:], limits: RuleLimits = .standard,
        environment: RuleEnvironment = RuleBench.environment
    ) async throws(RuleLoadError) {
        try await self.init(files: ["rules.lua": source], lists: lists, limits: limits, environment: environment)
    }

    init(
        files: [String: String], lists: [String: String] = [:], limits: RuleLimits = .standard,
        environment: RuleEnvironment = RuleBench.environment
    ) async throws(RuleLoadError) {
        let folder = RuleFolder(
            files: files.map { RuleFolder.File(name: $0.key, content: $0.value) },
            lists: lists.mapValues { Array($0.utf8) })
        runtime = try await RuleRuntime(
            folder: folder, environment: environment, limits: limits, executor: RuleExecutor(label: "test"))
    }

    /// The one decision, with everything fetched.
    func decide(_ message: RuleMessage, state: RuleStateSnapshot = .empty) async throws -> Decision {
        switch await runtime.decide(message, state: state, now: Self.now) {
        case .decided(let decision): return decision
        case .needs(let need):
            Issue.record("needs \(need)")
            throw Unexpected()
        case .failed(let failure):
            Issue.record("\(failure)")
            throw failure
        }
    }

    func failure(_ message: RuleMessage) async throws -> RuleFailure {
        guard case .failed(let failure) = await runtime.decide(message, state: .empty, now: Self.now) else {
            Issue.record("did not fail")
            throw Unexpected()
        }
        return failure
    }

    /// Whether a condition holds for a message.
    static func holds(_ condition: String, for message: RuleMessage) async throws -> Bool {
        let bench = try await RuleBench("rule \"r\" { when = \(condition), run = { mark \"seen\" } }")
        return try await !bench.decide(message).actions.isEmpty
    }

    /// The problems of a file that does not load.
    static func problems(_ source: String) async -> [String] {
        do {
            _ = try await RuleBench(source)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    struct Unexpected: Error {}

    static func account(_ name: String) -> AccountName { AccountName(name)! }
    static func folder(_ name: String) -> MailboxName { MailboxName(name)! }
}

extension RuleMessage {
    /// A whole message from its text.
    static func whole(
        _ text: String = RuleMessage.receipt, flags: Set<Flag> = [], event: RuleEvent = .new, mailbox: String = "INBOX",
        received: Int64 = RuleBench.now - 60, account: String = "home"
    ) -> RuleMessage {
        let raw = Array(text.replacing("\n", with: "\r\n").utf8)
        return RuleMessage(
            account: RuleBench.account(account), mailbox: RuleBench.folder(mailbox), uid: 7, event: event, flags: flags,
            size: raw.count, received: received, header: HeaderBlock(raw), headerIsWhole: true, raw: raw)
    }

    /// What a header fetch gives; `whole: false` is a fetch of `fields` only.
    static func header(_ text: String, fields: Set<String>? = nil, size: Int = 5_000) -> RuleMessage {
        let raw = Array(text.replacing("\n", with: "\r\n").utf8)
        return RuleMessage(
            account: RuleBench.account("home"), mailbox: .inbox, uid: 7, event: .new, flags: [], size: size,
            received: RuleBench.now - 60, header: HeaderBlock(raw), headerIsWhole: fields == nil, fetchedFields: fields)
    }

    static let receipt = """
        Return-Path: <no_reply@email.apple.com>
        Message-ID: <r1@apple.com>
        Date: Mon, 02 Mar 2026 11:58:00 +0000
        From: "Apple, Inc." <no_reply@email.apple.com>
        To: Jane Doe <jane+shop@icloud.com>, team@acme.example
        Cc: Boss <boss@acme.example>
        Subject: =?utf-8?q?Your_receipt_from_Apple=2E_M=C3=BCnchen?=
        X-Tag: one
        X-Tag: two
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8

        Total: 12.99 EUR
        Thank you.

        """
}
