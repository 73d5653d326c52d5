import Accounts
import Doctor
import Foundation
import HTTPRequest
import Logging
import MailModel
import MailTransport

/// What `init` asks the network: where an address's mail is, and whether an account works before it is written.
public struct AccountSetup: Sendable {
    private let nameServer: RecordLookup.NameServer?

    /// - Parameter nameServer: `ADDRESS:PORT` to ask in place of the system's name servers; `nil`: those.
    public init(nameServer: String?) {
        let parts = nameServer?.split(separator: ":") ?? []
        self.nameServer = parts.first.map { address in
            RecordLookup.NameServer(address: String(address), port: parts.dropFirst().first.flatMap { Int($0) } ?? 53)
        }
    }

    /// Asks the address's domain where its mail is.
    public func findServers(of address: EnvelopeAddress) async -> ServerDiscovery.Findings {
        await withDiscovery { await $0.find(address) }
    }

    /// Reads what an autoconfiguration (a file, or an address) says of it.
    public func read(autoconfiguration place: String, for address: EnvelopeAddress) async throws -> FoundServers {
        let result: Result<FoundServers, any Error> = await withDiscovery { discovery in
            do {
                return .success(try await discovery.read(autoconfiguration: place, for: address))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Tries the account as `doctor` does, and where the state will be kept.
    public func check(_ account: AccountConfiguration, in configuration: Configuration) async -> [CheckResult] {
        let diagnosis = AccountDiagnosis(configuration)
        return await diagnosis.run(account) + [diagnosis.stateFolder()]
    }

    /// The account's folders; empty when they could not be asked for.
    public func folders(of account: AccountConfiguration) async -> [String] {
        let look = ServerLook(account: account, logger: ConnectorAccess.silent)
        return (try? await look.folders())?.map(\.folder) ?? []
    }

    private func withDiscovery<Value: Sendable>(_ work: (ServerDiscovery) async -> Value) async -> Value {
        let dialer = Dialer(threads: 1, deadlines: DialDeadlines(connect: 8, handshake: 8))
        let lookup = RecordLookup(server: nameServer)
        let names = ServerDiscovery.Names(
            services: { name in
                try await lookup.services(name).map { record in
                    ServerDiscovery.Names.Service(
                        priority: record.priority, weight: record.weight, port: record.port, host: record.target)
                }
            },
            mailExchangers: { try await lookup.mailExchangers(of: $0) },
            hasAddress: { try await lookup.hasAddress($0) })
        let value = await work(ServerDiscovery(names: names, http: dialer))
        await dialer.shutDown()
        return value
    }
}
