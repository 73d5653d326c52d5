// swift-tools-version: 6.1
import PackageDescription

// The Swift side of scripts/bench-mime. MIMEParsing is no product of the main package, so its sources are linked here.
let package = Package(
    name: "mime-benchmark",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "MailModel"),
        .target(name: "MIMEParsing", dependencies: ["MailModel"]),
        .executableTarget(name: "MIMEBenchmark", dependencies: ["MIMEParsing", "MailModel"]),
    ],
    swiftLanguageModes: [.v6]
)
