import Accounts
import MailModel
import MailTransport
import TLSChannel

/// Finds out whether a server can be reached at all, what its port speaks, and who stands behind its certificate.
struct ServerCheck: Sendable {
    let service: FaultAdvice.Service
    let endpoint: ServerEndpoint
    let account: AccountConfiguration
    let dialer: Dialer
    let scope: DoctorScope

    /// - Returns: what was found, and whether going on makes sense.
    func run() async -> (results: [CheckResult], isUsable: Bool) {
        var (results, isUsable) = await reachAndListen()
        let isOnTheWay = results.contains { !$0.ok && $0.code.map(Self.onTheWay.contains) == true }
        if !isUsable, isOnTheWay, let portal = await portal() { results.append(portal) }
        return (results, isUsable)
    }

    private func reachAndListen() async -> (results: [CheckResult], isUsable: Bool) {
        let addresses: [NetworkAddress]
        do {
            addresses = try await NameLookup.addresses(of: endpoint.host, port: endpoint.port, seconds: scope.step)
        } catch {
            return ([failed("dns", error.code, error.text)], false)
        }
        var results = [passed("dns", "\(endpoint.host) is \(addresses.map(\.text).joined(separator: ", "))")]
        let reached = await reach(addresses)
        results += reached
        guard reached.contains(where: \.ok) else { return (results, false) }
        let language: PortLanguage
        do {
            language = try await scope.inTime { [dialer, endpoint, scope] in
                try await dialer.findLanguage(of: Endpoint(endpoint), patience: scope.patience)
            }
        } catch {
            let code = (error as? TransportError)?.code ?? .connectionTimeout
            let text = (error as? TransportError)?.text ?? "no answer within \(Int(scope.step)) s"
            return (results + [failed("port", code, text)], false)
        }
        let spoken = judge(language)
        return (results + spoken, spoken.allSatisfy(\.ok))
    }

    // MARK: Sign-in pages

    /// What a network that lets only guests with a sign-in through does to mail.
    private static let onTheWay: Set<FaultCode> = [
        .connectionRefused, .connectionTimeout, .connectionLost, .certificateUntrusted, .certificateExpired,
        .certificateNameMismatch, .protocolError,
    ]

    /// Such a network answers in place of every web server, the mail server's host among them.
    private func portal() async -> CheckResult? {
        guard
            let answer = try? await scope.inTime({ [dialer, endpoint, scope] in
                try await dialer.askWeb(host: endpoint.host, port: scope.webPort, seconds: scope.patience)
            })
        else { return nil }
        let advice = "Sign in to this network with a browser, then try again."
        if answer.wantsSignIn {
            return CheckResult(
                check: "\(service.key).network", ok: true,
                detail: "this network wants you to sign in first (a captive portal)", advice: advice)
        }
        guard let page = answer.otherHost, Self.domain(of: page) != Self.domain(of: endpoint.host) else { return nil }
        return CheckResult(
            check: "\(service.key).network", ok: true,
            detail: "a web request to \(endpoint.host) is led to \(page.prefix(100)): in a hotel, café or train that "
                + "is the network's sign-in page (a captive portal)", advice: advice)
    }

    /// The last two labels of a name, which a server and its own pages have in common; an address as it is.
    private static func domain(of host: String) -> String {
        let labels = host.lowercased().split(separator: ".")
        return labels.last.map { Int($0) == nil } == true ? labels.suffix(2).joined(separator: ".") : host
    }

    // MARK: TCP

    /// One line for each family. That one family does not work is no fault as long as the other does.
    private func reach(_ addresses: [NetworkAddress]) async -> [CheckResult] {
        var tried: [(family: NetworkAddress.Family, address: NetworkAddress, error: TransportError?)] = []
        for family in NetworkAddress.Family.allCases {
            guard let address = addresses.first(where: { $0.family == family }) else { continue }
            do {
                try await dialer.reach(address, port: endpoint.port)
                tried.append((family, address, nil))
            } catch {
                tried.append((family, address, error))
            }
        }
        let works = tried.contains { $0.error == nil }
        return tried.map { family, address, error in
            let check = family == .v4 ? "tcp4" : "tcp6"
            let place = "\(address) port \(endpoint.port)"
            guard let error else { return passed(check, "a connection to \(place) can be made") }
            guard works else { return failed(check, error.code, "\(place): \(error.text)") }
            return passed(check, "no connection to \(place); the other way works, and is taken")
        }
    }

