import MailModel
import Testing

@testable import TLSChannel

@Suite struct InterceptorTests {
    private func certificate(_ issuer: String) -> TLSCertificate {
        TLSCertificate(subject: "CN=imap.mail.me.com", issuer: issuer, names: [], notBefore: 0, notAfter: 1)
    }

    @Test(arguments: [
        ("O=Avast Web/Mail Shield, CN=Avast Web/Mail Shield Root", "Avast Antivirus"),
        ("O=avast! Web/Mail Shield, CN=avast! Web/Mail Shield Root", "Avast Antivirus"),
        ("CN=AVG Web/Mail Shield Root", "AVG Antivirus"), ("CN=Norton Web/Mail Shield Root", "Norton Antivirus"),
        ("CN=Bitdefender Personal CA.Net-Defender, O=Bitdefender", "Bitdefender"),
        ("CN=Kaspersky Anti-Virus Personal Root Certificate", "Kaspersky Anti-Virus"),
        ("CN=ESET SSL Filter CA", "ESET"), ("CN=Sophos_CA_C1234", "Sophos"), ("O=Zscaler Inc.", "Zscaler"),
        ("O=Fortinet, CN=FortiGate CA", "FortiGate"), ("CN=Example Antivirus Root", "a virus scanner"),
        ("CN=sophosutm Proxy CA", "Sophos"), ("CN=Corp Proxy CA", "a proxy"),
    ])
    func isKnownByTheIssuer(issuer: String, product: String) {
        #expect(TLSInterceptor.name(of: certificate(issuer)) == product)
        let error = TLSError(reason: .untrusted, serverName: "imap.mail.me.com", certificate: certificate(issuer))
        #expect(error.code == .tlsIntercepted)
        #expect(error.description.contains(product))
    }

    @Test(arguments: [
        "C=US, O=Apple Inc., CN=Apple Public EV Server RSA CA 1 - G1", "C=US, O=Google Trust Services, CN=WR2",
        "C=US, O=DigiCert Inc, CN=DigiCert SHA2 Secure Server CA", "C=US, O=Let's Encrypt, CN=R11",
        "CN=ca, O=Postmoon tests", "",
    ])
    func providersOwnIssuersAreNone(issuer: String) {
        #expect(TLSInterceptor.name(of: certificate(issuer)) == nil)
        let error = TLSError(reason: .untrusted, serverName: "imap.mail.me.com", certificate: certificate(issuer))
        #expect(error.code == .certificateUntrusted)
    }

    /// Only trust tells it: an interceptor's certificate that is out of date is out of date.
    @Test func otherFaultsKeepTheirNames() {
        let scanner = certificate("CN=Avast Web/Mail Shield Root")
        #expect(TLSError(reason: .expired, serverName: "x", certificate: scanner).code == .certificateExpired)
        #expect(TLSError(reason: .nameMismatch, serverName: "x", certificate: scanner).code == .certificateNameMismatch)
    }
}
