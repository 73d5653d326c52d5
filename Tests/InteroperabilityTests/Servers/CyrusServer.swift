import Foundation

@testable import TestKit

/// A private Cyrus, with `.` between levels and `INBOX.` before names.
final class CyrusServer: ConformingServer {
    let port: Int
    private let server: UnpackedServer
    private static let owner = 200

    var log: String { server.log }

    init() throws {
        server = try UnpackedServer("cyrus")
        port = try FreePorts.take(1)[0]
        try server.writeUsers([("cyrus", Self.owner, "/var/lib/cyrus")], passwordHash: "*")
        let folder = server.folder
        for part in ["var/lib/cyrus", "var/spool/cyrus/mail", "run/cyrus/socket", "run/cyrus/proc", "run/cyrus/lock"] {
            try folder.makeFolder(part, mode: 0o755)
        }
        for part in ["var/lib/cyrus", "var/spool/cyrus", "var/spool/cyrus/mail", "run/cyrus"] {
            chown(folder.file(part), uid_t(Self.owner), gid_t(Self.owner))
        }
        for part in ["socket", "proc", "lock"] {
            chown(folder.file("run/cyrus/\(part)"), uid_t(Self.owner), gid_t(Self.owner))
        }
        try folder.write("etc/imapd.conf", Self.configuration, mode: 0o644)
        try folder.write(
            "etc/cyrus.conf",
            """
            START {
              recover cmd="ctl_cyrusdb -r"
              idled cmd="idled"
            }
            SERVICES {
              imap cmd="imapd -U 30" listen="127.0.0.1:\(port)" prefork=0 maxchild=100
            }
            EVENTS {
            }

            """, mode: 0o644)
        try server.start(
            preparations: Self.users.map { number in
                (
                    ["/usr/sbin/saslpasswd2", "-p", "-c", "-f", "/run/sasldb2", "-u", "localhost", "u\(number)"],
                    "secret"
                )
            },
            group: Self.owner,
            [["/usr/lib/cyrus/bin/master", "-D", "-M", "/etc/cyrus.conf", "-C", "/etc/imapd.conf"]],
            port: port, greeting: "* OK")
    }

    private static let configuration = """
        configdirectory: /var/lib/cyrus
        partition-default: /var/spool/cyrus/mail
        proc_path: /run/cyrus/proc
        mboxname_lockpath: /run/cyrus/lock
        idlesocket: /run/cyrus/socket/idle
        allowplaintext: yes
        sasl_pwcheck_method: auxprop
        sasl_auxprop_plugin: sasldb
        sasl_sasldb_path: /run/sasldb2
        sasl_mech_list: PLAIN LOGIN
        altnamespace: no
        unixhierarchysep: no
        virtdomains: off
        servername: localhost
        autocreate_quota: 0
        autocreate_post: yes
        # How often an idling client's folder is looked at, in seconds; usually 60.
        imapidlepoll: 1
        # Not to disk at each command: the tests wait for it.
        skiplist_unsafe: yes

        """
}
