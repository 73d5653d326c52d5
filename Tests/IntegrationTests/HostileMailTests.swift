import TestKit
import Testing

/// Mail as it really comes: large, without the header fields it should have, in raw bytes.
@Suite(.inTurn, .timeLimit(.minutes(5)))
struct HostileMailTests {
    @Test
    func `A message of 30 MB is read and filed, and does not hold up what comes behind it`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "large" { when = size:over "20MB" & body:contains "the very last line", run = { move "Large" } }
                rule "small" { when = subject:starts "Small", run = { move "Filed" } }
                """)
        let daemon = try await setup.watch()
        var letter = Letter("Huge")
        let line = "A line of more than seventy characters, of which there are very many.\r\n"
        letter.body = String(repeating: line, count: 430_000) + "This is the very last line.\r\n"
        try await server.deliver(letter, Letter("Small"), to: user)
        try await daemon.entry(within: .seconds(60)) { $0["rules"] == "large" }
        #expect(try await server.letter("Small", of: user, in: "Filed", within: .seconds(60)) != nil)
        _ = try await setup.plan(within: .seconds(60)) { $0.text("subject") == "Huge" && $0.text("status") == "done" }
        let filed = server.messages(of: user, in: "Large")
        #expect(filed.map { $0.content.count > 30_000_000 } == [true])
        #expect(server.messages(of: user).isEmpty)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: CapabilityProfile.allCases)
    func `Messages without Message-ID, and with the same, are told apart`(
        _ capabilities: CapabilityProfile
    ) async throws {
        let server = try await SharedServers.dovecot(capabilities)
        let user = newUser()
        var account = server.account(user)
        account.extra = "poll = \"1s\""
        let setup = try PostmoonSetup(
            accounts: [account], rules: #"rule "all" { when = subject:starts "File", run = { move "Filed" } }"#)
        let daemon = try await setup.watch()
        var none = [Letter("File none 1"), Letter("File none 2")]
        var same = [Letter("File same 1"), Letter("File same 2")]
        for index in 0..<2 {
            none[index].messageID = nil
            same[index].messageID = "the.same@example.net"
        }
        try await server.deliver(none[0], same[0], none[1], same[1], to: user)
        let expected: Set = ["File none 1", "File none 2", "File same 1", "File same 2"]
        #expect(try await server.subjects(of: user, in: "Filed", become: expected) == expected)
        #expect(server.messages(of: user, in: "Filed").count == 4)
        // Without UIDPLUS they stay, marked.
        let rest = capabilities == .minimal ? 4 : 0
        let left = try await server.messages(of: user, within: .seconds(20)) { messages in
            messages.count == rest && messages.allSatisfy { $0.flags.contains("T") }
        }
        #expect(left.count == rest && left.allSatisfy { $0.flags.contains("T") })
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `Headers in raw 8-bit bytes are decided on, filed and forwarded as they are`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let recipient = "\(newUser("oncall"))@example.com"
        let setup = try PostmoonSetup(
            accounts: [try await ForwardTests.account(user)],
            rules: """
                rule "raw" {
                  when = from:contains "example.net" & subject:contains "caf",
                  run  = { forward { to = "\(recipient)" }, move "Filed" },
                }
                """)
        let daemon = try await setup.watch()
        var raw = Array("From: Andr".utf8) + [0xE9] + Array(" <a@example.net>\r\nSubject: Un caf".utf8) + [0xE9, 0xFF]
        raw += Array("\r\nMessage-ID: <raw@example.net>\r\nX-Odd: ".utf8) + [0x01, 0x80, 0xC3]
        raw += Array("\r\n\r\nVoil".utf8) + [0xE0] + Array("\r\n".utf8)
        try await server.lmtp().deliver(raw, to: [user])
        let arrived = try #require(try await server.messages(of: recipient, atLeast: 1, within: .seconds(20)).first)
        #expect(Self.holds(arrived.content, Array("Subject: Un caf".utf8) + [0xE9, 0xFF]))
        let filed = try await server.messages(of: user, in: "Filed", atLeast: 1)
        #expect(filed.map { Self.holds($0.content, [0xE9, 0xFF]) } == [true])
        let plan = try await setup.plan { $0.text("status") == "done" }
        #expect(plan.text("message_id") == "raw@example.net")
        #expect(try await daemon.stop() == 0)
    }

    @Test
    func `A message with hardly a header is still a message`() async throws {
        let server = try await SharedServers.dovecot()
        let user = newUser()
        let setup = try PostmoonSetup(
            accounts: [server.account(user)],
            rules: """
                rule "empty" { when = none { from:exists(), subject:exists() }, run = { move "Empty" } }
                rule "rest" { when = subject:starts "File", run = { move "Filed" } }
                """)
        let daemon = try await setup.watch()
        for odd in ["\r\n", "\r\nonly a body\r\n", "no header at all\r\n"] {
            try await server.lmtp().deliver(odd, to: user)
        }
        try await server.deliver(Letter("File me"), to: user)
        #expect(try await server.letter("File me", of: user, in: "Filed") != nil)
        #expect(try await server.messages(of: user, in: "Empty", atLeast: 3).count == 3)
        #expect(try await daemon.stop() == 0)
    }

    private static func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }
}
