import HTTPRequest
import MailModel
import Testing

@testable import Accounts

/// Where an address's mail is: who is asked, in which order, and what is made of it.
@Suite struct ServerDiscoveryTests {
    private struct Unreachable: Error, CustomStringConvertible { var description: String { "nobody answers" } }

    private static func names(
        _ services: [String: [ServerDiscovery.Names.Service]] = [:], exchangers: [String] = [], hosts: Set<String> = [],
        isDown: Bool = false
    ) -> ServerDiscovery.Names {
        ServerDiscovery.Names(
            services: { name in
                if isDown { throw Unreachable() }
                return services[name] ?? []
            },
            mailExchangers: { _ in exchangers }, hasAddress: { hosts.contains($0) })
    }

    private static func service(
        _ host: String, _ port: Int, priority: Int = 0, weight: Int = 0
    ) -> ServerDiscovery.Names.Service {
        ServerDiscovery.Names.Service(priority: priority, weight: weight, port: port, host: host)
    }

    private static func find(
        _ names: ServerDiscovery.Names, _ http: ScriptedHTTP = ScriptedHTTP(), _ address: String = "jane@corp.example"
    ) async throws -> ServerDiscovery.Findings {
        await ServerDiscovery(names: names, http: http).find(try #require(EnvelopeAddress(address)))
    }

    @Test func serviceRecordsComeFirst() async throws {
        let names = Self.names(
            [
                "_imaps._tcp.corp.example": [
                    Self.service("far.corp.example", 993, priority: 20),
                    Self.service("light.corp.example", 993, weight: 1),
                    Self.service("heavy.corp.example", 9_993, weight: 9),
                ],
                "_imap._tcp.corp.example": [Self.service("old.corp.example", 143)],
                "_submission._tcp.corp.example": [Self.service("smtp.corp.example", 587)],
            ], hosts: ["autoconfig.corp.example"])
        let http = ScriptedHTTP()
        let found = try #require(try await Self.find(names, http).servers)
        #expect(found.imap == ServerEndpoint(host: "heavy.corp.example", port: 9_993, security: .tls))
        #expect(found.smtp == ServerEndpoint(host: "smtp.corp.example", port: 587, security: .startTLS))
        #expect(found.foreignHosts(for: "corp.example").isEmpty)
        #expect(http.addresses.isEmpty, "nobody else was asked")
    }

    @Test func aServiceThatIsDeniedIsNone() async throws {
        let names = Self.names(["_imaps._tcp.corp.example": [Self.service("", 0)]])
        #expect(try await Self.find(names).servers == nil)
    }

    @Test(arguments: [
        ("imap.corp.example", []), ("corp.example", []), ("imap.other.example", ["imap.other.example"]),
        ("notcorp.example", ["notcorp.example"]), ("corp.example.evil.example", ["corp.example.evil.example"]),
    ]) func hostsOfOtherDomainsAreTold(_ host: String, _ foreign: [String]) async throws {
        let names = Self.names(["_imaps._tcp.corp.example": [Self.service(host, 993)]])
        let found = try #require(try await Self.find(names).servers)
        #expect(found.foreignHosts(for: "Corp.example") == foreign)
    }

    @Test func aHostThatIsAProvidersBringsItsProfile() async throws {
        let names = Self.names(["_imaps._tcp.corp.example": [Self.service("imap.fastmail.com", 993)]])
        #expect(try await Self.find(names).servers?.profile?.name == "fastmail")
    }

    @Test func autoconfigurationComesSecond() async throws {
        let http = ScriptedHTTP(.json(404, ""), .json(200, AutoconfigurationTests.good))
        let names = Self.names(hosts: ["autoconfig.corp.example", "corp.example"])
        let found = try #require(try await Self.find(names, http, "jane+x@corp.example").servers)
        #expect(found.source == "corp.example")
        #expect(found.imap.host == "imap.corp.example")
        #expect(found.user == "jane+x")
        #expect(
            http.addresses == [
                "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=jane%2Bx%40corp.example",
                "https://corp.example/.well-known/autoconfig/mail/config-v1.1.xml",
            ])
    }

    @Test func hostsThatAreNotThereAreNotVisited() async throws {
        let http = ScriptedHTTP()
        #expect(try await Self.find(Self.names(), http).servers == nil)
        #expect(http.addresses.isEmpty)
    }

    @Test func aPageThatIsNoneIsTold() async throws {
        let http = ScriptedHTTP(.json(200, "<html></html>"))
        let findings = try await Self.find(Self.names(hosts: ["autoconfig.corp.example"]), http)
        #expect(findings.servers == nil)
        #expect(findings.notes.count == 1)
        #expect(findings.notes.first?.contains("is no autoconfiguration") == true)
    }

    @Test(arguments: [
        ("mx01.mail.icloud.com", "icloud"), ("aspmx.l.google.com", "gmail"),
        ("corp-example.mail.protection.outlook.com", "office365"), ("in1-smtp.messagingengine.com", "fastmail"),
    ]) func whoTakesTheMailComesLast(_ host: String, _ provider: String) async throws {
        let found = try #require(try await Self.find(Self.names(exchangers: [host])).servers)
        #expect(found.profile?.name == provider)
        #expect(!found.foreignHosts(for: "corp.example").isEmpty, "it is asked whether that is right")
    }

    @Test func aNameServerThatIsDownIsTold() async throws {
        let http = ScriptedHTTP()
        let findings = try await Self.find(Self.names(hosts: ["autoconfig.corp.example"], isDown: true), http)
        #expect(findings.servers == nil)
        #expect(findings.notes == ["nobody answers"])
        #expect(http.addresses.isEmpty)
    }

    /// An address may have in its domain what a URL would read as something else.
    @Test(arguments: [
        "jane@corp.example/x", "jane@corp.example?x", "jane@corp.example:1", "jane@büro.example", "jane@-a.example",
    ])
    func aDomainThatNoNameServerKnowsIsNotAsked(_ address: String) async throws {
        let http = ScriptedHTTP()
        let names = ServerDiscovery.Names(
            services: { _ in [Self.service("imap.corp.example", 993)] },
            mailExchangers: { _ in ["aspmx.l.google.com"] },
            hasAddress: { _ in true })
        #expect(try await Self.find(names, http, address).servers == nil)
        #expect(http.addresses.isEmpty)
    }
}
