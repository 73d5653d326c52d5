import Foundation
import IMAPSyntax
import MailModel
import NIOCore
import Testing

/// Sessions with real kinds of servers, replayed from `Tests/Transcripts`: `S:` lines are the server's, `C:` ours.
struct TranscriptTests {
    static let servers = ["Dovecot", "iCloud", "Gmail", "Courier", "Cyrus", "Outlook"]

    struct Transcript {
        var server: [[UInt8]] = []
        var client: [String] = []

        init(_ name: String) throws {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let file = folder.appendingPathComponent("Transcripts/\(name).txt")
            for line in try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: true)
            {
                let content = line.dropFirst(2).hasPrefix(" ") ? line.dropFirst(3) : line.dropFirst(2)
                if line.hasPrefix("S:") { server.append(Array(content.utf8) + [0x0D, 0x0A]) }
                if line.hasPrefix("C:") { client.append(String(content)) }
            }
        }

        func events() -> [ResponseEvent] { Replay(limits: .standard, pieces: [server.flatMap(\.self)]).events }
    }

    @Test(arguments: servers) func readsTheSameWholeByLineAndByByte(_ name: String) throws {
        let transcript = try Transcript(name)
        let bytes = transcript.server.flatMap(\.self)
        let whole = Replay(limits: .standard, pieces: [bytes])
        #expect(whole.error == nil)
        #expect(whole.left == 0)
        #expect(Replay(limits: .standard, pieces: transcript.server) == whole)
        #expect(Replay(limits: .standard, pieces: bytes.map { [$0] }) == whole)
    }

    @Test(arguments: servers) func everyCommandIsAnswered(_ name: String) throws {
        let transcript = try Transcript(name)
        let tags = transcript.client.filter { $0 != "DONE" && !$0.isEmpty }.map { $0.prefix { $0 != " " } }
        let answered = transcript.events().compactMap { event -> String? in
            if case .tagged(let response) = event { return response.tag }
            return nil
        }
        #expect(answered == tags.map(String.init))
        #expect(answered.count >= 10)
    }

    @Test(arguments: servers) func nothingIsPassedOverButWhatIsKnownToBe(_ name: String) throws {
        let events = try Transcript(name).events()
        let passedOver = events.compactMap { event -> String? in
            switch event {
            case .untagged(.other(let name)), .fetchAttribute(.unknown(let name)): name
            default: nil
            }
        }
        #expect(passedOver == (name == "iCloud" ? ["ENVELOPE"] : []))
    }

    private func untagged(_ name: String) throws -> [UntaggedResponse] {
        try Transcript(name).events().compactMap { event in
            if case .untagged(let response) = event { return response }
            return nil
        }
    }

    private func codes(_ name: String) throws -> [ResponseCode] {
        try Transcript(name).events().compactMap { event in
            switch event {
            case .tagged(let response): response.code
            case .untagged(.status(_, let code, _)): code
            default: nil
            }
        }
    }

    @Test func dovecotMoves() throws {
        let codes = try codes("Dovecot")
        #expect(codes.contains(.copyUID(validity(1_728_900_001), source: ordered("4392"), target: ordered("3"))))
        #expect(codes.contains(.modified(uids(4_391...4_391))))
        #expect(codes.contains(.tryCreate))
        let responses = try untagged("Dovecot")
        #expect(responses.contains(.vanished(earlier: false, uids(4_392...4_392))))
        #expect(
            responses.contains(
                .mailboxStatus(
                    mailbox("Clients/Büro \"Nord\""), [.messages(7), .uidNext(uid(12)), .highestModSeq(ModSeq(31))])))
        #expect(responses.contains(.status(.ok, nil, "Still here")))
    }

    @Test func iCloudHasNoMoveButCopiesAndExpunges() throws {
        let responses = try untagged("iCloud")
        let capabilities = responses.compactMap { response in
            if case .capability(let names) = response { return Set(names) }
            return nil
        }
        #expect(capabilities.count == 1)
        #expect(capabilities.first?.isSuperset(of: ["UIDPLUS", "IDLE", "CONDSTORE", "XAPPLEPUSHSERVICE"]) == true)
        #expect(capabilities.first?.contains("MOVE") == false)
        #expect(!responses.contains { if case .enabled = $0 { true } else { false } })
        #expect(!responses.contains { if case .search = $0 { true } else { false } })
        #expect(
            try codes("iCloud").contains(
                .copyUID(validity(1_380_000_002), source: ordered("349"), target: ordered("17"))))
        let seen = try Transcript("iCloud").events().filter { $0 == .fetchAttribute(.flags([.seen])) }
        #expect(seen.count == 3)
    }

    @Test func gmailTellsItsIDsAndLabels() throws {
        let events = try Transcript("Gmail").events()
        #expect(events.contains(.fetchAttribute(.gmMessageID(1_278_455_344_230_334_866))))
        #expect(events.contains(.fetchAttribute(.gmLabels(["\\Important", "\\Sent", "Entwürfe", "Shop"]))))
        #expect(try codes("Gmail").contains(.webAlert("https://accounts.google.com/signin/continue?sarp=1&scc=1")))
    }

    @Test func courierSaysNothingOfMessageZero() throws {
        let events = try Transcript("Courier").events()
        let begun = events.filter { if case .fetchBegin = $0 { true } else { false } }
        #expect(begun == [.fetchBegin(message(2))])
        #expect(events.contains(.untagged(.search([], nil))))
        #expect(try codes("Courier").contains(.other(name: "MYRIGHTS", arguments: "\"acdilrsw\"")))
    }

    @Test func cyrusResynchronises() throws {
        let responses = try untagged("Cyrus")
        #expect(responses.contains(.vanished(earlier: true, uids(1...2, 5...9))))
        #expect(
            responses.contains(
                .list(ListEntry(attributes: ["\\hasnochildren"], delimiter: "/", name: mailbox("Say \"x\"")))))
        #expect(try Transcript("Cyrus").events().contains(.fetchAttribute(.emailID("M6d99ac3275bb4e"))))
    }

    @Test func outlookKeepsNoKeywords() throws {
        #expect(
            try codes("Outlook").contains(
                .permanentFlags([.seen, .answered, .flagged, .deleted, .draft, keyword("$MDNSent")], any: false)))
        #expect(try untagged("Outlook").last == .status(.bye, nil, "Session invalidated - AccessTokenExpired"))
    }
}
