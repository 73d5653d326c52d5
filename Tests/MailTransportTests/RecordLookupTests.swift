import TestKit
import Testing

@testable import MailTransport

/// What the DNS says of a domain's mail, asked by the system's resolver of a name server of the test's own.
@Suite(.timeLimit(.minutes(1))) struct RecordLookupTests {
    private static func lookup(
        _ server: ScriptedNameServer, seconds: Double = 10
    ) -> RecordLookup {
        RecordLookup(server: RecordLookup.NameServer(address: "127.0.0.1", port: server.port), seconds: seconds)
    }

    @Test func servicesExchangersAndHosts() async throws {
        let server = try ScriptedNameServer([
            "_imaps._tcp.corp.example": [
                .service(priority: 10, weight: 1, port: 993, host: "imap.corp.example"),
                .service(priority: 0, weight: 5, port: 1_993, host: "Mail.Corp.example"),
            ],
            "corp.example": [
                .mailExchanger(preference: 20, host: "second.example"),
                .mailExchanger(preference: 10, host: "first.example"),
            ],
            "imap.corp.example": [.address],
        ])
        let lookup = Self.lookup(server)
        #expect(
            try await lookup.services("_imaps._tcp.corp.example") == [
                ServiceRecord(priority: 10, weight: 1, port: 993, target: "imap.corp.example"),
                ServiceRecord(priority: 0, weight: 5, port: 1_993, target: "mail.corp.example"),
            ])
        #expect(try await lookup.mailExchangers(of: "corp.example") == ["first.example", "second.example"])
        #expect(try await lookup.hasAddress("imap.corp.example"))
        // A name without such records, and no name at all.
        #expect(try await lookup.services("corp.example").isEmpty)
        #expect(try await lookup.services("_imaps._tcp.elsewhere.example").isEmpty)
        #expect(try await !lookup.hasAddress("elsewhere.example"))
        // As they are: no search list was tried.
        #expect(
            Set(server.questions).isSubset(of: [
                "_imaps._tcp.corp.example", "corp.example", "imap.corp.example", "_imaps._tcp.elsewhere.example",
                "elsewhere.example",
            ]))
    }

    @Test func theRootAsTargetMeansThatThereIsNoService() async throws {
        let server = try ScriptedNameServer([
            "_imaps._tcp.corp.example": [.service(priority: 0, weight: 0, port: 0, host: "")]
        ])
        #expect(try await Self.lookup(server).services("_imaps._tcp.corp.example").map(\.target) == [""])
    }

    @Test func silenceEndsInTime() async throws {
        let server = try ScriptedNameServer(isSilent: true)
        await #expect {
            _ = try await Self.lookup(server, seconds: 0.2).services("_imaps._tcp.corp.example")
        } throws: {
            ($0 as? TransportError)?.code == .dnsFailure
        }
    }
}

/// Answers as strangers may send them: every cut of a good one, and names that lead in a circle.
@Suite struct DNSAnswerTests {
    /// A question for `a.b`, SRV, and one answer whose name and target are compressed.
    private static let good: [UInt8] =
        [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]
        + [1, 0x61, 1, 0x62, 0, 0, 33, 0, 1]
        + [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10, 0, 0, 0, 5, 3, 0xE1, 1, 0x63, 0xC0, 14]

    @Test func compressedNamesAreFollowed() {
        #expect(
            DNSAnswer(Self.good)?.services == [ServiceRecord(priority: 0, weight: 5, port: 993, target: "c.b")])
    }

    @Test func everyCutIsRefused() {
        for count in 0..<Self.good.count {
            #expect(DNSAnswer(Array(Self.good.prefix(count))) == nil, "\(count) bytes")
        }
    }

    @Test func everyChangedByteIsSurvived() {
        for index in Self.good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = Self.good
                bytes[index] = byte
                let services = DNSAnswer(bytes)?.services ?? []
                #expect(services.count <= 1)
            }
        }
    }

    @Test func aNameThatLeadsToItselfIsRefused() {
        var bytes = Self.good
        // The target's end points at the target itself.
        bytes[bytes.count - 1] = UInt8(bytes.count - 4)
        #expect(DNSAnswer(bytes)?.services.isEmpty ?? true)
    }

    @Test func aTargetThatNoHostCanHaveIsPassedOver() {
        var bytes = Self.good
        bytes[bytes.count - 3] = UInt8(ascii: "/")
        #expect(DNSAnswer(bytes)?.services == [])
    }
}
