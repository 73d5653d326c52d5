import CRuleShim
import Foundation
import MailModel

/// An error that Lua raised.
struct LuaError: Error {
    var message: String
    var traceback: String
    /// In a rule file, when known.
    var position: SourcePosition?
    var spentBudget: Bool
}

/// One Lua state with the prelude in it. Belongs to one executor; holds its host.
final class LuaMachine {
    enum Ending {
        case values([RuleValue])
        /// The host halted it.
        case halted
        case failed(LuaError)
    }

    let host: RuleHost
    private let state: OpaquePointer
    private let bridge: HostBridge
    private let limits: RuleLimits

    init(host: RuleHost, limits: RuleLimits) throws(LuaError) {
        let bridge = HostBridge(host)
        let callbacks = rule_host(
            // Borrowed: the bridge is kept by this object, and the state ends with it.
            context: Unmanaged.passUnretained(bridge).toOpaque(), call: hostCall, zone_offset: hostZoneOffset,
            released: hostReleased)
        guard let state = rule_state_create(callbacks, limits.memory) else {
            throw LuaError(message: "no memory for Lua", traceback: "", spentBudget: true)
        }
        self.host = host
        self.state = state
        self.bridge = bridge
        self.limits = limits
        host.charge = { rule_state_charge(state, $0) }
        try openSandbox()
        for part in Prelude.parts { try run(part.source, named: part.name) }
    }

    /// Runs a part of the prelude.
    func run(_ source: String, named name: String) throws(LuaError) {
        let bytes = Array(source.utf8)
        try expectValues(ending(rule_state_prelude(state, name, bytes, bytes.count)))
    }

    deinit {
        host.charge = { _ in }
        rule_state_destroy(state)
    }

    var memory: Int { rule_state_memory(state) }

    /// Calls an entry of the prelude.
    func call(_ entry: String, _ arguments: [RuleValue], steps: UInt64, milliseconds: UInt64) -> Ending {
        let bytes = RuleValueWriter(arguments).bytes
        return ending(rule_state_call(state, entry, bytes, bytes.count, steps, milliseconds))
    }

    func freeze(now: Int64, seed: UInt64) throws(LuaError) {
        try expectValues(ending(rule_state_freeze(state, now, seed)))
    }

    /// Afterwards the host knows what nothing holds any more.
    func collect() throws(LuaError) { try expectValues(ending(rule_state_collect(state))) }

    private func openSandbox() throws(LuaError) {
        let names = HostOperation.allCases.map { strdup($0.name) }
        defer { names.forEach { free($0) } }
        let pointers = names.map { UnsafePointer<CChar>($0) }
        try expectValues(ending(rule_state_open(state, pointers, pointers.count)))
        let lists: [(String, [String])] = [
            ("subjects", SubjectName.allCases.map(\.rawValue)),
            ("conditions", ConditionName.allCases.filter(\.isValue).map(\.rawValue)),
            ("tests", SubjectTest.allCases.map(\.rawValue)),
            ("actions", ActionName.allCases.map(\.rawValue)), ("roles", MailboxRole.allCases.map(\.rawValue)),
        ]
        func list(_ names: [String]) -> String { "{ \(names.map { "\"\($0)\"" }.joined(separator: ", ")) }" }
        var source = "local host = ...\n"
        for (name, values) in lists { source += "host.\(name) = \(list(values))\n" }
        let known = ReferenceObject.all.map { "\($0.name.lowercased()) = \(list($0.names))" }
        source += "host.known = { \(known.joined(separator: ", ")) }\n"
        let kinds = HandleKind.allCases.map { "\(String(describing: $0)) = \($0.rawValue)" }
        source += "host.kinds = { \(kinds.joined(separator: ", ")) }\n"
        let bytes = Array(source.utf8)
        try expectValues(ending(rule_state_prelude(state, "names", bytes, bytes.count)))
    }

    private func expectValues(_ ending: Ending) throws(LuaError) {
        if case .failed(let error) = ending { throw error }
    }

    private func ending(_ outcome: rule_outcome) -> Ending {
        switch Int(outcome.status) {
        case Int(RULE_OK):
            var reader = RuleValueReader(
                UnsafeRawBufferPointer(start: outcome.values, count: outcome.values == nil ? 0 : outcome.value_count))
            return .values(reader.readAll())
        case Int(RULE_HALTED): return .halted
        default:
            return .failed(
                LuaError(
                    message: Self.text(outcome.message, outcome.message_count),
                    traceback: Self.text(outcome.traceback, outcome.traceback_count),
                    position: outcome.file.map { SourcePosition(file: String(cString: $0), line: Int(outcome.line)) },
                    spentBudget: Int(outcome.status) == Int(RULE_SPENT)))
        }
    }

    private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
        bytes.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: count), as: UTF8.self) } ?? ""
    }
}

