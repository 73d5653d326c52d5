import TestKit

extension FaultCodeTests {
    private static func answering(_ verb: String, _ lines: String...) -> IMAPScript {
        var script = IMAPScript()
        script.capabilitiesAfter += " QUOTA"
        script.replies[verb] = lines
        return script
    }

    static let folders: [Fault] = [
        Fault("folder_missing", "a watched folder that is not there", at: "imap.watch") {
            try await imap(
                answering("SELECT", "% NO [NONEXISTENT] Mailbox does not exist (took 1 ms)"), extra: "watch = [\"Lab\"]"
            )
        },
        Fault("folder_missing", "the same in other words", at: "imap.watch") {
            try await imap(answering("SELECT", "% NO cannot do that"), extra: "watch = [\"Lab\"]")
        },
        Fault("folder_missing", "a role that was corrected to nothing", at: "imap.roles") {
            try await imap(IMAPScript(), extra: "folders = { archive = \"Archiv\" }")
        },
        Fault("folder_read_only", "a folder that is shared for reading", at: "imap.watch") {
            try await imap(
                answering("SELECT", "* 0 EXISTS", "* OK [UIDVALIDITY 7] valid", "% OK [READ-ONLY] only to be looked at")
            )
        },
        Fault("imap_disabled", "a mailbox that stays closed though the login was right", at: "imap.watch") {
            try await imap(answering("SELECT", "% BAD User is authenticated but not connected."))
        },
        Fault("over_quota", "a mailbox that is full", at: "imap.quota") {
            try await imap(answering("GETQUOTAROOT", "* QUOTAROOT INBOX \"\"", "* QUOTA \"\" (STORAGE 10 10)", "% OK"))
        },
        Fault("clock_skew", "mail from the future", at: "clock") {
            var script = answering(
                "SELECT", "* 1 EXISTS", "* OK [PERMANENTFLAGS (\\*)] any", "* OK [UIDVALIDITY 7] valid",
                "* OK [UIDNEXT 2] next", "% OK [READ-WRITE] done")
            script.replies["UID FETCH"] = ["* 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2030 00:00:00 +0000\")", "% OK"]
            return try await imap(script)
        },
    ]

    static let sending: [Fault] = [
        Fault("smtp_sender_refused", "an address that is not the account's", at: "smtp.envelope") {
            try await smtp(.answering("MAIL", "550 5.7.0 From address is not one of your addresses"))
        },
        Fault("smtp_recipient_refused", "an address that nobody has", at: "smtp.envelope") {
            try await smtp(.answering("RCPT", "550 5.1.1 No such person"))
        },
        Fault("smtp_too_large", "a server that takes next to nothing", at: "smtp.envelope") {
            try await smtp(.answering("MAIL", "552 5.3.4 Message size exceeds fixed limit"))
        },
        Fault("smtp_quota", "a day's messages used up", at: "smtp.envelope") {
            try await smtp(.answering("MAIL", "550 5.4.5 Daily user sending limit exceeded."))
        },
        Fault("throttled", "submission asks to go slower", at: "smtp.envelope") {
            try await smtp(.answering("MAIL", "451 4.7.1 Rate limit exceeded, try again in 300 seconds"))
        },
    ]
}
