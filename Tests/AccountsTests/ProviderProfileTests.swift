import MailModel
import Testing

@testable import Accounts

@Suite struct ProviderProfileTests {
    @Test(arguments: [
        "icloud", "gmail", "outlook", "office365", "yahoo", "aol", "fastmail", "gmx", "mailbox.org", "proton", "custom",
    ])
    func everyPromisedProviderIsThere(name: String) throws {
        let profile = try #require(ProviderProfile.named(name))
        #expect(profile.name == name)
        #expect(!profile.title.isEmpty)
    }

    @Test func everyRowIsUsable() {
        #expect(Set(ProviderProfile.all.map(\.name)).count == ProviderProfile.all.count)
        let domains = ProviderProfile.all.flatMap(\.domains)
        #expect(Set(domains).count == domains.count)
        for profile in ProviderProfile.all {
            #expect(profile.domains.allSatisfy { $0 == $0.lowercased() && $0.contains(".") })
            #expect(profile.roleNames.values.joined().allSatisfy { MailboxName($0) != nil })
            #expect((1...1_740).contains(profile.quirks.idleRestart))
            #expect(profile.quirks.lineLength >= 1_000)
            #expect(profile.limits.connections >= 2)
            #expect(!profile.loginForms.isEmpty && !profile.smtpLoginForms.isEmpty)
            if profile.name == "custom" {
                #expect(profile.imap == nil && profile.smtp == nil)
                continue
            }
            // Organisations have domains of their own.
            #expect(profile.domains.isEmpty == (profile.name == "office365"))
            for endpoint in [profile.imap, profile.smtp].compactMap({ $0 }) + profile.smtpAlternatives {
                #expect(endpoint.security != .none)
                #expect(endpoint.isLoopback == (profile.name == "proton"))
            }
        }
    }

    @Test func anotherWayToSubmitIsKnownWhereTheUsualIsBlocked() throws {
        let icloud = try #require(ProviderProfile.named("icloud"))
        let usual = try #require(icloud.smtp)
        #expect((usual.port, usual.security) == (587, .startTLS))
        let other = try #require(icloud.otherSubmission(than: usual))
        #expect((other.host, other.port, other.security) == ("smtp.mail.me.com", 465, .tls))
        #expect(icloud.otherSubmission(than: other) == usual)
        #expect(icloud.otherSubmission(than: ServerEndpoint(host: "x.example", port: 587, security: .tls)) == nil)
        #expect(ProviderProfile.custom.otherSubmission(than: usual) == nil)
    }

    /// iCloud as it was seen (providers §1): what a profile says is where the program begins.
    @Test func iCloudsOdditiesAreData() throws {
        let icloud = try #require(ProviderProfile.named("icloud"))
        #expect(!icloud.quirks.hasMove && !icloud.quirks.trustsQResync)
        #expect(icloud.quirks.trustsCondstore && icloud.quirks.capabilityTwice)
        #expect((240...300).contains(icloud.quirks.idleRestart))
        #expect(icloud.loginForms == [.namePart, .asWritten] && icloud.smtpLoginForms == [.asWritten])
        #expect(icloud.roleNames[.trash] == ["Deleted Messages"] && icloud.roleNames[.sent] == ["Sent Messages"])
        #expect(icloud.limits.connections <= 4 && icloud.limits.maxSize == 20_000_000)
        #expect(icloud.quirks.redirectRefused != nil)
        #expect(icloud.refusesSignIn(by: "jane@her-own.example") && !icloud.refusesSignIn(by: "jane"))
    }

    @Test func aDomainFindsItsProvider() {
        #expect(ProviderProfile.forDomain("ME.com")?.name == "icloud")
        #expect(ProviderProfile.forDomain("example.org") == nil)
        #expect(ProviderProfile.forIMAPHost("127.0.0.1") == nil)
    }

    @Test(arguments: [
        ("jane@icloud.com", ["jane", "jane@icloud.com"]), ("jane", ["jane"]), ("@x", ["@x"]),
        ("a@b@icloud.com", ["a@b", "a@b@icloud.com"]),
    ])
    func iCloudTriesTheNamePartFirst(user: String, names: [String]) {
        #expect(ProviderProfile.userNames(user, forms: [.namePart, .asWritten]) == names)
    }

    @Test(arguments: [
        ("abcd-efgh-ijkl-mnop", true), ("abcdefghijklmnop", false), ("Abcd-efgh-ijkl-mnop", false), ("hunter2", false),
        ("abcd-efgh-ijkl-mno1", false), ("abcd-efgh-ijkl", false), ("", false), ("àbcd-efgh-ijkl-mnop", false),
    ])
    func iCloudsAppPasswordsHaveAShape(password: String, fits: Bool) throws {
        let shape = try #require(ProviderProfile.named("icloud")?.signIn.appPasswordShape)
        #expect(shape.matches(Secret(password)) == fits)
    }

    @Test func googlesMayBeWrittenWithoutSpaces() throws {
        let shape = try #require(ProviderProfile.named("gmail")?.signIn.appPasswordShape)
        #expect(shape.matches(Secret("abcd efgh ijkl mnop")))
        #expect(shape.matches(Secret("abcdefghijklmnop")))
        #expect(!shape.matches(Secret("abcdefghijklmno")))
    }
}
