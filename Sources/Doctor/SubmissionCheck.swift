import Accounts
import IMAPSession
import MailModel
import MailTransport
import SMTPClient

/// Hands over an envelope to the submission server, up to the recipient; with `--send` a message too.
struct SubmissionCheck: Sendable {
    let account: AccountConfiguration
    let access: any AccountAccess
    let reach: ServerCheck
    let scope: DoctorScope

    func run() async -> [CheckResult] {
        guard let address = account.address else {
            return [
                CheckResult(
                    check: "smtp.envelope", ok: false, code: .configuration, detail: "the account has no mail address",
                    advice: "Write address = \"you@example.org\".")
            ]
        }
        let letter = TestLetter(address: address, time: scope.clock())
        var submission = Submission(sender: address, recipients: [address], data: letter.bytes)
        submission.isRehearsal = true
        let witness = TLSWitness()
        let result = await submit(submission, witness)
        var results: [CheckResult] = []
        if account.smtp?.security == .startTLS, let facts = witness.facts { results.append(reach.protection(facts)) }
        if let extensions = result.extensions { results.append(.passed("smtp.offers", offers(extensions))) }
        if let error = result.outcomes.first?.outcome.error {
            if let stage = error.stage, [.sender, .recipient, .data].contains(stage) {
                results.append(login)
            }
            results.append(.failed(Self.place(of: error), await access.explain(error, service: .smtp)))
            return results
        }
        results.append(login)
        results.append(.passed("smtp.envelope", "mail from and to \(address) would be taken; nothing was sent"))
        if scope.send { results += await send(letter, from: address) }
        return results
    }

    private var login: CheckResult {
        .passed("smtp.login", account.smtp?.signsIn == false ? "the server takes mail without a login" : "signed in")
    }

    private func submit(_ submission: Submission, _ witness: TLSWitness) async -> SubmissionResult {
        guard let submitter = access.submitter(seconds: scope.step, witness: witness) else {
            return SubmissionResult(outcomes: [])
        }
        do {
            return try await scope.inTime { await submitter.submit(submission) {} }
        } catch {
            let error = SMTPError(
                code: .connectionTimeout, scope: .connection, detail: "no answer within \(Int(scope.step)) s")
            return SubmissionResult(submission.recipients, all: .notSent(error))
        }
    }

    private func offers(_ extensions: ServerExtensions) -> String {
        let mechanisms = extensions.authMechanisms.sorted().joined(separator: " ")
        var words = [mechanisms.isEmpty ? "no login" : "logins: \(mechanisms)"]
        if let limit = extensions.sizeLimit { words.append("messages up to \(limit / 1_000_000) MB") }
        if extensions.offersSMTPUTF8 { words.append("addresses in any script") }
        return words.joined(separator: "; ")
    }

    /// Where in the dialogue it went wrong.
    private static func place(of error: SMTPError) -> String {
        switch error.stage {
        case .hello, .startTLS, .handshake: "smtp.tls"
        case .authentication: "smtp.login"
        case .sender, .recipient, .data, .transfer, .receipt: "smtp.envelope"
        case .greeting, nil: "smtp.greeting"
        }
    }

    // MARK: A real message

    private func send(_ letter: TestLetter, from address: EnvelopeAddress) async -> [CheckResult] {
        do {
            let (connection, server, _) = try await scope.inTime { [access] in try await access.signIn() }
            defer { connection.close() }
            let finder = LetterFinder(connection: connection, server: server, scope: scope)
            let before = try await finder.nextUID(in: .inbox)
            let result = await submit(
                Submission(sender: address, recipients: [address], data: letter.bytes), TLSWitness())
            if let error = result.outcomes.first?.outcome.error {
                return [.failed("smtp.send", await access.explain(error, service: .smtp))]
            }
            guard let uid = try await finder.find(letter, in: .inbox, from: before) else {
                return [
                    CheckResult(
                        check: "smtp.send", ok: false, code: .unavailable,
                        detail: "the server took the message, and it was not in INBOX within \(Int(scope.step)) s",
                        advice:
                            "Look for “\(letter.subject)” there and in the spam folder a little later, and delete it. "
                            + "A rule, or another program, may have moved it.")
                ]
            }
            try await finder.remove(uid)
            return [.passed("smtp.send", "a message to \(address) arrived, and was removed again")]
        } catch {
            return [.failed("smtp.send", await access.explain(error, service: .imap))]
        }
    }
}
