// swift-tools-version: 6.1
import PackageDescription

// scripts/bench --instructions. What is measured is no product of the main package, so its sources are linked here.
let package = Package(
    name: "instruction-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
        .target(name: "CRuleShim", dependencies: ["CLua"]),
        .target(name: "MailModel"),
        .target(name: "MIMEParsing", dependencies: ["MailModel"]),
        .target(
            name: "IMAPSyntax", dependencies: ["MailModel", .product(name: "NIOCore", package: "swift-nio")]),
        .target(name: "RuleRuntime", dependencies: ["CRuleShim", "CPCRE2", "MIMEParsing", "MailModel"]),
        .target(name: "ActionJournal", dependencies: ["MailModel", .product(name: "GRDB", package: "GRDB.swift")]),
        .executableTarget(
            name: "InstructionBenchmark",
            dependencies: [
                "ActionJournal", "IMAPSyntax", "MIMEParsing", "MailModel", "RuleRuntime",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
