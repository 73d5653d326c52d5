import ActionJournal
import MailModel
import TestKit
import Testing

/// Answers past every limit: the connection, or the message, is given up by name, and everything else goes on.
@Suite struct LimitTests {
    enum Excess: String, CaseIterable, Sendable {
        case longLine, longListing, literal, nesting, lineWithoutEnd, literalSizePastAllNumbers, rubbish,
            tooManyResponses
        case tooManyBytes, otherProtocol

        var sayings: [Saying] {
            switch self {
            case .longLine: [.text("* OK "), .bytes(9_000), .text("\r\n")]
            case .longListing: [.text("* LIST () \"/\" "), .bytes(70_000), .text("\r\n")]
            case .literal: [.text("* LIST () \"/\" {300000}\r\n"), .bytes(300_000), .text("\r\n")]
            case .nesting: [.text("* 1 FETCH (BODYSTRUCTURE " + String(repeating: "(", count: 70) + "\r\n")]
            case .lineWithoutEnd: [.text("* "), .bytes(200_000)]
            case .literalSizePastAllNumbers: [.text("* LIST () \"/\" {99999999999999999999}\r\n")]
            case .rubbish: [.text("\u{1}\u{2}\u{3}\r\n")]
            case .tooManyResponses: [.text(String(repeating: "* 1 RECENT\r\n", count: 251_000))]
            case .tooManyBytes:
                Array(repeating: [.text("* XYZZY "), .bytes(8_100), .text("\r\n")], count: 12_500).flatMap { $0 }
            case .otherProtocol: [.text("HTTP/1.1 400 Bad Request\r\n\r\n")]
            }
        }

        var code: String {
            switch self {
            case .rubbish, .otherProtocol: "protocol_error"
            default: "limit_exceeded"
            }
        }
    }

    @Test(arguments: Excess.allCases, ["LIST \"\" \"*\"", "UID FETCH", "IDLE"])
    func anAnswerPastALimitCostsItsConnectionAndNobodyElse(_ excess: Excess, at verb: String) async throws {
        // What takes seconds to parse is tried at one place.
        if excess == .tooManyResponses || excess == .tooManyBytes, verb != "IDLE" { return }
        let hostile = HostileServer()
        hostile.lie { exchange in
            exchange.connection == 0 && exchange.isFor(verb) ? [.text(exchange.untagged)] + excess.sayings : nil
        }
        hostile.store.deliver(letter("before", id: "0"))
        let honest = HostileServer()
        try await Program.run([
            Program.Account(server: hostile), Program.Account(name: "home", server: honest),
        ]) { program in
            try await program.awaitIdle(honest)
            let other = await honest.deliver("meanwhile")
            try await program.awaitFiled(other, on: honest)
            try await program.await("a named end", within: .seconds(60)) { program.book.failure() != nil }
            #expect(await program.faultCode() == excess.code, "\(program.book.text)")
            #expect(program.book.failure(of: "home") == nil)
            try await program.awaitHurrying("a new connection") { hostile.connections > 1 && hostile.isIdledOn }
            let token = await hostile.deliver("then")
            try await program.awaitFiled(token, on: hostile)
        }
    }

    /// A set that grows with each line: what it costs must not grow with all the lines before.
    @Test func aFloodOfVanishedMessagesIsTakenInLinearTime() async throws {
        let server = HostileServer()
        try await Program.run(on: server) { program in
            try await program.awaitIdle(server)
            let start = ContinuousClock.now
            for round in 0..<60 {
                await server.say(
                    "* VANISHED "
                        + stride(from: 1, to: 12_000, by: 2).map { "\(round * 20_000 + $0)" }.joined(separator: ","))
            }
            let token = await server.deliver("at last")
            try await program.awaitFiled(token, on: server)
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(server.connections == 1)
        }
    }

    /// One message that cannot be read is left by name; those before and behind it are filed.
    @Test(arguments: Poison.allCases, ["BODY.PEEK[]", "BODY.PEEK[HEADER"])
    func oneMessageThatCannotBeReadKeepsNoOtherFromBeingFiled(_ poison: Poison, section: String) async throws {
        let server = HostileServer()
        server.lie(poison.lie(about: section))
        let rules =
            section == "BODY.PEEK[]"
            ? #"rule "all" { when = body:contains "Hello", run = { move "Filed" } }"# : Program.filing
        if poison == .honestlyLarge, section != "BODY.PEEK[]" { return }
        try await Program.run(on: server, rules: rules) { program in
            try await program.awaitIdle(server)
            let tokens = (1...3).map { server.store.deliver(letter("mail \($0)", id: "\($0)")) }
            await server.say("* 3 EXISTS")
            try await program.awaitHurrying("the others filed") {
                await server.passWhereSilent(seconds: 61)
                return server.store.places(of: tokens[0]) == ["Filed"]
                    && server.store.places(of: tokens[2]) == ["Filed"]
            }
            #expect(server.store.places(of: tokens[1]) == ["INBOX"])
            let failed = try await program.plans().filter { $0.plan.state == .failed }
            #expect(failed.map(\.plan.key.uid.rawValue) == [2])
            #expect(failed.first?.plan.error?.isEmpty == false)
            #expect(server.connections <= 6)
            #expect(server.store.violations.isEmpty)
        }
    }
}
