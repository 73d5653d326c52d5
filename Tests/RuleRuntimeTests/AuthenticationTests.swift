import Testing

@testable import RuleRuntime

/// `auth:pass` believes the own server, and nobody below it.
@Suite struct AuthenticationTests {
    private static let icloud = [
        "bimi.icloud.com; bimi=skipped reason=\"insufficient dmarc\"", "arc.icloud.com; arc=none",
        "dmarc.icloud.com; dmarc=pass header.from=example.org",
        "dkim-verifier.icloud.com;\n\tdkim=pass (2048-bit key) header.d=example.org header.b=ku0XoLqQ",
        "spf.icloud.com; spf=softfail (spf.icloud.com: a; b) smtp.mailfrom=a@example.org",
    ]

    @Test(
        arguments: [
            (["mx.example.org; dkim=pass header.d=a.example"], ["dkim"]),
            (["mx.example.org 1; dkim/1=pass (a;b); spf=fail; dmarc=pass"], ["dkim", "dmarc"]),
            (["mx.example.org; dkim=fail; dkim=pass"], ["dkim"]),
            (["mx.example.org; none"], []),
            (["mx.example.org"], []), ([""], []), ([], []),
            (["MX.Example.org; DKIM=Pass"], ["dkim"]),
            (["mx.example.org; dkim=passed; spf = pass"], []),
            // A sender's own words stand further down.
            (["mx.google.com; spf=pass", "x.google.com; dkim=pass", "mx.google.com; dmarc=pass"], ["spf"]),
            (icloud, ["dkim", "dmarc"]),
            (icloud + ["spf.icloud.com; spf=pass", "example.net; arc=pass"], ["dkim", "dmarc"]),
            (["mx.example.org; spf=fail"] + icloud, []),
        ] as [([String], [String])])
    func whatTheServerFoundCounts(fields: [String], passed: [String]) async throws {
        let header = fields.map { "Authentication-Results: \($0)\n" }.joined()
        let message = RuleMessage.whole("\(header)From: a@example.org\n\nx\n")
        for method in ["arc", "dkim", "dmarc", "spf"] {
            let holds = try await RuleBench.holds("auth:pass \"\(method)\"", for: message)
            #expect(holds == passed.contains(method), "\(method)")
        }
    }
}
