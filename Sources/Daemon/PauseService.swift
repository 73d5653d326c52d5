import Logging
import ServiceLifecycle

/// Ends pauses whose time is over.
struct PauseService: Service {
    let engine: Engine

    /// The longest wait, in seconds: the clock may be set meanwhile, or the machine sleep.
    private static let slice: Int64 = 30

    func run() async throws {
        let surroundings = engine.surroundings
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = surroundings.clock()
                let next = min(surroundings.pauses.nextEnd ?? .max, now + Self.slice)
                await engine.pausesChanged.wait(seconds: max(0.05, Double(next - now)))
                let ended = surroundings.pauses.takeEnded()
                guard !ended.isEmpty else { continue }
                for pause in ended {
                    surroundings.logger.notice(
                        "a pause is over", metadata: ["what": "\(PauseReport(pause).subject)"])
                }
                for hub in engine.hubs { hub.wakeAll() }
            }
        }
    }
}
