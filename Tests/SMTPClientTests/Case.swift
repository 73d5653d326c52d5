import Testing

@testable import SMTPClient

/// One conversation, and what must come out of it.
struct Case: CustomTestStringConvertible {
    var name: String
    var recipients = ["ann@example.net"]
    var sender = "jane@example.org"
    var data = "Hello\r\n"
    var login: (String, String)?
    var security = SubmissionSecurity.tls
    var isRehearsal = false
    var script: String
    var expect: [String]

    var testDescription: String { name }

    /// Plays it to its end, and looks at what came out.
    func play(_ feeding: Feeding = .whole) throws -> Dialogue {
        var dialogue = try Dialogue(
            sender: sender, recipients: recipients, data: data, login: login, security: security,
            isRehearsal: isRehearsal)
        try dialogue.play(script, feeding: feeding)
        #expect(dialogue.summary == expect)
        #expect(dialogue.isClosed)
        return dialogue
    }
}
