import ActionJournal
import IMAPSession
import MailModel
import TestKit
import Testing

/// Servers that say OK and do nothing, leave things out, or refuse.
@Suite struct OddServerTests {
    @Test(arguments: [ServerTraits.modern, .withoutMove, .minimal]) func anOKThatDidNothingIsNotBelieved(
        _ traits: ServerTraits
    ) async throws {
        for number in 1..<9 {
            let bench = try FilingBench(traits)
            let token = bench.store.deliver(letter("receipt", id: "1"))
            let plan = try await bench.plan(token, [.mark(flag: "flagged"), .move(to: "Receipts")])
            bench.server.put(.ignored, at: number)
            try await bench.attendUntilQuiet()
            let context = Comment(rawValue: "ignored \(number): \(bench.server.commands)")
            #expect(bench.store["Receipts"]?.messages.count == 1, context)
            #expect(bench.store.flags(of: token, in: "Receipts") == [.flagged], context)
            #expect(bench.store.violations.isEmpty, context)
            // A look that showed nothing proves nothing: then a person is asked.
            let state = try await bench.state(plan)
            #expect(state == .done || (state == .held && !traits.has("UIDPLUS")), context)
        }
    }

    @Test(arguments: [ServerTraits.modern, .withoutMove, .minimal]) func aServerThatNeverDoesWhatItSaysIsGivenUp(
        _ traits: ServerTraits
    ) async throws {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.ignore(["UID MOVE", "UID COPY"])
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(try await bench.state(plan) == .failed)
        #expect(bench.store.violations.isEmpty)
        #expect(bench.server.commands.count < 200)
    }

    @Test(arguments: ["UNAVAILABLE", nil, "OVERQUOTA", "NOPERM"]) func aNOLosesNothing(
        _ code: String?
    ) async throws {
        for traits in [ServerTraits.modern, .withoutMove, .minimal] {
            for number in 1..<8 {
                let bench = try FilingBench(traits)
                let token = bench.store.deliver(letter("receipt", id: "1"))
                let plan = try await bench.plan(token, [.mark(flag: "flagged"), .move(to: "Receipts")])
                bench.server.put(.refused(code: code), at: number)
                await #expect(throws: Never.self) { try await bench.attendUntilQuietOrRefused() }
                let places = bench.store.places(of: token)
                let context = Comment(rawValue: "NO \(code ?? "") \(number): \(places) \(bench.server.commands)")
                #expect(bench.store["Receipts"].map(\.messages.count) ?? 0 <= 1, context)
                #expect(!places.isEmpty, context)
                #expect(bench.store.violations.isEmpty, context)
                let state = try await bench.state(plan)
                #expect([.done, .failed, .rolledBack, .held].contains(state), context)
                if state == .rolledBack {
                    #expect(places == ["INBOX"] && bench.store.flags(of: token, in: "INBOX") == [], context)
                }
                if code == "UNAVAILABLE" { #expect(state == .done, context) }
            }
        }
    }

    @Test func aTargetThatCannotBeLookedAtIsNotTakenForEmpty() async throws {
        for code in ["UNAVAILABLE", "NOPERM", nil] {
            for traits in [ServerTraits.modern, .withoutMove] {
                let bench = try FilingBench(traits)
                let token = bench.store.deliver(letter("receipt", id: "1"))
                let plan = try await bench.plan(token, [.move(to: "Receipts")])
                let filing = traits.has("MOVE") ? "UID MOVE" : "UID COPY"
                bench.server.cut(after: filing)
                #expect(try await !bench.attendUnlessCut())
                bench.server.rest()
                bench.server.refuse("EXAMINE", code: code)
                _ = try? await bench.attend()
                #expect(bench.store["Receipts"]?.messages.count == 1, "\(bench.server.commands)")
                #expect(try await bench.state(plan) != .superseded)
                bench.server.rest()
                try await bench.attendUntilQuietOrRefused()
                #expect(bench.store["Receipts"]?.messages.count == 1)
                #expect(bench.store.violations.isEmpty)
                if code == "UNAVAILABLE" { #expect(try await bench.state(plan) == .done) }
            }
        }
    }

    @Test(arguments: [ServerTraits.modern, .withoutMove]) func aListingThatIsRefusedProvesNothing(
        _ traits: ServerTraits
    ) async throws {
        let bench = try FilingBench(traits)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.move(to: "Receipts")])
        bench.server.cut(after: traits.has("MOVE") ? "UID MOVE" : "UID COPY")
        #expect(try await !bench.attendUnlessCut())
        bench.server.rest()
        bench.server.refuse("UID FETCH", code: nil)
        _ = try? await bench.attend()
        bench.server.rest()
        try await bench.attendUntilQuietOrRefused()
        #expect(bench.store["Receipts"]?.messages.count == 1)
        #expect(try await bench.state(plan) != .superseded)
        #expect(!bench.store.places(of: token).isEmpty)
    }

