// swift-tools-version: 6.1
import PackageDescription

// Measures parts of the program. A package of its own, so that a release build of it takes no more than what it measures;
// the targets are links to those of the program.
let package = Package(
    name: "benchmarks",
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
