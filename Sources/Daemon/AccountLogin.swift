import Accounts
import Foundation
import HTTPRequest
import Logging
import MailModel
import MailTransport
import MessageDigest

/// `postmoon login`: signs one account in by OAuth2 with a person's help, stores what comes of it, and tries it.
public struct AccountLogin: Sendable {
    public enum Way: Sendable {
        /// A code that is typed on any device.
        case device
        /// A browser, whose page leads back to a port of this machine; 0: any.
        case browser(port: Int)
    }

    /// What a person is to be told.
    public enum Step: Sendable {
        case typeCode(AccountSignIn.DevicePrompt)
        case openPage(String, port: Int)
        case stored(place: String)
        case signedIn
    }

    /// How long a person may take in the browser, in seconds.
    static let patience: Double = 900

    private let account: AccountConfiguration
    private let logger: Logger

    public init(account: AccountConfiguration, logger: Logger) {
        self.account = account
        self.logger = logger
    }

    /// The best way that the account's provider has; `nil` when it does not sign in by this.
    public var usualWay: Way? {
        guard case .oauth2(.refresh(let client)) = account.credential else { return nil }
        return client.deviceURL == nil ? .browser(port: 0) : .device
    }

    /// - Parameters:
    ///   - pasted: lines that the person typed: the address of the page where the browser ended, if it could not come
    ///     back here by itself.
    ///   - tell: called with each step as it comes.
    public func run(
        _ way: Way, pasted: AsyncStream<String>, tell: @escaping @Sendable (Step) -> Void
    ) async throws {
        let dialer = Dialer(threads: 1)
        do {
            try await run(way, dialer, pasted, tell)
            await dialer.shutDown()
        } catch {
            await dialer.shutDown()
            throw error
        }
    }

    private func run(
        _ way: Way, _ dialer: Dialer, _ pasted: AsyncStream<String>, _ tell: @escaping @Sendable (Step) -> Void
    ) async throws {
        guard let signIn = AccountSignIn(account, http: dialer) else {
            throw CommandFault("[accounts.\(account.name)] does not sign in by `oauth2` with a `client_id`")
        }
        let grant: TokenGrant
        switch way {
        case .device:
            grant = try await signIn.byDevice(
                show: { tell(.typeCode($0)) }, wait: { try await Task.sleep(for: .seconds($0)) })
        case .browser(let port):
            grant = try await byBrowser(signIn, port: port, pasted, tell)
        }
        try await signIn.keep(grant)
        tell(.stored(place: signIn.place))
        let credential = AccountCredential(
            account, http: dialer, clock: { Int64(Date().timeIntervalSince1970) }, logger: logger)
        let connector = AccountConnector(account: account, credential: credential, dialer: dialer, logger: logger)
        let session = try await connector.connect()
        await session.connection.logout()
        tell(.signedIn)
    }

    private func byBrowser(
        _ signIn: AccountSignIn, port: Int, _ pasted: AsyncStream<String>, _ tell: @escaping @Sendable (Step) -> Void
    ) async throws -> TokenGrant {
        let listener: RedirectListener
        do {
            listener = try await RedirectListener.start(port: port) { target in
                let isOurs = target.contains("state=")
                return RedirectHandler.Answer(
                    isFound: isOurs,
                    text: isOurs ? "Postmoon has what it needs. You can close this page." : "Nothing is here.")
            }
        } catch {
            throw CommandFault("port \(port) of this machine cannot be used: choose another by --port")
        }
        do {
            let visit = try signIn.browserVisit(
                redirect: "http://127.0.0.1:\(listener.port)/", random: { MessageDigest.randomBytes($0) })
            tell(.openPage(visit.page, port: listener.port))
            let code = try await code(of: visit, signIn, [listener.targets, pasted])
            await listener.stop()
            return try await signIn.exchange(code, of: visit)
        } catch {
            await listener.stop()
            throw error
        }
    }

    /// Whichever brings it first.
    private func code(
        of visit: AccountSignIn.BrowserVisit, _ signIn: AccountSignIn, _ sources: [AsyncStream<String>]
    ) async throws -> Secret {
        try await withThrowingTaskGroup(of: Secret?.self) { group in
            for source in sources {
                group.addTask {
                    for await target in source {
                        if let code = try signIn.code(in: target, of: visit) { return code }
                    }
                    return nil
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(Self.patience))
                throw CommandFault("nobody signed in within \(Int(Self.patience / 60)) minutes: run the command again")
            }
            defer { group.cancelAll() }
            // A source that only ends, such as a closed standard input, leaves the others.
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}

/// What keeps a command from going on, in words for a person.
struct CommandFault: Fault {
    let description: String

    init(_ description: String) { self.description = description }

    var code: FaultCode { .configuration }
    var scope: FaultScope { .account }
}
