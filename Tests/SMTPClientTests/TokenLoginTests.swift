import Foundation
import MailModel
import Testing

@testable import SMTPClient

/// AUTH by an access token (RFC 7628 and XOAUTH2).
@Suite struct TokenLoginTests {
    private static let xoauth2 = base64("user=jane@example.org\u{1}auth=Bearer canary\u{1}\u{1}")
    private static let oauthBearer = base64(
        "n,a=jane@example.org,\u{1}host=smtp.example.org\u{1}port=587\u{1}auth=Bearer canary\u{1}\u{1}")
    private static let refused = base64(#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#)

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private func dialogue(_ offered: String, token: String = "canary") throws(SMTPError) -> LoginDialogue {
        try LoginDialogue(
            SubmissionLogin(
                user: "jane@example.org", proof: .accessToken(Secret(token), host: "smtp.example.org", port: 587)),
            extensions: ServerExtensions(SMTPReply(code: 250, lines: ["hi", "AUTH \(offered)"])))
    }

    private func line(_ step: LoginDialogue.Step) -> String? {
        guard case .send(.authResponse(let response)) = step else { return nil }
        return response.encoded
    }

    @Test(arguments: [
        ("LOGIN PLAIN XOAUTH2", "XOAUTH2", xoauth2), ("XOAUTH2 OAUTHBEARER", "OAUTHBEARER", oauthBearer),
    ])
    func aShortTokenGoesOutWithTheCommand(offered: String, mechanism: String, response: String) throws {
        var dialogue = try dialogue(offered)
        guard case .auth(mechanism, let initial?) = dialogue.opening else {
            Issue.record("\(dialogue.opening)")
            return
        }
        #expect(initial.encoded == response)
        #expect(dialogue.received(SMTPReply(code: 235, lines: ["2.7.0 Accepted"])) == .signedIn)
        #expect("\(dialogue.opening)" == "AUTH \(mechanism) <secret>")
    }

    @Test func aLongTokenWaitsForTheServer() throws {
        var dialogue = try dialogue("XOAUTH2", token: String(repeating: "t", count: 2_000))
        guard case .auth("XOAUTH2", nil) = dialogue.opening else {
            Issue.record("\(dialogue.opening)")
            return
        }
        #expect(line(dialogue.received(SMTPReply(code: 334, lines: [""])))?.utf8.count ?? 0 > 2_000)
        #expect(line(dialogue.received(SMTPReply(code: 334, lines: [Self.refused]))) == "")
        guard case .failed(let error) = dialogue.received(SMTPReply(code: 535, lines: ["5.7.8 no"])) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .oauthExpired)
    }

    @Test(arguments: [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")])
    func aServerThatSaysWhyGetsItsEmptyAnswerBeforeItRefuses(mechanism: String, answer: String) throws {
        var dialogue = try dialogue(mechanism)
        #expect(line(dialogue.received(SMTPReply(code: 334, lines: [Self.refused]))) == answer)
        let said = mechanism == "XOAUTH2" ? Self.xoauth2 : Self.oauthBearer
        let step = dialogue.received(
            SMTPReply(code: 535, lines: ["5.7.8 Username and Password not accepted", said]))
        guard case .failed(let error) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(error.code == .oauthExpired && error.scope == .account)
        #expect("\(error)".contains("status 401, scope https://mail.google.com/"))
        #expect(!"\(error)".contains(said))
    }

    @Test func aServerThatNeverStopsAskingIsLeft() throws {
        var dialogue = try dialogue("XOAUTH2")
        #expect(line(dialogue.received(SMTPReply(code: 334, lines: [Self.refused]))) == "")
        guard case .failed(let error) = dialogue.received(SMTPReply(code: 334, lines: [Self.refused])) else {
            Issue.record("it goes on")
            return
        }
        #expect(error.code == .protocolError)
    }

    @Test(arguments: ["454 4.7.0 Temporary authentication failure", "535 5.7.139 SmtpClientAuthentication is disabled"])
    func whatIsNotTheTokensFaultKeepsItsName(reply: String) throws {
        var dialogue = try dialogue("XOAUTH2")
        let step = dialogue.received(
            SMTPReply(code: Int(reply.prefix(3)) ?? 0, lines: [String(reply.dropFirst(4))]))
        guard case .failed(let error) = step else {
            Issue.record("\(step)")
            return
        }
        #expect([.unavailable, .loginDisabled].contains(error.code))
    }

    @Test func aTokenGoesToNoServerThatTakesPasswordsOnly() {
        let error = #expect(throws: SMTPError.self) { try dialogue("PLAIN LOGIN") }
        #expect(error?.code == .loginDisabled)
        #expect(error.map { "\($0)".contains("takes no access tokens; it offers only: LOGIN PLAIN") } == true)
    }
}
