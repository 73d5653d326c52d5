import ActionJournal
import MailModel
import TestKit
import Testing

/// The connection is cut, or the program ends, at every command, with the command carried out or not (FAULTS M1 to C6,
/// F1); afterwards each message is in one place, once.
@Suite struct CutTests {
    struct Course: Sendable, CustomTestStringConvertible {
        var name: String
        var traits: ServerTraits
        var mishap: Mishap
        /// The program forgets what is not in the journal.
        var crashes: Bool

        var testDescription: String { "\(name), \(mishap), \(crashes ? "program ends" : "program goes on")" }
    }

    static let courses: [Course] =
        [("MOVE", .modern), ("COPY and UID EXPUNGE", .withoutMove), ("without UIDPLUS", .minimal)].flatMap {
            (name: String, traits: ServerTraits) in
            [Mishap.cutBefore, .cutAfter].flatMap { mishap in
                [false, true].map { Course(name: name, traits: traits, mishap: mishap, crashes: $0) }
            }
        } + [
            Course(
                name: "MOVE, COPYUID missing", traits: .modern.with { $0.copyUIDs = .missing }, mishap: .cutAfter,
                crashes: true),
            Course(
                name: "COPY, COPYUID malformed", traits: .withoutMove.with { $0.copyUIDs = .malformed },
                mishap: .cutAfter, crashes: true),
        ]

    @Test(arguments: courses) func aCutAnywhereLosesAndDoublesNothing(_ course: Course) async throws {
        var reached = true
        var number = 0
        while reached {
            reached = try await cut(course, at: number)
            number += 1
        }
        #expect(number > 4, "there were commands to cut")
    }

    /// - Returns: whether there was such a command.
    private func cut(_ course: Course, at number: Int) async throws -> Bool {
        let bench = try FilingBench(course.traits)
        let bystander = bench.store.deliver(letter("untouched", id: "0"))
        let old = bench.store.deliver(letter("old", id: "old"), to: "Receipts")
        let tokens = (1...3).map { bench.store.deliver(letter("receipt \($0)", id: "\($0)")) }
        bench.store.allowRemoval(of: Set(tokens))
        let plans = try await bench.plan(all: tokens, [.mark(flag: "flagged"), .move(to: "Receipts")])

        bench.server.put(course.mishap, at: number)
        let wasWhole = try await bench.attendUnlessCut()
        let trail = bench.server.commands
        bench.server.rest()
        if course.crashes { try bench.crash() }
        try await bench.attendUntilQuiet()

        let context = Comment(rawValue: "cut at \(number): \(trail)\nthen: \(bench.server.commands)")
        let remains = bench.server.traits.has("UIDPLUS")
        for token in tokens {
            #expect(bench.store.places(of: token) == (remains ? ["Receipts"] : ["INBOX", "Receipts"]), context)
            #expect(bench.store.flags(of: token, in: "Receipts")?.contains(.flagged) == true, context)
            if !remains { #expect(bench.store.flags(of: token, in: "INBOX")?.contains(.deleted) == true, context) }
        }
        for plan in plans { #expect(try await bench.state(plan) == .done, context) }
        #expect(bench.store.places(of: bystander) == ["INBOX"], context)
        #expect(bench.store.places(of: old) == ["Receipts"], context)
        #expect(bench.store.violations.isEmpty, context)

        let before = bench.store.names.map { bench.store[$0] }
        try await bench.attend()
        #expect(bench.store.names.map { bench.store[$0] } == before, "once more changes nothing")
        return !wasWhole
    }

    /// At Gmail the archive has every message all the time, under a UID from long ago.
    @Test(arguments: [Mishap.cutBefore, .cutAfter]) func whatBearsALabelAlreadyIsFoundThere(
        _ mishap: Mishap
    ) async throws {
        var wasCut = true
        var number = 0
        while wasCut {
            let bench = try FilingBench(.labels)
            let token = bench.store.deliver(letter("receipt", id: "1"))
            bench.store.copy(token, from: "INBOX", to: "Receipts")
            let standing = try #require(bench.store["Receipts"]?.messages.first?.uid)
            bench.store.deliver(letter("newer", id: "2"), to: "Receipts")
            let plan = try await bench.plan(token, [.move(to: "Receipts")])
            bench.server.put(mishap, at: number)
            wasCut = try await !bench.attendUnlessCut()
            bench.server.rest()
            try bench.crash()
            try await bench.attendUntilQuiet()
            let context = Comment(rawValue: "cut at \(number): \(bench.server.commands)")
            #expect(bench.store.places(of: token) == ["Receipts"], context)
            #expect(try await bench.state(plan) == .done, context)
            let move = try #require(try await bench.steps(plan).first { $0.kind == .uidMove })
            #expect(move.outcome?.targetUID == standing.rawValue, context)
            number += 1
        }
        #expect(number > 3, "there were commands to cut")
    }

    @Test(arguments: [ServerTraits.modern, .withoutMove, .minimal]) func aSecondCutWithinRecoveryLosesNothing(
        _ traits: ServerTraits
    ) async throws {
        for first in 2..<8 {
            for second in 1..<5 {
                let bench = try FilingBench(traits)
                let token = bench.store.deliver(letter("receipt", id: "1"))
                let plan = try await bench.plan(token, [.move(to: "Receipts")])
                bench.server.put((first + second).isMultiple(of: 2) ? .cutBefore : .cutAfter, at: first)
                if try await bench.attendUnlessCut() { continue }
                bench.server.rest()
                bench.server.put(second.isMultiple(of: 2) ? .cutBefore : .cutAfter, at: second)
                try bench.crash()
                _ = try await bench.attendUnlessCut()
                bench.server.rest()
                try await bench.attendUntilQuiet()
                let context = Comment(rawValue: "cut at \(first), then at \(second)")
                #expect(try await bench.state(plan) == .done, context)
                #expect(bench.store["Receipts"]?.messages.count == 1, context)
                #expect(bench.store.violations.isEmpty, context)
            }
        }
    }
}

extension ServerTraits {
    func with(_ change: (inout ServerTraits) -> Void) -> ServerTraits {
        var traits = self
        change(&traits)
        return traits
    }
}