    // MARK: What the port speaks

    private func judge(_ language: PortLanguage) -> [CheckResult] {
        let port = "port \(endpoint.port)"
        switch language {
        case .tls(let facts):
            guard endpoint.security == .tls else {
                return [failed("port", .plainOnTLSPort, "\(port) speaks TLS from the first byte")]
            }
            return [passed("port", "\(port) speaks TLS from the first byte"), protection(facts)]
        case .unusableTLS(let code, let text):
            guard endpoint.security == .tls || code == .plainOnTLSPort else {
                return [failed("port", .plainOnTLSPort, "\(port) speaks TLS from the first byte")]
            }
            guard code != .plainOnTLSPort else { return [failed("port", code, "\(port): \(text)")] }
            return [passed("port", "\(port) speaks TLS from the first byte"), failed("tls", code, text)]
        case .imap, .smtp:
            let isRight = (language == .imap) == (service == .imap)
            guard isRight else {
                let other = language == .imap ? "an IMAP server" : "an SMTP server"
                return [failed("port", .protocolError, "\(other) answers on \(port), and \(wanted) is needed")]
            }
            guard endpoint.security == .tls else { return [passed("port", "\(wanted) answers on \(port)")] }
            return [failed("port", .tlsOnPlainPort, "\(wanted) answers on \(port) in the clear; TLS comes later there")]
        case .pop:
            return [failed("port", .protocolError, "a POP3 server answers on \(port), and \(wanted) is needed")]
        case .http(let status):
            // A network that wants a sign-in sends everybody to its page.
            let isPortal = status.map { (300..<400).contains($0) || $0 == 511 } ?? false
            let who = isPortal ? "the sign-in page of this network (a captive portal)" : "a web server"
            return [failed("port", .protocolError, "\(who) answers on \(port), and \(wanted) is needed")]
        case .other(let words):
            return [failed("port", .protocolError, "what answers on \(port) is no \(wanted): “\(words)”")]
        case .silent:
            return [failed("port", .connectionTimeout, "\(port) takes connections and says nothing")]
        case .closed:
            return [failed("port", .connectionLost, "\(port) takes connections and closes them without a word")]
        }
    }

    private var wanted: String { service == .imap ? "an IMAP server" : "an SMTP server" }

    /// What the certificate says of the server, and of who may stand in between.
    func protection(_ facts: TLSFacts) -> CheckResult {
        guard let certificate = facts.certificate else { return passed("tls", facts.version) }
        let left = (certificate.notAfter - scope.clock()) / 86_400
        let detail =
            "\(facts.version), certificate for \(certificate.subject), issued by \(certificate.issuer), "
            + "good for \(left) more days"
        if let interceptor = facts.interceptor {
            return CheckResult(
                check: "\(service.key).tls", ok: true, code: .tlsIntercepted,
                detail: "\(interceptor) stands in between and is trusted here: \(detail)",
                advice: "It reads mail and password. "
                    + FaultAdvice.sentence(for: .tlsIntercepted, service, account.profile, endpoint))
        }
        var result = passed("tls", detail)
        if left < 14 { result.advice = "The certificate ends soon: its operator has to renew it." }
        return result
    }

    // MARK: Results

    private func passed(_ check: String, _ detail: String) -> CheckResult {
        .passed("\(service.key).\(check)", detail)
    }

    private func failed(_ check: String, _ code: FaultCode, _ detail: String) -> CheckResult {
        CheckResult(
            check: "\(service.key).\(check)", ok: false, code: code, detail: detail,
            advice: FaultAdvice.sentence(for: code, service, account.profile, endpoint))
    }
}
