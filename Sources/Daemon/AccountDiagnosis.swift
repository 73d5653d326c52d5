import Accounts
import Doctor
import MailTransport

/// Runs the doctor on one account with a dialer of its own.
public enum AccountDiagnosis {
    public static func run(_ account: AccountConfiguration) async -> [CheckResult] {
        let dialer = Dialer(threads: 1, deadlines: DialDeadlines(connect: 10, handshake: 10))
        let results = await AccountCheck(account: account, dialer: dialer).run()
        await dialer.shutDown()
        return results
    }
}
