import Logging
import RuleRuntime
import ServiceLifecycle
import UnixSignals

extension Engine {
    /// Loads the rules folder anew; the rules in force stay when it does not load.
    ///
    /// - Returns: why it does not.
    @discardableResult
    func reload() async -> (any Error)? {
        let board = surroundings.board
        do {
            let (generation, isNew) = try await surroundings.rules.load()
            await board.note(rules: StatusBoard.Rules(generation))
            surroundings.logger.notice(
                isNew ? "rules loaded" : "the rules are as before",
                metadata: [
                    "generation": "\(generation.number)", "since": "\(Timestamp.text(generation.since))",
                    "rules": "\(generation.count)",
                ]
            )
            // Unchanged too: who asks for it wants what failed to be tried again now.
            for hub in hubs { hub.wakeAll() }
            return nil
        } catch {
            await board.note(rulesError: "\(error)")
            let rules = await board.rules
            surroundings.logger.error(
                "the changed rules do not load; the last good ones go on",
                metadata: [
                    "error": "\(error)", "generation": "\(rules.generation)",
                    "since": "\(Timestamp.text(rules.since))",
                ]
            )
            return error
        }
    }
}

extension StatusBoard.Rules {
    init(_ generation: RuleKeeper.Generation) {
        self.init(generation: generation.number, since: generation.since, count: generation.count)
    }
}

/// SIGHUP loads the rules anew.
struct ReloadService: Service {
    let engine: Engine

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            // Whoever asks has mended something, perhaps at the provider's.
            for hub in engine.hubs { hub.reopenLogins() }
            await engine.reload()
        }
    }
}

/// Looks at the rules folder and loads it anew when it was changed. By looks, not by notification: these need no limits
/// of the system, and see network folders and folders that are replaced as a whole.
struct RuleWatchService: Service {
    let engine: Engine

    /// Seconds between two looks.
    private static let interval: Duration = .seconds(1)

    func run() async throws {
        let rules = engine.surroundings.rules
        try? await cancelWhenGracefulShutdown {
            var watch = RuleFolderWatch()
            while true {
                try await Task.sleep(for: Self.interval)
                if watch.looked(RuleFolderLook(rules.folder), loaded: await rules.look) { await engine.reload() }
            }
        }
    }
}
