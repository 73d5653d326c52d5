import MailModel
import Testing

@testable import RuleRuntime

/// Lua that does not behave, as it stands in FAULTS: each ends as an error of its rule, by its own budget, while another
/// account goes on being served.
struct Misbehaviour: Sendable, CustomTestStringConvertible {
    enum End: Sendable {
        /// By steps, or by memory.
        case spent
        /// As an error that says this.
        case error(String)
        /// Well: what was tried has no effect.
        case nothing
    }

    var name: String
    var body: String
    var end: End

    init(_ name: String, _ body: String, _ end: End = .spent) {
        self.name = name
        self.body = body
        self.end = end
    }

    var testDescription: String { name }
}

/// One after another, so that each has the machine as a daemon would.
@Suite(.serialized) struct SandboxTests {
    static let endless = [
        Misbehaviour("while true do end", "while true do end"),
        Misbehaviour("the same inside pcall", "while true do pcall(function() while true do end end) end"),
        Misbehaviour("in a gsub callback", "(\"x\"):gsub(\"x\", function() while true do end end)"),
        Misbehaviour(
            "in a __close", "local c <close> = setmetatable({}, { __close = function() while true do end end })"),
        Misbehaviour(
            "in a __close behind an error",
            "pcall(function() local c <close> = setmetatable({}, { __close = function() while true do end end }) error() end)"
        ),
        Misbehaviour(
            "in an xpcall handler", "xpcall(error, function() while true do end end)",
            .error("xpcall is not available to rules: use pcall; errors that nobody catches carry a traceback")),
        Misbehaviour("a sort comparator that loops", "table.sort({ 3, 2, 1 }, function() while true do end end)"),
        Misbehaviour("goto", "::again:: goto again"),
        Misbehaviour(
            "in __index of the message's own kind",
            "local t = setmetatable({}, { __index = function(t, k) while true do end end }) print(t.x)"),
        Misbehaviour("recursion that ends in tail calls", "local function f() return f() end f()"),
    ]

    static let patterns = [
        Misbehaviour("three lazy dots on 800 a", "(\"a\"):rep(800):find(\".-.-.-b\")"),
        Misbehaviour("x*y on 80,000 x", "(\"x\"):rep(80000):find(\"x*y\")"),
        Misbehaviour("a? for each a", "(\"a\"):rep(3000):find((\"a?\"):rep(3000) .. (\"a\"):rep(3000) .. \"b\")"),
        Misbehaviour("lazy dots on mail", "m.text:rep(300):gsub(\".-.-.-~\", \"\")"),
        Misbehaviour(
            "an expression that is attacked", "while true do regex(\"(a+)+$\"):test((\"a\"):rep(28) .. \"b\") end",
            .error("regex: the expression went past its steps on this text")),
        Misbehaviour("a condition in a loop", "while true do m:is(body:matches \"(a+)+$\") end"),
        Misbehaviour(
            "expressions without end", "local i = 0 while true do i = i + 1 regex((\"a\"):rep(1000) .. i) end"),
    ]

    static let sizes = [
        Misbehaviour("string.rep(\"\", 2^60)", "assert(string.rep(\"\", 1 << 60) == \"\")", .nothing),
        Misbehaviour("string.rep(\"x\", 2^60)", "string.rep(\"x\", 1 << 60)", .error("resulting string too large")),
        Misbehaviour("table.move({}, 1, 2^60, 2)", "table.move({}, 1, 1 << 60, 2)"),
        Misbehaviour(
            "table.insert with a lying __len",
            "table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, \"x\")"),
        Misbehaviour(
            "table.concat with a lying __len",
            "table.concat(setmetatable({}, { __len = function() return 1 << 60 end, __index = function() return \"x\" end }))"
        ),
        Misbehaviour("table growth", "local t = {} for i = 1, math.huge do t[i] = i end"),
        Misbehaviour("string growth", "local s = \"x\" while true do s = s .. s end"),
        Misbehaviour(
            "string growth inside pcall", "local s = \"x\" while true do pcall(function() s = s .. s end) end"),
        Misbehaviour("deep recursion", "local function f() return 1 + f() end return f()"),
        Misbehaviour("deep recursion inside pcall", "local function f() return 1 + f() end while true do pcall(f) end"),
        Misbehaviour(
            "conditions without end", "local c = bulk while true do c = c | from:is \"x\" end"),
        Misbehaviour(
            "actions without end", "local i = 0 while true do i = i + 1 m:copy(\"F\" .. i) end",
            .error("more than 500 actions")),
        Misbehaviour(
            "state without end", "local i = 0 while true do i = i + 1 state[i] = i end",
            .error("more than 1000 changes of state")),
        Misbehaviour(
            "a large state", "state.x = (\"x\"):rep(100000)", .error("a value in state is at most 65536 bytes")),
        Misbehaviour("a log without end", "while true do print((\"x\"):rep(10000)) end"),
        Misbehaviour(
            "header names without end", "local i = 0 while true do i = i + 1 m:is(header(\"X-\" .. i):exists()) end",
            .error("too many names of headers")),
        Misbehaviour("a message that is read again and again", "while true do local x = m.text .. m.raw end"),
    ]

