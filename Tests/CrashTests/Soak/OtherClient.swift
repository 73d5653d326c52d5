import ActionJournal
import Foundation
import MailModel
import Synchronization

@testable import TestKit

/// Another client of the same accounts, which marks, moves, removes and brings back messages while Postmoon files them.
final class OtherClient: Sendable {
    private let site: SoakSite
    private let runs: PostmoonRuns
    private let seen = Mutex<[String: Set<SoakLetter.Deed>]>([:])

    init(_ site: SoakSite, beside runs: PostmoonRuns) {
        self.site = site
        self.runs = runs
    }

    /// What it was seen to have done, by token.
    var deeds: [String: Set<SoakLetter.Deed>] { seen.withLock { $0 } }

    /// Does what is to be done to a letter that was just delivered.
    func meddle(with letter: SoakLetter, using generator: SeededGenerator) async throws {
        var generator = generator
        let inbox = ["mailbox", "INBOX"] + Self.search(letter)
        switch letter.kind {
        case .answered: try await change(letter, ["flags", "add"], [#"\Flagged"#] + inbox, &generator)
        case .filedByHand: try await change(letter, ["move"], [SoakLetter.work] + inbox, &generator)
        case .gone: try await change(letter, ["expunge"], inbox, &generator)
        case .read: try await change(letter, ["flags", "add"], [#"\Seen"#] + inbox, &generator)
        case .moved, .flagged, .copied, .forwarded, .across, .later, .snoozed, .notified, .left,
            .passedOn:
            try await race(letter, inbox, &generator)
        }
    }

    private func race(_ letter: SoakLetter, _ inbox: [String], _ generator: inout SeededGenerator)
        async throws
    {
        switch letter.meddling {
        case .none: break
        case .mark:
            await pass(1...10, &generator)
            try await run(letter, ["flags", "add"], [#"\Seen"#] + inbox)
        case .expunge:
            await pass(1...10, &generator)
            try await run(letter, ["expunge"], inbox)
        case .moveAway:
            await pass(1...10, &generator)
            try await run(letter, ["move"], [SoakLetter.elsewhere] + inbox)
        case .dragBack:
            let target = ["mailbox", letter.folder] + Self.search(letter)
            for _ in 0..<12 {
                await pass(2...20, &generator)
                let found = (try? await run(letter, ["search"], target)) ?? ""
                if found.split(separator: "\n").isEmpty { continue }
                try await run(letter, ["move"], ["INBOX"] + target)
                return note(.draggedBack, letter)
            }
        }
    }

    /// Changes a letter once Postmoon knows it: before that it would be no change.
    private func change(
        _ letter: SoakLetter, _ command: [String], _ rest: [String], _ generator: inout SeededGenerator
    ) async throws {
        let place = ["uid", "mailbox", "INBOX"] + Self.search(letter)
        let answer = try await run(letter, ["fetch"], place)
        guard let uid = answer.split(separator: " ").last.flatMap({ UInt32($0.filter(\.isNumber)) })
        else { return }
        for _ in 0..<60 {
            await pass(1...8, &generator)
            guard try await isDecided(letter, uid) else { continue }
            try await run(letter, command, rest)
            return note(.changed, letter)
        }
    }

    private func isDecided(_ letter: SoakLetter, _ uid: UInt32) async throws -> Bool {
        let journal = try Journal.open(folder: site.state, access: .readOnly)
        defer { journal.close() }
        guard let account = AccountName(letter.home.rawValue) else { return false }
        return try await journal.progress(account: account, mailbox: .inbox).map {
            $0.nextUID.rawValue > uid
        } ?? false
    }

    private func note(_ deed: SoakLetter.Deed, _ letter: SoakLetter) {
        seen.withLock { _ = $0[letter.token, default: []].insert(deed) }
    }

    private static func search(_ letter: SoakLetter) -> [String] {
        ["header", "X-Token", letter.token]
    }

    @discardableResult
    private func run(_ letter: SoakLetter, _ command: [String], _ rest: [String]) async throws
        -> String
    {
        guard let server = site.mail[letter.home] else { return "" }
        return try await server.doveadm(command + ["-u", letter.home.rawValue] + rest)
    }

    /// Lets Postmoon do something first: now nothing, now all that it wants with a letter.
    private func pass(_ writes: ClosedRange<Int>, _ generator: inout SeededGenerator) async {
        await runs.proceed(writes: generator.scaled(in: writes), within: .seconds(2))
    }
}
