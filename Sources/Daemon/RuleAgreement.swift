import ActionJournal
import IMAPSession
import MailModel
import RuleRuntime

/// How well a rule files mail as its person does: a line of `sweep --agree --json`.
public struct AgreementReport: Codable, Sendable {
    /// A message that lies elsewhere than the rule would have put it.
    public struct Example: Codable, Sendable {
        public var account: String
        /// Where it is.
        public var folder: String
        public var uid: UInt32
        public var messageID: String
        public var subject: String
        public var from: String
        /// Where the rule would have put it.
        public var would: String

        private enum CodingKeys: String, CodingKey {
            case account, folder, uid
            case messageID = "message_id"
            case subject, from, would
        }
    }

    public var rule: String
    /// Messages that the rule would have filed.
    public var hits: Int
    /// Of these, those that lie where it would have put them.
    public var agree: Int
    public var disagree: Int
    public var examples: [Example]

    public func json() throws -> String { try JSONLine.encode(self) }
}

/// What became of all messages that were looked at.
public struct AgreementCounts: Sendable {
    public var messages = 0
    public var filed = 0
    public var agree = 0
    /// Messages for which a rule failed.
    public var failed = 0
    /// Messages in folders that nobody watches which no rule would have filed.
    public var byHand = 0

    public var sentence: String {
        var text =
            "\(messages) messages: rules would have filed \(filed), \(agree) of them where they are; \(byHand) were filed"
            + " by hand and no rule would have"
        if failed > 0 { text += "; for \(failed) a rule failed" }
        return text
    }
}

/// Compares where rules would have put mail when it came with where its person put it. Changes and stores nothing.
struct RuleAgreement: Sendable {
    static let exampleLimit = 5

    let engine: Engine

    func run(_ query: SweepQuery) async throws -> (rules: [AgreementReport], counts: AgreementCounts) {
        var counts = AgreementCounts()
        var reports: [String: AgreementReport] = [:]
        var order: [String] = []
        for hub in engine.hubs where query.includes(hub.name) {
            guard let runtime = await engine.surroundings.rules.runtime(for: hub.name)?.runtime else { continue }
            let outlines = await runtime.outlines().filter { outline in
                outline.rule.enabled && (query.only?.contains(outline.rule.name) ?? true)
                    && outline.rule.accounts?.contains(hub.name.rawValue) ?? true
            }
            for outline in outlines where outline.files && reports[outline.rule.name] == nil {
                order.append(outline.rule.name)
                reports[outline.rule.name] = AgreementReport(
                    rule: outline.rule.name, hits: 0, agree: 0, disagree: 0, examples: [])
            }
            for folder in try await folders(query, hub, outlines) {
                try await look(folder, hub, runtime, query, &reports, &counts)
            }
        }
        return (order.compactMap { reports[$0] }, counts)
    }

    /// Those that are named, else the watched ones and every folder that a rule files into, where they are there.
    private func folders(
        _ query: SweepQuery, _ hub: AccountHub, _ outlines: [RuleOutline]
    ) async throws -> [MailboxName] {
        guard query.folders.isEmpty else { return query.folders(orElse: []) }
        let (visit, _) = try await MailboxVisit.open(hub, hub.account.watch.first ?? .inbox)
        defer { visit.connection.close() }
        var folders = hub.account.watch
        for target in outlines.flatMap({ $0.targets(in: hub.name, roles: visit.roles) }) where !folders.contains(target)
        {
            folders.append(target)
        }
        let known = Set(try await visit.folderNames())
        return folders.filter { known.contains($0) || hub.account.watch.contains($0) }
    }

