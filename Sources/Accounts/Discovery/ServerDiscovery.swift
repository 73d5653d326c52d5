import HTTPRequest
import MailModel

/// Finds out where an address's mail is when its domain is no provider's that we know: the domain's service records (RFC
/// 6186), then its autoconfiguration over HTTPS, then who takes its mail. Nobody but the domain itself is asked.
public struct ServerDiscovery: Sendable {
    /// What the name server says. A throw means that it could not be asked.
    public struct Names: Sendable {
        public struct Service: Sendable, Hashable {
            public var priority: Int
            public var weight: Int
            public var port: Int
            /// Empty: the domain says that it has no such service.
            public var host: String

            public init(priority: Int, weight: Int, port: Int, host: String) {
                self.priority = priority
                self.weight = weight
                self.port = port
                self.host = host
            }
        }

        /// SRV, by names such as `_imaps._tcp.example.org`.
        public var services: @Sendable (String) async throws -> [Service]
        /// MX, the preferred host first.
        public var mailExchangers: @Sendable (String) async throws -> [String]
        public var hasAddress: @Sendable (String) async throws -> Bool

        public init(
            services: @escaping @Sendable (String) async throws -> [Service],
            mailExchangers: @escaping @Sendable (String) async throws -> [String],
            hasAddress: @escaping @Sendable (String) async throws -> Bool
        ) {
            self.services = services
            self.mailExchangers = mailExchangers
            self.hasAddress = hasAddress
        }
    }

    /// What came of it.
    public struct Findings: Sendable {
        public var servers: FoundServers?
        /// What went wrong on the way, in sentences.
        public var notes: [String]
    }

    private let names: Names
    private let http: any HTTPPerforming

    public init(names: Names, http: any HTTPPerforming) {
        self.names = names
        self.http = http
    }

    public func find(_ address: EnvelopeAddress) async -> Findings {
        let domain = address.domain
        // The DNS has names in ASCII only; who has others knows the `xn--` form, or types the servers.
        guard ServerEndpoint.isHostName(domain) else { return Findings(servers: nil, notes: []) }
        do {
            if let found = try await byServiceRecords(domain) { return Findings(servers: found, notes: []) }
        } catch {
            // Whoever cannot be asked for this will not know the rest either.
            return Findings(servers: nil, notes: ["\(error)"])
        }
        let (found, notes) = await byAutoconfiguration(address.rawValue, domain)
        if let found { return Findings(servers: found, notes: []) }
        let host = try? await names.mailExchangers(domain).first
        return Findings(servers: host.flatMap { Self.byMailExchanger($0, domain) }, notes: notes)
    }

    // MARK: Service records

    private func byServiceRecords(_ domain: String) async throws -> FoundServers? {
        guard let imap = try await service(["_imaps": .tls, "_imap": .startTLS], ["_imaps", "_imap"], domain) else {
            return nil
        }
        let smtp = try await service(
            ["_submissions": .tls, "_submission": .startTLS], ["_submissions", "_submission"], domain)
        return FoundServers(source: domain, imap: imap, smtp: smtp)
    }

    /// The first of the services, which stand in the order of RFC 8314: TLS from the first byte is preferred.
    private func service(
        _ securities: [String: ConnectionSecurity], _ order: [String], _ domain: String
    ) async throws -> ServerEndpoint? {
        for name in order {
            let records = try await names.services("\(name)._tcp.\(domain)").filter { !$0.host.isEmpty && $0.port > 0 }
            // Always the heaviest: the same answer is to give the same configuration.
            let best = records.min { ($0.priority, -$0.weight, $0.host) < ($1.priority, -$1.weight, $1.host) }
            if let best, let security = securities[name] {
                return ServerEndpoint(host: best.host, port: best.port, security: security)
            }
        }
        return nil
    }

    // MARK: Autoconfiguration

    private func byAutoconfiguration(
        _ address: String, _ domain: String
    ) async -> (found: FoundServers?, notes: [String]) {
        let query = "?\(FormEncoding.encode([("emailaddress", address)]))"
        let places = [
            ("autoconfig.\(domain)", "/mail/config-v1.1.xml\(query)"),
            (domain, "/.well-known/autoconfig/mail/config-v1.1.xml"),
        ]
        var notes: [String] = []
        for (host, path) in places {
            // Asked by its whole name first: a search list is not to lead elsewhere.
            guard (try? await names.hasAddress(host)) == true else { continue }
            guard let bytes = try? await Self.get("https://\(host)\(path)", http) else { continue }
            do {
                return (try Self.servers(bytes, of: host, for: address), [])
            } catch {
                notes.append("The autoconfiguration at \(host) \(error.reason).")
            }
        }
        return (nil, notes)
    }

    /// An autoconfiguration that a person has, or has the address of.
    static func servers(
        _ bytes: [UInt8], of source: String, for address: String
    ) throws(Autoconfiguration.Failure) -> FoundServers {
        let read = try Autoconfiguration(bytes, for: address)
        return FoundServers(
            source: source, imap: read.imap, smtp: read.smtp, user: read.user, needsOAuth2: read.needsOAuth2)
    }

    /// - Returns: the body; `nil` when there is no such page.
    private static func get(_ address: String, _ http: any HTTPPerforming) async throws -> [UInt8]? {
        let request = try HTTPRequest(
            .get, HTTPURL(address), timeoutSeconds: 10, maxResponseBytes: XMLElement.Limit.bytes)
        let response = try await http.perform(request)
        return response.isSuccess ? response.body : nil
    }

    // MARK: Who takes the mail

    private static func byMailExchanger(_ host: String, _ domain: String) -> FoundServers? {
        let host = host.lowercased()
        for profile in ProviderProfile.all {
            guard let imap = profile.imap, profile.mailExchangers.contains(where: { host.hasSuffix($0) }) else {
                continue
            }
            return FoundServers(source: domain, profile: profile, imap: imap)
        }
        return nil
    }
}

extension ServerDiscovery {
    /// Reads an autoconfiguration from a file, or from an address that begins with `https://`.
    public func read(autoconfiguration place: String, for address: EnvelopeAddress) async throws -> FoundServers {
        let bytes: [UInt8]
        if place.contains("://") {
            guard let body = try await Self.get(place, http) else {
                throw DiscoveryError("there is no autoconfiguration at that address")
            }
            bytes = body
        } else {
            do {
                bytes = try FileContent(path: place, limit: XMLElement.Limit.bytes).bytes
            } catch {
                throw DiscoveryError("the autoconfiguration \(place) \(error.reason)")
            }
        }
        do {
            return try Self.servers(bytes, of: place, for: address.rawValue)
        } catch {
            throw DiscoveryError("the autoconfiguration \(place) \(error.reason)")
        }
    }
}

/// Why an autoconfiguration could not be used.
public struct DiscoveryError: Fault {
    public let description: String

    init(_ description: String) { self.description = description }

    public var code: FaultCode { .configuration }
    public var scope: FaultScope { .account }
}

extension EnvelopeAddress {
    /// What stands behind the `@`, in lower case.
    public var domain: String {
        rawValue.lastIndex(of: "@").map { rawValue[rawValue.index(after: $0)...].lowercased() } ?? ""
    }
}
