extension DovecotServer {
    /// `dovecot.conf`.
    var configuration: String {
        """
        base_dir = \(path)/r
        state_dir = \(path)/s
        instance_name = postmoon-\(path.split(separator: ".").last ?? "")
        log_path = \(path)/dovecot.log
        protocols = imap lmtp
        listen = 127.0.0.1
        \(owner.configuration)
        first_valid_uid = 1
        first_valid_gid = 1
        ssl = yes
        ssl_cert = <\(certificates.certificateFile(options.certificate))
        ssl_key = <\(certificates.keyFile(options.certificate))
        disable_plaintext_auth = no
        auth_mechanisms = plain login
        auth_failure_delay = 0
        mail_location = maildir:~/Maildir:UTF-8
        mail_fsync = never
        mail_max_userip_connections = 1000
        mailbox_list_index = yes

        passdb {
          driver = static
          args = password=\(options.password)
        }
        userdb {
          driver = static
          args = uid=\(owner.mailUser) gid=\(owner.mailGroup) home=\(path)/m/%u allow_all_users=yes
        }
        namespace inbox {
          inbox = yes
          separator = \(options.separator)
          prefix = \(options.prefix)
        \(specialUse)
        }

        service anvil {
        \(noChroot)
          # A wrong password must not delay the next.
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service stats {
        \(noChroot)
        }
        service auth {
          unix_listener postfix {
            mode = 0666
          }
        }
        service imap-login {
        \(noChroot)
          inet_listener imap {
            address = 127.0.0.1
            port = \(imapPort)
          }
          inet_listener imaps {
            address = 127.0.0.1
            port = \(imapsPort)
            ssl = yes
          }
          # One process serves many connections, so that a hundred accounts need no hundred processes.
          service_count = 0
          process_min_avail = 1
          client_limit = 1000
        }
        service imap {
          process_limit = 1024
        }
        service lmtp {
          inet_listener lmtp {
            address = 127.0.0.1
            port = \(lmtpPort)
          }
          process_min_avail = 1
        }
        protocol lmtp {
          postmaster_address = postmaster@example.org
        }
        \(options.capabilities.announcement.map { "imap_capability = \($0)" } ?? "")
        \(options.prompt ? "import_environment = TZ CORE_OUTOFMEM CORE_ERROR LD_PRELOAD=\(path)/prompt.so" : "")
        \(options.extra)

        """
    }

    private var noChroot: String { owner.isRoot ? "" : "  chroot =" }

    private var specialUse: String {
        guard options.specialUse else { return "" }
        return ["Archive", "Drafts", "Junk", "Sent", "Trash"].map { name in
            "  mailbox \(name) {\n    auto = create\n    special_use = \\\(name)\n  }"
        }.joined(separator: "\n")
    }
}
