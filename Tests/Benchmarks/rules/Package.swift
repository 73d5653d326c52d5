// swift-tools-version: 6.1
import PackageDescription

// scripts/bench-rules. RuleRuntime is no product of the main package, so its sources and what it needs are linked here.
let package = Package(
    name: "rule-benchmark",
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
        .target(name: "CRuleShim", dependencies: ["CLua"]),
        .target(name: "MailModel"),
        .target(name: "MIMEParsing", dependencies: ["MailModel"]),
        .target(name: "RuleRuntime", dependencies: ["CRuleShim", "CPCRE2", "MIMEParsing", "MailModel"]),
        .target(name: "CAllocationCount"),
        .executableTarget(
            name: "RuleBenchmark", dependencies: ["CAllocationCount", "RuleRuntime", "MIMEParsing", "MailModel"]),
    ],
    swiftLanguageModes: [.v6]
)
