import Accounts
import ArgumentParser
import Daemon
import Foundation

struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs an account in at its provider by OAuth 2, and stores what comes of it.",
        discussion: """
            For accounts with oauth2 = { client_id = "..." }. The provider's page is opened in a browser, which leads back \
            to this machine; or, where the provider has that (Microsoft), a code is typed on any device. What is stored \
            lets Postmoon sign in by itself until the provider takes it back.
            """
    )

    private struct Line: Encodable {
        var account: String
        var step: String
        var page: String?
        var code: String?
        var place: String?
    }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The account's name in the configuration.")
    var account: String

    @Flag(help: "Use a browser even where a code could be typed on another device.")
    var browser = false

    @Option(
        help: ArgumentHelp("The port that the page leads back to; the usual is any that is free.", valueName: "PORT"))
    var port: Int?

    func validate() throws {
        if let port, !(1...65_535).contains(port) { throw ValidationError("--port is a number from 1 to 65535") }
    }

    func run() async throws {
        let configuration = try common.load()
        guard let chosen = configuration.accounts.first(where: { $0.name.rawValue == account }) else {
            throw CommandStatus.wrong("there is no account “\(account)” in \(configuration.file)")
        }
        let login = AccountLogin(account: chosen, logger: common.logger(.warning))
        guard let usual = login.usualWay else {
            throw CommandStatus.wrong(
                "[accounts.\(account)] does not sign in by this: write oauth2 = { client_id = \"...\" } in "
                    + configuration.file)
        }
        let json = common.json
        do {
            try await login.run(
                browser || port != nil ? .browser(port: port ?? 0) : usual, pasted: Self.typedLines()
            ) { Self.show($0, of: chosen, json: json) }
        } catch {
            throw CommandStatus(error)
        }
        // One that runs need not wait for its next try.
        _ = try? await ControlClient.ask(stateFolder: configuration.stateFolder, ControlRequest(.reload)) { _ in }
    }

    private static func show(_ step: AccountLogin.Step, of account: AccountConfiguration, json: Bool) {
        var line = Line(account: account.name.rawValue, step: "")
        let text: String
        switch step {
        case .typeCode(let prompt):
            (line.step, line.page, line.code) = ("type_code", prompt.page, prompt.code)
            text =
                "Open \(prompt.page) on any device, sign in as \(account.user) and type the code\n\n    \(prompt.code)\n\n"
                + "It is good for \(prompt.lifetime / 60) minutes. Waiting ..."
        case .openPage(let page, let port):
            (line.step, line.page) = ("open_page", page)
            text =
                "Open this page in a browser and sign in as \(account.user):\n\n    \(page)\n\n"
                + "It leads back to 127.0.0.1:\(port) on this machine. If the browser is on another one, it ends at a page "
                + "that cannot be shown: copy its address and paste it here. Waiting ..."
        case .stored(let place):
            (line.step, line.place) = ("stored", place)
            text = "Stored in \(place)."
        case .signedIn:
            line.step = "signed_in"
            text = "\(account.imap.host) lets \(account.user) in."
        }
        if json {
            if let line = try? JSONLine.encode(line) { Terminal.line(line) }
        } else {
            Terminal.line(
                text.split(separator: "\n", omittingEmptySubsequences: false).map { Terminal.safe(String($0)) }
                    .joined(separator: "\n"))
        }
        fflush(nil)
    }

    /// What is typed, line by line; reading it stops nobody.
    private static func typedLines() -> AsyncStream<String> {
        let (lines, typed) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            while let line = readLine() { typed.yield(line) }
            typed.finish()
        }
        return lines
    }
}
