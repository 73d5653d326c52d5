import Foundation
import HTTPRequest
import MailModel
import Synchronization

/// Answers requests as the test says, without a network.
final class ScriptedHTTP: HTTPPerforming {
    enum Answer: Sendable {
        case json(Int, String)
        case fails(HTTPError)
    }

    private struct State {
        var answers: [Answer]
        var bodies: [String] = []
        var addresses: [String] = []
    }

    private let state: Mutex<State>
    /// Called with each request, before its answer.
    private let meanwhile: @Sendable (Int) async -> Void

    init(_ answers: [Answer], meanwhile: @escaping @Sendable (Int) async -> Void = { _ in }) {
        state = Mutex(State(answers: answers))
        self.meanwhile = meanwhile
    }

    convenience init(_ answers: Answer...) { self.init(answers) }

    /// The forms that were posted.
    var forms: [String] { state.withLock { $0.bodies } }
    var addresses: [String] { state.withLock { $0.addresses } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let (count, answer) = state.withLock { state -> (Int, Answer) in
            state.bodies.append(String(decoding: request.body, as: UTF8.self))
            state.addresses.append("\(request.url)\(request.url.target)")
            let answer = state.answers.isEmpty ? .json(500, "nothing was expected") : state.answers.removeFirst()
            return (state.bodies.count, answer)
        }
        await meanwhile(count)
        switch answer {
        case .json(let status, let body): return HTTPResponse(status: status, body: Array(body.utf8))
        case .fails(let error): throw error
        }
    }
}

/// Seconds that only the test moves.
final class HandClock: Sendable {
    private let time = Mutex<Int64>(1_000_000)

    var now: Int64 { time.withLock { $0 } }
    func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }
}