    private func look(
        _ folder: MailboxName, _ hub: AccountHub, _ runtime: RuleRuntime, _ query: SweepQuery,
        _ reports: inout [String: AgreementReport], _ counts: inout AgreementCounts
    ) async throws {
        let (visit, _) = try await MailboxVisit.open(hub, folder)
        defer { visit.connection.close() }
        let arrival = hub.account.watch.first ?? .inbox
        let walk = MailboxWalk(visit: visit, since: query.oldest(at: engine.surroundings.clock()))
        var tally = (reports: reports, counts: counts)
        try await walk.run(fetching: runtime.needs.headerFields) { part in
            tally.counts.messages += part.unreadable.count
            tally.counts.failed += part.unreadable.count
            for message in part.messages {
                var look = RuleLook(message, visit)
                look.imagineArrival(in: arrival)
                // As it was then: what is old now was new when it came.
                let answer = try await look.ask(
                    runtime, state: .empty, now: message.facts.internalDate, only: query.only)
                guard let answer else { continue }
                tally.counts.messages += 1
                switch answer {
                case .failure: tally.counts.failed += 1
                case .success(let decision):
                    guard let removal = decision.actions.first(where: { $0.after == nil && $0.action.files }) else {
                        if !hub.account.watch.contains(folder) { tally.counts.byHand += 1 }
                        continue
                    }
                    let target = removal.action.target(roles: visit.roles)
                    Self.note(message, removal.rule, target, &tally.reports, &tally.counts)
                }
            }
        }
        (reports, counts) = tally
    }

    private static func note(
        _ message: ArrivedMessage, _ rule: String, _ target: String, _ reports: inout [String: AgreementReport],
        _ counts: inout AgreementCounts
    ) {
        var report =
            reports[rule] ?? AgreementReport(rule: rule, hits: 0, agree: 0, disagree: 0, examples: [])
        report.hits += 1
        counts.filed += 1
        if target == message.key.mailbox.rawValue {
            report.agree += 1
            counts.agree += 1
        } else {
            report.disagree += 1
            if report.examples.count < exampleLimit {
                let headline = MessageHeadline(message.header)
                report.examples.append(
                    AgreementReport.Example(
                        account: message.key.account.rawValue, folder: message.key.mailbox.rawValue,
                        uid: message.key.uid.rawValue, messageID: headline.messageID, subject: headline.subject,
                        from: headline.from, would: target
                    )
                )
            }
        }
        reports[rule] = report
    }
}

extension RuleOutline {
    /// Whether it may put mail into a folder.
    fileprivate var files: Bool {
        actions.contains { $0.after == nil && $0.action.files } || calls.contains { Self.filing.contains($0.action) }
    }

    private static let filing: Set<String> = ["move", "trash", "archive", "junk"]

    /// The folders of this account that it names.
    fileprivate func targets(in account: AccountName, roles: [MailboxRole: MailboxName]) -> [MailboxName] {
        let listed = actions.filter { $0.after == nil && $0.action.files }.map { $0.action.target(roles: roles) }
        let called = calls.compactMap { call -> String? in
            switch call.action {
            case "move": call.text
            case "trash", "archive", "junk": MailboxRole(rawValue: call.action).flatMap { roles[$0]?.rawValue }
            default: nil
            }
        }
        return (listed + called).compactMap { name in
            let prefix = "\(account):"
            return MailboxName(name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
        }
    }
}

extension MailAction {
    /// Whether it puts the message into a folder for good.
    fileprivate var files: Bool {
        switch self {
        case .move, .trash, .archive, .junk: true
        default: false
        }
    }

    /// The folder it puts the message into; with its account when that is another one.
    fileprivate func target(roles: [MailboxRole: MailboxName]) -> String {
        func named(_ role: MailboxRole) -> String { roles[role]?.rawValue ?? "role.\(role.rawValue)" }
        switch self {
        case .move(let target):
            let account = target.account.map { "\($0):" } ?? ""
            switch target.place {
            case .name(let name): return account + (MailboxName(name)?.rawValue ?? name)
            case .role(let role): return target.account == nil ? named(role) : "\(account)role.\(role.rawValue)"
            }
        case .archive: return named(.archive)
        case .junk: return named(.junk)
        default: return named(.trash)
        }
    }
}

extension MailboxVisit {
    fileprivate func folderNames() async throws -> [MailboxName] {
        try await connection.run(.list(reference: "", pattern: "*", returning: [])).checked().lists
            .filter { !$0.has("\\noselect") }.compactMap { server.layout.name($0.name) }
    }
}