/// What the C callbacks reach: the host, and the memory that holds a reply until the next one.
private final class HostBridge {
    let host: RuleHost
    private var reply = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 1)

    init(_ host: RuleHost) { self.host = host }
    deinit { reply.deallocate() }

    /// Lends bytes to C until the next call.
    func lend(_ bytes: [UInt8]) -> rule_reply {
        if reply.count < bytes.count || reply.count > 1 << 20 {
            reply.deallocate()
            reply = .allocate(byteCount: max(1_024, bytes.count), alignment: 1)
        }
        reply.copyBytes(from: bytes)
        return rule_reply(bytes: reply.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }

    func answer(
        _ operation: UInt32, _ arguments: UnsafeRawBufferPointer, at position: SourcePosition?
    ) -> (status: Int32, reply: rule_reply) {
        var reader = RuleValueReader(arguments)
        guard let operation = HostOperation(rawValue: operation) else {
            return (Int32(RULE_REPLY_ERROR), lend(Array("no such operation".utf8)))
        }
        // What the host keeps of it is not in Lua's memory.
        if operation.makesHandle { host.charge(UInt64(arguments.count / 4)) }
        do {
            let values = try host.answer(operation, reader.readAll(), at: position)
            return (Int32(RULE_REPLY_VALUES), lend(RuleValueWriter(values).bytes))
        } catch {
            guard case .misuse(let misuse) = error else { return (Int32(RULE_REPLY_HALT), lend([])) }
            guard let better = misuse.position, better != position else {
                return (Int32(RULE_REPLY_ERROR), lend(Array(misuse.message.utf8)))
            }
            return (Int32(RULE_REPLY_ERROR_PLACED), lend(Array("\(better): \(misuse.message)".utf8)))
        }
    }
}

/// Ownership: arguments are lent for the call; the reply is the bridge's until the next call.
private func hostCall(
    _ context: UnsafeMutableRawPointer?, _ operation: UInt32, _ file: UnsafePointer<CChar>?, _ line: Int32,
    _ arguments: UnsafePointer<UInt8>?, _ count: Int, _ reply: UnsafeMutablePointer<rule_reply>?
) -> Int32 {
    guard let context else { return Int32(RULE_REPLY_HALT) }
    let bridge = Unmanaged<HostBridge>.fromOpaque(context).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: arguments, count: arguments == nil ? 0 : count)
    let position = file.map { SourcePosition(file: String(cString: $0), line: Int(line)) }
    let answer = bridge.answer(operation, bytes, at: position)
    reply?.pointee = answer.reply
    return answer.status
}

private func hostReleased(_ context: UnsafeMutableRawPointer?, _ kind: UInt8, _ identifier: UInt32) {
    guard let context else { return }
    Unmanaged<HostBridge>.fromOpaque(context).takeUnretainedValue().host.released(identifier)
}

private func hostZoneOffset(_ context: UnsafeMutableRawPointer?, _ time: Int64) -> Int64 {
    guard let context else { return 0 }
    return Unmanaged<HostBridge>.fromOpaque(context).takeUnretainedValue().host.clock.offset(time)
}