    @Test func copiesThatCannotBeRecognisedAreNotMadeAgainAndAgain() async throws {
        for traits in [ServerTraits.minimal, .withoutMove, .modern] {
            let bench = try FilingBench(traits.with { $0.copyChangesDate = true })
            let token = bench.store.deliver(letter("receipt", id: "1"))
            try await bench.plan(token, [.move(to: "Receipts")])
            try await bench.attendUntilQuiet()
            #expect(bench.store["Receipts"]?.messages.count == 1, "\(bench.server.commands)")
            #expect(bench.store.violations.isEmpty)
        }
    }

    @Test func twinsAreBothFiled() async throws {
        for traits in [ServerTraits.modern, .withoutMove, .minimal, .withoutMove.with { $0.copyUIDs = .malformed }] {
            let bench = try FilingBench(traits)
            let twins = [
                bench.store.deliver(letter("alert", body: "web1")), bench.store.deliver(letter("alert", body: "web2")),
            ]
            for twin in twins {
                let plan = try await bench.plan(twin, [.move(to: "Receipts")])
                try await bench.attend()
                #expect(try await bench.state(plan) == .done)
            }
            for twin in twins { #expect(bench.store.places(of: twin).contains("Receipts")) }
            #expect(bench.store.violations.isEmpty)
        }
    }

    /// The second one's COPY is cut before it took effect; the first one's copy must not pass for it.
    @Test(arguments: [ServerTraits.withoutMove, .minimal]) func aTwinsCopyIsNotTakenForOurs(
        _ traits: ServerTraits
    ) async throws {
        for crashes in [false, true] {
            let bench = try FilingBench(traits)
            let twins = [
                bench.store.deliver(letter("alert", body: "web1")), bench.store.deliver(letter("alert", body: "web2")),
            ]
            try await bench.plan(twins[0], [.move(to: "Receipts")])
            try await bench.attend()
            try await bench.plan(twins[1], [.move(to: "Receipts")])
            bench.server.rest()
            bench.server.cut(before: "UID COPY")
            #expect(try await !bench.attendUnlessCut())
            bench.server.rest()
            if crashes { try bench.crash() }
            try await bench.attendUntilQuiet()
            #expect(bench.store.places(of: twins[1]).contains("Receipts"))
            #expect(bench.store.violations.isEmpty)
        }
    }

    @Test func aTargetThatSomebodyDeletedIsMadeAnew() async throws {
        let bench = try FilingBench(.modern)
        let first = bench.store.deliver(letter("first", id: "1"))
        try await bench.plan(first, [.move(to: "Receipts")])
        let link = try await bench.server.connect()
        try await bench.attend(link)
        bench.store.deleteMailbox("Receipts")
        let second = bench.store.deliver(letter("second", id: "2"))
        let plan = try await bench.plan(second, [.move(to: "Receipts")])
        try await bench.attend(link)
        await link.close()
        #expect(bench.store.places(of: second) == ["Receipts"])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func aMissingTargetIsMadeUnlessTheRuleForbidsIt() async throws {
        let bench = try FilingBench(.modern, mailboxes: ["INBOX"])
        let wanted = bench.store.deliver(letter("first", id: "1"))
        let refused = bench.store.deliver(letter("second", id: "2"))
        let made = try await bench.plan(wanted, [.move(to: "New/Deep")])
        let failed = try await bench.plan(refused, [.move(to: "Other", create: false)])
        try await bench.attend()
        #expect(bench.store.places(of: wanted) == ["New/Deep"])
        #expect(bench.store.places(of: refused) == ["INBOX"])
        #expect(try await bench.state(made) == .done)
        #expect(try await bench.state(failed) == .failed)
        #expect(bench.store.names == ["INBOX", "New/Deep"])
    }

    @Test func oneMessageThatIsRefusedDoesNotFailTheOthers() async throws {
        let bench = try FilingBench(.modern)
        let tokens = (1...5).map { bench.store.deliver(letter("receipt", id: "\($0)")) }
        for token in tokens { try await bench.plan(token, [.move(to: "Receipts")]) }
        bench.server.put(.refused(code: "EXPUNGEISSUED"), at: 2)
        try await bench.attendUntilQuiet()
        #expect(bench.server.commands.count > 3)
        for token in tokens { #expect(bench.store.places(of: token) == ["Receipts"], "\(bench.server.commands)") }
    }

    @Test func aKeywordThatTheServerForgetsIsNotSaidToBeDone() async throws {
        let bench = try FilingBench(.modern.with { $0.forgetsKeywords = true })
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.keyword("Paid")])
        try await bench.attendUntilQuiet()
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func aReadOnlyMailboxLosesNothing() async throws {
        let bench = try FilingBench(.withoutMove)
        let token = bench.store.deliver(letter("receipt", id: "1"))
        bench.store.setReadOnly("INBOX")
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .move(to: "Receipts")])
        try await bench.attendUntilQuiet()
        #expect(bench.store.places(of: token) == ["INBOX"])
        #expect(try await bench.state(plan) == .failed)
    }

    @Test func aServerWithoutUIDNEXTStillFiles() async throws {
        for traits in [ServerTraits.modern, .withoutMove, .minimal] {
            let bench = try FilingBench(traits.with { $0.hidesUIDNext = true })
            let token = bench.store.deliver(letter("receipt", id: "1"))
            let plan = try await bench.plan(token, [.move(to: "Receipts")])
            try await bench.attendUntilQuiet()
            #expect(bench.store["Receipts"]?.messages.count == 1)
            #expect(bench.store.violations.isEmpty)
            let state = try await bench.state(plan)
            #expect(state == (traits.has("UIDPLUS") ? .done : .held))
        }
    }

    @Test func answersByteByByteAreUnderstood() async throws {
        let bench = try FilingBench(.withoutMove.with { $0.dribbles = true })
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let plan = try await bench.plan(token, [.mark(flag: "seen"), .move(to: "Receipts")])
        try await bench.attend()
        #expect(bench.store.places(of: token) == ["Receipts"])
        #expect(try await bench.state(plan) == .done)
    }

    @Test func prefixesAndSeparatorsOfTheServerAreObeyed() async throws {
        let traits = ServerTraits.modern.with {
            $0.prefix = "INBOX."
            $0.delimiter = "."
        }
        let bench = try FilingBench(traits, mailboxes: ["INBOX", "INBOX.Receipts"])
        let token = bench.store.deliver(letter("receipt", id: "1"))
        let other = bench.store.deliver(letter("receipt", id: "2"))
        try await bench.plan(token, [.move(to: "Receipts")])
        try await bench.plan(other, [.move(to: "Shops/Bücher & mehr")])
        try await bench.attend()
        #expect(bench.store.places(of: token) == ["INBOX.Receipts"])
        #expect(bench.store.places(of: other) == ["INBOX.Shops.Bücher & mehr"])
    }

    @Test func manyMessagesGoInFewCommandsOfLimitedLength() async throws {
        let bench = try FilingBench(.modern)
        // Every other one, so that no range is longer than one UID.
        let tokens = (1...800).map { bench.store.deliver(letter("mail \($0)", id: "\($0)")) }
        let wanted = tokens.filter { !$0.isMultiple(of: 2) }
        try await bench.plan(all: wanted, [.move(to: "Receipts")])
        bench.server.rest()
        try await bench.attend()
        #expect(bench.store["Receipts"]?.messages.map(\.token) == wanted)
        let moves = bench.server.commands.filter { $0.hasPrefix("UID MOVE") }
        #expect(moves.count < 6)
        #expect(moves.allSatisfy { $0.utf8.count <= 1_000 })
    }
}

extension FilingBench {
    /// As `attendUntilQuiet`; a refusal ends the round, as it does for a worker.
    func attendUntilQuietOrRefused() async throws {
        for _ in 0..<12 {
            do {
                try await attendUntilQuiet()
                return
            } catch let error as SessionError where error.scope <= .connection {
                clock.pass(60)
            }
        }
    }
}
