import NIOCore
import Testing

@testable import TLSChannel

@Suite struct ResumptionTests {
    let contexts: Contexts

    init() throws { contexts = try Contexts() }

    private func connect(_ server: TLSServerContext, _ name: String = "mail.example.test") throws -> Pair {
        let pair = try Pair(client: contexts.client, server: server, name: name)
        try pair.carry()
        return pair
    }

    private func resumed(_ pair: Pair) throws -> Bool? { try pair.client.handshakeResult()?.get().resumed }

    @Test func theSecondConnectionResumes() throws {
        let server = try contexts.server()
        #expect(try resumed(connect(server)) == false)
        let second = try connect(server)
        #expect(try resumed(second) == true)
        second.server.send("* OK\r\n")
        try second.carry()
        #expect(second.client.recorder.received == Array("* OK\r\n".utf8))
        #expect(try resumed(connect(server)) == true)
    }

    @Test func anotherNameDoesNot() throws {
        let server = try contexts.server()
        _ = try connect(server)
        #expect(try resumed(connect(server, "127.0.0.1")) == false)
    }

    @Test func anotherServerMeansAFullHandshake() throws {
        _ = try connect(contexts.server())
        let pair = try connect(contexts.server())
        #expect(try resumed(pair) == false)
        #expect(pair.client.recorder.errors.isEmpty)
    }

    @Test func aLostLineLeavesItsTicketUsable() throws {
        let server = try contexts.server()
        let first = try connect(server)
        first.client.cutOff()
        #expect(first.client.recorder.errors.map(\.reason) == [.uncleanClose])
        #expect(try resumed(connect(server)) == true)
    }

    @Test func sessionsOfTLS12AreUsedAgainAndAgain() throws {
        let certificates = contexts.certificates
        let server = try TLSServerContext(
            certificateFile: certificates.certificate(.good), keyFile: certificates.key(.good), newest: .tls12)
        #expect(try resumed(connect(server)) == false)
        #expect(try resumed(connect(server)) == true)
        #expect(try resumed(connect(server)) == true)
    }

    @Test func ticketsAreUsedOnceAndTheCacheIsBounded() throws {
        let server = try contexts.server()
        let cache = TLSTicketCache()
        let connection = try #require(contexts.client.makeConnection(to: "mail.example.test"))
        let peer = try #require(server.makeConnection())
        func carry(_ from: TLSConnection, _ to: TLSConnection) {
            if let bytes = from.produce(allocator: .init()) { #expect(to.consume(bytes)) }
        }
        for _ in 0..<3 {
            _ = connection.step()
            carry(connection, peer)
            _ = peer.step()
            carry(peer, connection)
        }
        _ = connection.read(limit: 1, allocator: .init())
        let ticket = try #require(connection.takeTicket())
        #expect(connection.takeTicket() == nil)
        #expect(ticket.isFresh)
        #expect(ticket.isSingleUse)
        for number in 0..<100 { cache.keep(ticket, for: "host\(number)") }
        #expect(cache.nameCount == 64)
        #expect(cache.take(for: "host0") == nil)
        #expect(cache.take(for: "host99") === ticket)
        #expect(cache.take(for: "host99") == nil)
        for _ in 0..<10 { cache.keep(ticket, for: "host50") }
        #expect(cache.ticketCount(for: "host50") == 4)
    }
}
