import HTTPRequest
import Logging
import MailModel

/// What one account proves itself with, read anew for each login.
public struct AccountCredential: Sendable {
    private enum Source: Sendable {
        case password(SecretSource)
        case typed(Secret)
        case tokenCommand([String])
        case tokens(AccessTokens)
    }

    private let source: Source

    /// - Parameters:
    ///   - http: asks the token endpoint.
    ///   - clock: seconds since 1970.
    public init(
        _ account: AccountConfiguration, http: any HTTPPerforming, clock: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        switch account.credential {
        case .password(let password): source = .password(password)
        case .typed(let password): source = .typed(password)
        case .oauth2(.command(let command)): source = .tokenCommand(command)
        case .oauth2(.refresh(let client)):
            source = .tokens(
                AccessTokens(
                    account: account.name, client: client, stateFolder: account.stateFolder, http: http, clock: clock,
                    logger: logger))
        }
    }

    /// What to show to this server now.
    ///
    /// Throws `SecretError` or `OAuth2Error`.
    public func proof(for server: ServerEndpoint) async throws -> LoginProof {
        switch source {
        case .password(let source): .password(try await source.read())
        case .typed(let password): .password(password)
        case .tokenCommand(let command):
            .accessToken(try await SecretSource.command(command).read(), host: server.host, port: server.port)
        case .tokens(let tokens): .accessToken(try await tokens.token(), host: server.host, port: server.port)
        }
    }

    /// The server did not take it: a token that is held is dropped, and the next proof is a new one.
    public func forget(_ proof: LoginProof) async {
        guard case .tokens(let tokens) = source else { return }
        await tokens.forget(proof.secret)
    }

    /// What to do about a token that is refused though it is new.
    public static func adviceAboutToken(_ account: AccountConfiguration) -> String {
        if case .oauth2(.command(let command)) = account.credential {
            return "The server refuses the access token that \(command.first ?? "the command") prints: sign in again "
                + "with the program that it belongs to, as the owner of \(account.user)."
        }
        return
            "The server refuses a new access token: run `postmoon login \(account.name)` and sign in as the owner of "
            + "\(account.user). If that does not help, `scope` does not cover IMAP and SMTP."
    }
}
