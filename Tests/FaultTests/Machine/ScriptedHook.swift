import Synchronization
import TestKit

/// A web server in memory that takes every POST.
final class ScriptedHook: InMemoryServer {
    struct Call: Hashable, Sendable {
        var key: String
        var body: String
    }

    private let state = Mutex<[Call]>([])

    /// What it took, repetitions too.
    var calls: [Call] { state.withLock { $0 } }

    func converse() -> any ServerConversation { HookConversation(self) }

    fileprivate func take(_ call: Call) { state.withLock { $0.append(call) } }
}

private final class HookConversation: ServerConversation {
    private let hook: ScriptedHook
    private var bytes: [UInt8] = []

    init(_ hook: ScriptedHook) { self.hook = hook }

    func greeting() -> [ServerAnswer] { [] }

    func received(_ more: [UInt8]) -> [ServerAnswer] {
        bytes += more
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return [] }
        let header = text[..<end.lowerBound].split(separator: "\r\n")
        let length = Self.value("content-length", header).flatMap { Int($0) } ?? 0
        let body = text[end.upperBound...]
        guard body.utf8.count >= length else { return [] }
        hook.take(ScriptedHook.Call(key: Self.value("idempotency-key", header) ?? "", body: String(body)))
        bytes = []
        return [.bytes(Array("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)), .cut]
    }

    private static func value(_ name: String, _ header: [Substring]) -> String? {
        header.first { $0.lowercased().hasPrefix(name + ":") }.map {
            String($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
        }
    }
}
