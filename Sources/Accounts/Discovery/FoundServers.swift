import MailModel

/// What somebody said of where an address's mail is. Nobody has proved it: a name server or a web page may lie, so the
/// password goes to hosts of another domain only when the person agrees (RFC 6186 §6).
public struct FoundServers: Sendable, Hashable {
    /// Who said it, for a sentence: `example.org`.
    public var source: String
    /// The provider, where the host is one that we know.
    public var profile: ProviderProfile?
    public var imap: ServerEndpoint
    public var smtp: ServerEndpoint?
    /// The user name, where it was said.
    public var user: String?
    /// Whether the server takes access tokens only.
    public var needsOAuth2 = false

    init(
        source: String, imap: ServerEndpoint, smtp: ServerEndpoint?, user: String? = nil, needsOAuth2: Bool = false
    ) {
        self.source = source
        self.imap = imap
        self.smtp = smtp
        self.user = user
        self.needsOAuth2 = needsOAuth2
        profile = ProviderProfile.forIMAPHost(imap.host)
    }

    /// A provider that takes the domain's mail.
    init(source: String, profile: ProviderProfile, imap: ServerEndpoint) {
        self.init(source: source, imap: imap, smtp: profile.smtp)
        self.profile = profile
    }

    /// The hosts that are not the address's own domain, nor below it.
    public func foreignHosts(for domain: String) -> [String] {
        let own = domain.lowercased()
        var hosts: [String] = []
        for host in [imap.host, smtp?.host].compactMap({ $0?.lowercased() })
        where host != own && !host.hasSuffix(".\(own)") && !hosts.contains(host) {
            hosts.append(host)
        }
        return hosts
    }
}
