import Testing

@testable import Accounts

/// A domain's autoconfiguration: what is taken of it, and what is not.
@Suite struct AutoconfigurationTests {
    static let good = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- for Thunderbird -->
        <clientConfig version="1.1">
          <emailProvider id="corp.example">
            <domain>corp.example</domain>
            <displayName>Corp &amp; Co <![CDATA[<mail>]]></displayName>
            <incomingServer type="pop3">
              <hostname>pop.corp.example</hostname><port>995</port><socketType>SSL</socketType>
            </incomingServer>
            <incomingServer type='imap'>
              <hostname>plain.corp.example</hostname><port>143</port><socketType>plain</socketType>
            </incomingServer>
            <incomingServer type="imap">
              <hostname> IMAP.corp.example </hostname>
              <port>993</port>
              <socketType>SSL</socketType>
              <username>%EMAILLOCALPART%</username>
              <authentication>OAuth2</authentication>
              <authentication>password-cleartext</authentication>
            </incomingServer>
            <outgoingServer type="smtp">
              <hostname>smtp.corp.example</hostname>
              <port>587</port>
              <socketType>STARTTLS</socketType>
              <username>%EMAILADDRESS%</username>
            </outgoingServer>
          </emailProvider>
        </clientConfig>

        """

    private static func read(_ text: String) throws -> Autoconfiguration {
        try Autoconfiguration(Array(text.utf8), for: "jane@corp.example")
    }

    @Test func theFirstServersUnderTLSAreTaken() throws {
        let read = try Self.read(Self.good)
        #expect(read.imap == ServerEndpoint(host: "imap.corp.example", port: 993, security: .tls))
        #expect(read.smtp == ServerEndpoint(host: "smtp.corp.example", port: 587, security: .startTLS))
        #expect(read.user == "jane")
        #expect(!read.needsOAuth2)
    }

    @Test func onlyTokensIsTold() throws {
        let text = Self.good.replacing("<authentication>password-cleartext</authentication>", with: "")
        #expect(try Self.read(text).needsOAuth2)
    }

    @Test(arguments: [
        ("SSL</socketType>\n      <username>", "plain</socketType>\n      <username>", "protected by TLS"),
        ("clientConfig", "html", "is no autoconfiguration"),
        ("<port>993</port>", "<port>0</port>", "protected by TLS"),
        ("IMAP.corp.example", "imap.corp.example/../x", "protected by TLS"),
        ("type='imap'", "type='nntp'", nil),
    ]) func whatCannotBeIsNotTaken(_ old: String, _ new: String, _ reason: String?) throws {
        let text = Self.good.replacing(old, with: new)
        #expect(text != Self.good, "the case is one")
        guard let reason else {
            #expect(try Self.read(text).imap.host == "imap.corp.example")
            return
        }
        #expect {
            _ = try Self.read(text)
        } throws: {
            ($0 as? Autoconfiguration.Failure)?.reason.contains(reason) == true
        }
    }

    @Test func aUserNameWithSpacesOrLinesIsNone() throws {
        let text = Self.good.replacing("%EMAILLOCALPART%", with: "jane&#10;a LOGIN")
        #expect(try Self.read(text).user == nil)
    }

    // MARK: XML

    @Test(arguments: [
        #"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"#, "<a>&x;</a>", "<a>&#0;</a>", "<a><b></a>",
        "<a>", "<a/><b/>", "<a b=c/>", "<a b='1' b='2'/>", "<a b='<'/>", "text", "", "<a>&amp</a>", "<a></ a>",
        "<a><!-- </a>",
        "<a b='1'c='2'/>",
    ]) func whatIsNotWellFormedIsRefused(_ text: String) {
        #expect(throws: XMLElement.Failure.self) { try XMLElement(parsing: Array(text.utf8)) }
    }

    @Test func depthAndNumberHaveLimits() {
        let deep = String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40)
        let many = "<a>" + String(repeating: "<b/>", count: 2_000) + "</a>"
        let long = "<a>" + String(repeating: " ", count: 70_000) + "</a>"
        for text in [deep, many, long] {
            #expect(throws: XMLElement.Failure.self) { try XMLElement(parsing: Array(text.utf8)) }
        }
        #expect(throws: XMLElement.Failure.self) { try XMLElement(parsing: [0x3C, 0x61, 0xFF, 0x3E]) }
    }

    @Test func everyCutOfAGoodOneIsRefused() {
        let bytes = Array(Self.good.utf8)
        // The last byte is the line's end.
        for count in 0..<(bytes.count - 1) {
            #expect(throws: Autoconfiguration.Failure.self) {
                try Autoconfiguration(Array(bytes.prefix(count)), for: "a@b.example")
            }
        }
    }

    @Test func textsAreUnescaped() throws {
        let element = try XMLElement(
            parsing: Array("\u{FEFF}<a x=\"&quot;1&#x41;\"> &lt;b&gt;<c/><![CDATA[&]]></a>\n".utf8))
        #expect(element.attributes == ["x": "\"1A"])
        #expect(element.text == "<b>&")
        #expect(element.children.map(\.name) == ["c"])
    }
}
