import Foundation

@testable import TestKit

/// A private OpenSMTPD that takes mail from this machine, in the clear and without a login.
final class OpenSMTPDServer: Submitting {
    private let port: Int
    private let server: UnpackedServer

    var log: String { server.log }

    func port(_ security: AccountText.Security) -> AccountText.Server {
        AccountText.Server(port: port, security: .none, signsIn: false)
    }

    init(_ dovecot: DovecotServer) throws {
        server = try UnpackedServer("opensmtpd")
        port = try FreePorts.take(1)[0]
        let home = "/var/lib/opensmtpd/empty"
        try server.writeUsers([("opensmtpd", 203, home), ("opensmtpq", 204, home)], passwordHash: "*")
        let folder = server.folder
        // The first is where it locks itself in, the second where mail waits; it makes what is below that.
        for part in ["var/lib", "var/lib/opensmtpd", "var/lib/opensmtpd/empty", "var/spool"] {
            try folder.makeFolder(part, mode: 0o755)
        }
        try folder.makeFolder("var/spool/smtpd", mode: 0o711)
        try folder.write("etc/mailname", "mail.example.org\n", mode: 0o644)
        try folder.write("etc/hosts", "127.0.0.1 localhost\n", mode: 0o644)
        try folder.write(
            "etc/smtpd.conf",
            """
            listen on 127.0.0.1 port \(port) hostname mail.example.org
            action "hand over" relay host "lmtp://127.0.0.1:\(dovecot.lmtpPort)"
            match from any for domain "refusing.example" reject
            match from any for any action "hand over"

            """, mode: 0o644)
        try server.start([["/usr/sbin/smtpd", "-d"]], port: port, greeting: "220")
    }
}
