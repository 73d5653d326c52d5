import Foundation

@testable import TestKit

/// A private Exim.
final class EximServer: Submitting {
    private let submissionPort: Int
    private let submissionsPort: Int
    private let authority: String
    private let server: UnpackedServer
    private static let owner = 202

    var log: String {
        server.log + ((try? String(contentsOfFile: server.folder.file("var/log/mainlog"), encoding: .utf8)) ?? "")
    }

    func port(_ security: AccountText.Security) -> AccountText.Server {
        AccountText.Server(
            port: security == .tls ? submissionsPort : submissionPort, security: security, authority: authority)
    }

    init(_ dovecot: DovecotServer) throws {
        server = try UnpackedServer("exim")
        let ports = try FreePorts.take(2)
        (submissionPort, submissionsPort) = (ports[0], ports[1])
        try server.writeUsers([("Debian-exim", Self.owner, "/var/spool/exim4")], passwordHash: "*")
        let folder = server.folder
        authority = dovecot.certificates.authorityFile
        for part in ["var/spool/exim4", "var/log"] {
            try folder.makeFolder(part, mode: 0o755, owner: uid_t(Self.owner), group: gid_t(Self.owner))
        }
        try folder.makeFolder("etc/exim4", mode: 0o755)
        for (name, source) in [
            ("certificate.pem", dovecot.certificates.certificateFile(.good)),
            ("key.pem", dovecot.certificates.keyFile(.good)),
        ] {
            try folder.write("etc/\(name)", try String(contentsOfFile: source, encoding: .utf8), mode: 0o600)
            chown(folder.file("etc/\(name)"), uid_t(Self.owner), gid_t(Self.owner))
        }
        try folder.write(
            "etc/exim4/exim4.conf", configuration(lmtpPort: dovecot.lmtpPort, password: dovecot.options.password),
            mode: 0o644)
        try server.start([["/usr/sbin/exim4", "-bdf", "-q10s"]], port: submissionPort, greeting: "220")
    }

    private func configuration(lmtpPort: Int, password: String) -> String {
        """
        primary_hostname = mail.example.org
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(submissionPort) : \(submissionsPort)
        tls_on_connect_ports = \(submissionsPort)
        tls_advertise_hosts = *
        tls_certificate = /etc/certificate.pem
        tls_privatekey = /etc/key.pem
        exim_user = Debian-exim
        exim_group = Debian-exim
        spool_directory = /var/spool/exim4
        log_file_path = /var/log/%slog
        keep_environment =
        acl_smtp_rcpt = recipient
        acl_smtp_data = accept
        message_size_limit = 20M
        host_lookup =

        begin acl
        recipient:
          deny condition = ${if eq{$domain}{refusing.example}}
               message = No such person
          accept authenticated = *
          deny message = Sign in first

        begin routers
        all:
          driver = manualroute
          domains = *
          route_list = * 127.0.0.1
          self = send
          transport = lmtp

        begin transports
        lmtp:
          driver = smtp
          protocol = lmtp
          port = \(lmtpPort)
          allow_localhost
          hosts_avoid_tls = *

        begin retry
        * * F,1h,2s

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_advertise_condition = ${if def:tls_in_cipher}
          server_condition = ${if and{{eq{$auth2}{jane}}{eq{$auth3}{\(password)}}}}
          server_set_id = $auth2

        """
    }
}