    static let escapes = [
        Misbehaviour(
            "__gc that loops", "setmetatable({}, { __gc = function() while true do end end })",
            .error("__gc is not available to rules")),
        Misbehaviour(
            "bytecode", "load(\"\\27Lua\")",
            .error("load is not available to rules: code comes from files of the rules folder")),
        Misbehaviour("string.dump", "string.dump(print)", .error("attempt to call a nil value (field 'dump')")),
        Misbehaviour(
            "getmetatable(\"\").__index = ...", "getmetatable(\"\").__index = function() end",
            .error("attempt to index a boolean value")),
        Misbehaviour("the metatable of m", "setmetatable(m, {})", .error("cannot change a protected metatable")),
        Misbehaviour("rawset on m", "rawset(m, \"subject\", \"x\")", .error("cannot rawset a protected table")),
        Misbehaviour(
            "rawset on the globals", "rawset(_ENV, \"move\", print)", .error("cannot rawset a protected table")),
        Misbehaviour("rawset on state", "rawset(state, \"x\", 1)", .error("cannot rawset a protected table")),
        Misbehaviour(
            "rawset on an address", "rawset(m.from, \"name\", \"x\")", .error("cannot rawset a protected table")),
        Misbehaviour("the library of strings", "string.rep = nil", .error("string is read-only")),
        Misbehaviour("the roles", "role.inbox = role.trash", .error("role is read-only")),
        Misbehaviour("debug", "debug.sethook()", .error("debug is not available to rules")),
        Misbehaviour(
            "io", "io.open(\"/etc/passwd\")",
            .error("io is not available to rules: they read files with list.file, list.vcard and require")),
        Misbehaviour("os.execute", "os.execute(\"true\")", .error("attempt to call a nil value (field 'execute')")),
        Misbehaviour("package", "package.loadlib()", .error("package is not available to rules: use require")),
        Misbehaviour(
            "coroutine", "coroutine.wrap(print)",
            .error("coroutine is not available to rules: a rule runs from its beginning to its end")),
        Misbehaviour(
            "collectgarbage", "collectgarbage \"stop\"",
            .error("collectgarbage is not available to rules: memory is looked after for them")),
        Misbehaviour(
            "require of another folder", "require \"../../etc/passwd\"",
            .error("no file \"../../etc/passwd.lua\" in the rules folder")),
        Misbehaviour(
            "an undefined global", "print(subjct)", .error("there is no global \"subjct\"; did you mean \"subject\"?")),
        Misbehaviour(
            "a misspelt field of m", "print(m.subjct)",
            .error("a message has no field \"subjct\"; did you mean \"subject\"?")),
    ]

    @Test(arguments: endless + patterns + sizes + escapes)
    func itEndsWhileOthersAreServed(_ misbehaviour: Misbehaviour) async throws {
        let source = "rule \"evil\" { run = function(m)\n\n\(misbehaviour.body)\nend }"
        // It is the steps that end it, however busy the machine is.
        var limits = RuleLimits.standard
        limits.wallMilliseconds = 60_000
        let evil = try await RuleBench(source, limits: limits)
        let quick = try await RuleBench("rule \"quick\" { when = from:exists(), run = { mark \"seen\" } }")
        let clock = ContinuousClock()
        let start = clock.now
        async let ended = (evil.runtime.decide(.whole(), state: .empty, now: RuleBench.now), clock.now)
        var longest = Duration.zero
        for _ in 0..<20 {
            let asked = clock.now
            let decision = try await quick.decide(.whole())
            #expect(decision.matchedRules == ["quick"])
            longest = max(longest, clock.now - asked)
        }
        let (outcome, end) = await ended
        print("\(misbehaviour.name): ended after \(end - start); the other account waited at most \(longest)")
        #expect(end - start < .seconds(60))
        switch (misbehaviour.end, outcome) {
        case (.nothing, .decided): break
        case (.spent, .failed(let failure)):
            #expect(failure.spentBudget, "\(failure)")
            #expect(failure.position.file == "rules.lua")
        case (.error(let text), .failed(let failure)):
            #expect(!failure.spentBudget)
            #expect(failure.message.contains(text), "\(failure)")
            #expect(failure.position == SourcePosition(file: "rules.lua", line: 3))
        default: Issue.record("ended as \(outcome)")
        }
        // The runtime is as good as before.
        guard case .failed(let again) = await evil.runtime.decide(.whole(), state: .empty, now: RuleBench.now) else {
            if case .nothing = misbehaviour.end { return }
            Issue.record("the second time it did not fail")
            return
        }
        if case .failed(let failure) = outcome { #expect(again.message == failure.message) }
    }

    @Test(arguments: ["error \"x\"", "while true do end", "(\"a\"):rep(800):find(\".-.-.-b\")"])
    func nothingOfAFailedRuleIsPlanned(last: String) async throws {
        var limits = RuleLimits.standard
        limits.steps = 100_000
        let bench = try await RuleBench(
            """
            rule "good" { run = { mark "seen" } }
            rule "evil" { run = function(m)
              m:copy "X"
              state.x = 1
              print "x"
              \(last)
            end }
            """, limits: limits)
        let failure = try await bench.failure(.whole())
        #expect(failure.rule == "evil")
        #expect(failure.evidence.map(\.rule) == ["good", "evil"])
    }
}
