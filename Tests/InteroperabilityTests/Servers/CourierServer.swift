import Foundation

@testable import TestKit

/// A private Courier: `INBOX.` before all names, COPY without MOVE, no CONDSTORE.
final class CourierServer: ConformingServer {
    let port: Int
    private let server: UnpackedServer

    var log: String { server.log }

    init() throws {
        server = try UnpackedServer("courier")
        port = try FreePorts.take(1)[0]
        let folder = server.folder
        let users = Self.users.map { (name: "u\($0)", id: 1_200 + $0, home: "/home/u\($0)") }
        try server.writeUsers(
            [("courier", 201, "/var/lib/courier")] + users, passwordHash: try UnpackedServer.hash("secret"))
        for user in users {
            for part in ["", "/Maildir", "/Maildir/cur", "/Maildir/new", "/Maildir/tmp"] {
                try folder.makeFolder(
                    "home/\(user.name)\(part)", mode: 0o700, owner: uid_t(user.id), group: gid_t(user.id))
            }
        }
        try folder.makeFolder("run/courier/authdaemon", mode: 0o755)
        try folder.makeFolder("etc/courier", mode: 0o755)
        for name in ["imapd", "imapd-ssl", "authdaemonrc"] {
            let text = try server.packaged("etc/courier/\(name)")
            try folder.write(
                "etc/courier/\(name)", text.replacing("authmodulelist=\"authpam\"", with: "authmodulelist=authpam"))
        }
        try folder.makeFolder("etc/pam.d", mode: 0o755)
        for service in ["imap", "other"] {
            try folder.write("etc/pam.d/\(service)", "auth required pam_unix.so\naccount required pam_unix.so\n")
        }
        try server.start(
            [
                ["/usr/lib/courier/courier-authlib/authdaemond"],
                [
                    "/usr/sbin/couriertcpd", "-address=127.0.0.1", "-maxprocs=100", "-maxperip=100", "-nodnslookup",
                    "-noidentlookup", "\(port)", "/usr/lib/courier/courier/imaplogin", "/usr/bin/imapd", "Maildir",
                ],
            ],
            environment: try environment(), port: port, greeting: "* OK")
        // It greets before the process that it asks about passwords listens, and hangs up on who is faster.
        guard awaited(within: .seconds(10), { try? MailClient(.courier, self, user: "u1") }) != nil else {
            throw ServerUnavailable("courier lets nobody in: \(log)")
        }
    }

    /// The settings that its start script would hand it, from the packaged files.
    private func environment() throws -> [String: String] {
        var variables: [String: String] = [:]
        for name in ["imapd-ssl", "imapd", "authdaemonrc"] {
            for line in try server.packaged("etc/courier/\(name)").split(separator: "\n") where !line.hasPrefix("#") {
                guard let equals = line.firstIndex(of: "="), line[..<equals].allSatisfy({ $0.isLetter || $0 == "_" })
                else { continue }
                var value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
                if value.hasPrefix("\""), value.hasSuffix("\""), value.count > 1 {
                    value = String(value.dropFirst().dropLast())
                }
                variables[String(line[..<equals])] = value
            }
        }
        variables["IMAP_STARTTLS"] = "NO"
        variables["TCPDOPTS"] = nil
        // How often an idling client's folder is looked at, in seconds; usually 60.
        variables["IMAP_IDLE_TIMEOUT"] = "1"
        return variables.filter { !$0.value.contains("$") }
    }
}
