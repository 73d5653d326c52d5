// swift-tools-version: 6.1
import PackageDescription

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "postmoon",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "postmoon", targets: ["PostmoonCommand"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

        // The nouns, and what is pure.
        .target(name: "MailModel"),
        .target(name: "MIMEParsing", dependencies: ["MailModel"]),
        .target(name: "IMAPSyntax", dependencies: ["MailModel", nioCore]),

        .target(name: "MessageDigest", dependencies: ["COpenSSL"]),

        // Connections and programs.
        .target(name: "ChildProgram", dependencies: ["MailModel", subprocess]),
        .target(name: "IMAPSession", dependencies: ["MailModel", "IMAPSyntax", nioCore]),
        .target(name: "SMTPClient", dependencies: ["MailModel", nioCore, logging]),
        .target(name: "CTLSShim", dependencies: ["COpenSSL"]),
        .target(name: "TLSChannel", dependencies: ["CTLSShim", "MailModel", nioCore]),
        .target(name: "HTTPRequest", dependencies: ["MailModel", nioCore, nioHTTP1]),
        .target(name: "CResolverShim", linkerSettings: [.linkedLibrary("resolv")]),
        .target(
            name: "MailTransport",
            dependencies: [
                "CResolverShim", "IMAPSession", "SMTPClient", "TLSChannel", "HTTPRequest", "MailModel", nioCore,
                nioPosix,
                logging,
            ]
        ),

        // Mail, rules, memory, effects.
        .target(name: "MailboxWatch", dependencies: ["IMAPSession", "MailModel"]),
        .target(name: "CRuleShim", dependencies: ["CLua"]),
        .target(name: "RuleRuntime", dependencies: ["CRuleShim", "CPCRE2", "MIMEParsing", "MailModel"]),
        .target(name: "ActionJournal", dependencies: ["MailModel", grdb]),
        .target(name: "Notifications", dependencies: ["ChildProgram", "HTTPRequest", "MailModel", "MessageDigest"]),
        .target(
            name: "ActionExecutor",
            dependencies: [
                "ActionJournal", "ChildProgram", "IMAPSession", "IMAPSyntax", "SMTPClient", "MIMEParsing",
                "MessageDigest", "Notifications", "MailModel", logging,
            ]
        ),

        // The program.
        .target(
            name: "Accounts",
            dependencies: ["ChildProgram", "HTTPRequest", "MailModel", "MessageDigest", logging, toml]
        ),
        .target(
            name: "Doctor",
            dependencies: [
                "Accounts", "IMAPSession", "IMAPSyntax", "MailModel", "MailTransport", "SMTPClient", "TLSChannel",
            ]
        ),
        .target(
            name: "Daemon",
            dependencies: [
                "Accounts", "ActionExecutor", "ActionJournal", "Doctor", "HTTPRequest", "IMAPSession", "IMAPSyntax",
                "MailModel", "MailTransport", "MailboxWatch", "MIMEParsing", "MessageDigest", "Notifications",
                "RuleRuntime", "SMTPClient", lifecycle, signals, logging,
            ]
        ),
        .executableTarget(
            name: "PostmoonCommand",
            dependencies: [
                "Accounts", "ActionJournal", "Daemon", "Doctor", "MIMEParsing", "MailModel", "RuleRuntime", arguments,
                logging,
            ]
        ),

        // Tests.
        .target(
            name: "TestKit",
            dependencies: [
                "MailModel", "IMAPSyntax", "IMAPSession", "MailTransport", "SMTPClient", "TLSChannel", nioCore,
                nioPosix, nioEmbedded,
            ],
            path: "Tests/TestKit"
        ),
        .testTarget(name: "TestKitTests", dependencies: ["TestKit"]),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "MailModelTests", dependencies: ["MailModel"]),
        .testTarget(name: "MessageDigestTests", dependencies: ["MessageDigest"]),
        .testTarget(name: "ChildProgramTests", dependencies: ["ChildProgram", "MailModel"]),
        .testTarget(name: "MIMEParsingTests", dependencies: ["MIMEParsing", "MailModel"]),
        .testTarget(name: "IMAPSyntaxTests", dependencies: ["IMAPSyntax", "MailModel", nioCore]),
        .testTarget(
            name: "IMAPSessionTests",
            dependencies: ["IMAPSession", "IMAPSyntax", "MailModel", "TestKit", nioCore, nioEmbedded]
        ),
        .testTarget(name: "SMTPClientTests", dependencies: ["SMTPClient", "MailModel", nioCore, nioEmbedded]),
        .testTarget(name: "TLSChannelTests", dependencies: ["TLSChannel", "MailModel", nioCore, nioEmbedded]),
        .testTarget(name: "HTTPRequestTests", dependencies: ["HTTPRequest", "MailModel", nioCore, nioPosix, nioHTTP1]),
        .testTarget(name: "MailTransportTests", dependencies: ["MailTransport", "TestKit"]),
        .testTarget(
            name: "MailboxWatchTests", dependencies: ["MailboxWatch", "IMAPSession", "IMAPSyntax", "MailModel"]),
        .testTarget(name: "RuleRuntimeTests", dependencies: ["RuleRuntime", "CRuleShim", "MIMEParsing", "MailModel"]),
        .testTarget(name: "ActionJournalTests", dependencies: ["ActionJournal", "MailModel", grdb]),
        .testTarget(
            name: "NotificationsTests", dependencies: ["Notifications", "HTTPRequest", "MailModel", "MessageDigest"]),
        .testTarget(
            name: "ActionExecutorTests",
            dependencies: [
                "ActionExecutor", "ActionJournal", "IMAPSession", "IMAPSyntax", "MIMEParsing", "MailModel",
                "Notifications", "SMTPClient", "TestKit", logging, nioCore, nioEmbedded,
            ]
        ),
        .testTarget(name: "AccountsTests", dependencies: ["Accounts", "HTTPRequest", "MailModel", logging, toml]),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Accounts", "ActionJournal", "Daemon", "Doctor", "IMAPSession", "IMAPSyntax", "MailModel",
                "MailTransport", "RuleRuntime", "SMTPClient", "TestKit", logging,
            ]
        ),
        .testTarget(
            name: "HostileServerTests",
            dependencies: [
                "Accounts", "ActionJournal", "Daemon", "MailModel", "MailTransport", "TestKit", grdb, logging, nioCore,
                nioEmbedded,
            ]
        ),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "Accounts", "Daemon", "Doctor", "IMAPSession", "MailModel", "MailTransport", "SMTPClient", "TestKit",
            ]
        ),
        .testTarget(
            name: "IntegrationTests", dependencies: ["ActionJournal", "MailModel", "PostmoonCommand", "TestKit"]
        ),
        .testTarget(name: "InteroperabilityTests", dependencies: ["IMAPSyntax", "PostmoonCommand", "TestKit"]),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "Accounts", "ActionExecutor", "ActionJournal", "Daemon", "MailModel", "MailTransport", "RuleRuntime",
                "TestKit", grdb, logging, nioCore, nioEmbedded,
            ]
        ),
        .testTarget(name: "CrashTests", dependencies: ["ActionJournal", "MailModel", "PostmoonCommand", "TestKit"]),
    ],
    swiftLanguageModes: [.v6]
)

// Whoever runs two of the test targets, built for release, need not wait for the others, nor until what only starts
// programs, asks or prints is fast: see `scripts/faults`.
if let wanted = Context.environment["POSTMOON_TEST_TARGETS"]?.split(separator: " ").map(String.init) {
    package.targets.removeAll { $0.type == .test && !wanted.contains($0.name) }
    for target in package.targets where ["CrashTests", "Doctor", "PostmoonCommand"].contains(target.name) {
        target.swiftSettings = [.unsafeFlags(["-Onone"])]
    }
}
