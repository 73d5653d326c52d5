import Doctor
import MailModel
import MailboxWatch

/// How long a folder's worker waits after a fault before it connects again.
enum RetryPause {
    /// Seconds to wait when a person has to mend something first; a changed secret is noticed within this time, too.
    static let untilMended = Backoff.longest

    /// - Parameter backoff: what the usual doubling says.
    static func seconds(after fault: FaultExplanation, backoff: Double) -> Double {
        switch fault.code {
        case .authFailed, .appPasswordNeeded, .appPasswordShape, .oauthExpired, .loginDisabled, .imapDisabled:
            return max(backoff, untilMended)
        case .throttled, .tooManyConnections:
            // Nobody else is asked to wait less than a minute, whatever they say.
            return max(backoff, Double(fault.retryAfter ?? 60))
        default:
            return max(backoff, Double(fault.retryAfter ?? 0))
        }
    }
}
