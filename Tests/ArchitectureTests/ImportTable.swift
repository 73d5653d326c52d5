/// DESIGN §1 as data: what each target may import.
enum ImportTable {
    /// What everyone may import: the standard modules, Foundation, the log and the nouns.
    static let common: Set<String> = [
        "Swift", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin", "Foundation", "FoundationEssentials",
        "Logging",
        "Metrics", "MailModel",
    ]

    /// System-library module maps and C targets, which import nothing of ours in Swift.
    static let cTargets: [String: (prefix: String, includes: Set<String>)] = [
        "CRuleShim": ("rule_", ["CLua"]),
        "CTLSShim": ("ctls_", ["COpenSSL"]),
        "CResolverShim": ("resolver_", []),
    ]
    static let systemLibraries: Set<String> = ["CLua", "COpenSSL", "CPCRE2"]

    /// What each Swift target imports besides `common`.
    static let rows: [String: Set<String>] = [
        "MailModel": [],
        "MIMEParsing": [],
        "IMAPSyntax": ["NIOCore"],
        "IMAPSession": ["IMAPSyntax", "NIOCore"],
        "SMTPClient": ["NIOCore"],
        "TLSChannel": ["CTLSShim", "COpenSSL", "NIOCore"],
        "HTTPRequest": ["NIOCore", "NIOHTTP1"],
        "MailTransport": [
            "CResolverShim", "IMAPSession", "IMAPSyntax", "SMTPClient", "TLSChannel", "HTTPRequest", "NIOCore",
            "NIOPosix",
        ],
        "MailboxWatch": ["IMAPSession", "IMAPSyntax"],
        "RuleRuntime": ["CRuleShim", "CLua", "CPCRE2", "MIMEParsing"],
        "ActionJournal": ["GRDB"],
        "ChildProgram": ["Subprocess"],
        "MessageDigest": ["COpenSSL"],
        "Notifications": ["HTTPRequest", "ChildProgram", "MessageDigest"],
        "ActionExecutor": [
            "ActionJournal", "IMAPSession", "IMAPSyntax", "SMTPClient", "MIMEParsing", "Notifications", "MessageDigest",
            "ChildProgram",
        ],
        "Accounts": ["HTTPRequest", "TOMLKit", "ChildProgram", "MessageDigest"],
        "Doctor": ["Accounts", "MailTransport", "IMAPSession", "IMAPSyntax", "SMTPClient", "TLSChannel"],
        "Daemon": [
            "Accounts", "ActionExecutor", "ActionJournal", "Doctor", "HTTPRequest", "IMAPSession", "IMAPSyntax",
            "MailTransport", "MailboxWatch", "MIMEParsing", "MessageDigest", "Notifications", "RuleRuntime",
            "SMTPClient",
            "TLSChannel", "NIOCore", "ServiceLifecycle", "UnixSignals",
        ],
        "PostmoonCommand": [
            "Daemon", "ArgumentParser", "Accounts", "ActionJournal", "Doctor", "MIMEParsing", "RuleRuntime",
        ],
    ]

    /// Modules that exactly these targets import.
    static let owned: [String: Set<String>] = [
        "NIOPosix": ["MailTransport"],
        "GRDB": ["ActionJournal"],
        "TOMLKit": ["Accounts"],
        "CLua": [],
        "CRuleShim": ["RuleRuntime"],
        "CTLSShim": ["TLSChannel"],
        "CResolverShim": ["MailTransport"],
        "ArgumentParser": ["PostmoonCommand"],
    ]

    /// Why a target may not import a module, or `nil` when it may.
    static func objection(to module: String, in target: String) -> String? {
        guard let row = rows[target] else { return "target \(target) has no row in the table of DESIGN §1" }
        if common.contains(module), module != target { return nil }
        if row.contains(module) { return nil }
        return "\(target) may not import \(module) (DESIGN §1)"
    }
}
