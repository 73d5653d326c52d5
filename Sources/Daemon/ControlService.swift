import ActionJournal
import Logging
import MailModel
import MailTransport
import ServiceLifecycle

/// Answers commands on `control.sock` in the state folder.
struct ControlService: Service {
    let engine: Engine

    func run() async throws {
        let logger = engine.surroundings.logger
        let path = ControlClient.socketPath(stateFolder: engine.surroundings.configuration.stateFolder)
        do {
            try await cancelWhenGracefulShutdown {
                try await LocalSocket.listen(at: path, ready: {}) { request, answer in
                    await serve(request, answer)
                }
            }
        } catch is CancellationError {
        } catch {
            // Mail goes on without it: only the commands that ask the daemon do not work.
            logger.error("the control socket cannot be used", metadata: ["path": "\(path)", "error": "\(error)"])
            try? await gracefulShutdown()
        }
    }

    private func serve(_ line: String, _ answer: @escaping LocalSocket.Answer) async {
        let send: @Sendable (ControlAnswer) async throws -> Void = { value in
            try await answer(try JSONLine.encode(value))
        }
        do {
            let request = try JSONLine.decode(ControlRequest.self, from: line)
            let exit = try await carryOut(request, send)
            try await send(ControlAnswer(exit: exit))
        } catch {
            try? await send(ControlAnswer(message: "\(error)", exit: 1))
        }
    }

    private func pause(
        _ request: ControlRequest, _ send: @escaping @Sendable (ControlAnswer) async throws -> Void
    ) async throws -> Int32 {
        let pausing = await Pausing(engine)
        let query = request.pause ?? PauseQuery()
        let exit =
            request.command == .pause
            ? try await pausing.pause(query, tell: send) : try await pausing.resume(query, tell: send)
        // Whoever works stops, and whoever waits begins.
        engine.pausesChanged.wake()
        for hub in engine.hubs { hub.wakeAll() }
        engine.surroundings.logger.notice(
            "\(request.command.rawValue)d by a person",
            metadata: ["what": "\(query.name ?? "everything")", "seconds": "\(query.seconds.map(String.init) ?? "-")"])
        return exit
    }

    private func sweeper(for request: ControlRequest) -> Sweeper {
        Sweeper(engine: engine, isBrief: request.isBrief ?? false)
    }

    private func carryOut(
        _ request: ControlRequest, _ send: @escaping @Sendable (ControlAnswer) async throws -> Void
    ) async throws -> Int32 {
        switch request.command {
        case .status:
            let status = try await StatusReport.make(engine: engine)
            try await send(ControlAnswer(result: status.json()))
            return status.isHealthy ? 0 : 1
        case .reload:
            if let error = await engine.reload() {
                try await send(ControlAnswer(message: "\(error)"))
                return 1
            }
            return 0
        case .sweep:
            guard let query = request.sweep else { return 2 }
            return try await sweeper(for: request).applyAtOnce(query) { try await send($0) }
        case .apply:
            guard let number = request.number else { return 2 }
            return try await sweeper(for: request).apply(number: number) { try await send($0) }
        case .release:
            let plans = (request.plans ?? []).map(PlanID.init)
            return try await Releaser(engine: engine).release(plans) { try await send($0) }
        case .undo:
            guard let query = request.undo else { return 2 }
            return try await Undoer(engine: engine).undo(query) { try await send($0) }
        case .pause, .resume:
            return try await pause(request, send)
        }
    }
}
