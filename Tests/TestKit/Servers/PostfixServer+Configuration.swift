extension PostfixServer {
    func mainConfiguration(daemons: String) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(path)/queue
        data_directory = \(path)/data
        daemon_directory = \(daemons)
        maillog_file = \(path)/maillog
        maillog_file_prefixes = \(path)
        myhostname = submission.example.test
        mydestination =
        mynetworks =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        smtpd_peername_lookup = no
        alias_maps =
        local_recipient_maps =
        # Everything goes to the one place, without asking the domain name system.
        default_transport = lmtp:inet:127.0.0.1:\(dovecot.lmtpPort)
        lmtp_host_lookup = native
        lmtp_dns_support_level = disabled
        lmtp_tls_security_level = none
        minimal_backoff_time = 1s
        maximal_backoff_time = 5s
        queue_run_delay = 1s
        message_size_limit = \(options.messageSizeLimit)
        mailbox_size_limit = 0

        smtpd_tls_security_level = \(options.offersSTARTTLS ? "may" : "none")
        smtpd_tls_auth_only = \(options.offersSTARTTLS ? "yes" : "no")
        smtpd_tls_cert_file = \(certificates.certificateFile(options.certificate))
        smtpd_tls_key_file = \(certificates.keyFile(options.certificate))
        smtpd_tls_session_cache_database =
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = \(dovecot.authenticationSocket)
        smtpd_sasl_security_options = noanonymous
        smtpd_delay_reject = no
        smtpd_error_sleep_time = 0
        smtpd_client_auth_rate_limit = 0
        smtpd_client_connection_count_limit = 0
        smtpd_sender_restrictions = check_sender_access texthash:\(path)/config/senders
        smtpd_recipient_restrictions = check_recipient_access texthash:\(path)/config/recipients
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        \(options.extra)

        """
    }

    /// Only the services that a submission needs.
    var masterConfiguration: String {
        let plain = "127.0.0.1:\(submissionPort)"
        let wrapped = "127.0.0.1:\(submissionsPort)"
        return """
            \(plain) inet n - n - - smtpd
            \(wrapped) inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=encrypt
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 1 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            error unix - - n - - error
            retry unix - - n - - error
            lmtp unix - - n - - lmtp
            anvil unix - - n - 1 anvil
            proxymap unix - - n - - proxymap
            postlog unix-dgram n - n - 1 postlogd

            """
    }
}
