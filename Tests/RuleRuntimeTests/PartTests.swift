import Testing

@testable import RuleRuntime

@Suite struct PartTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("a*c", "abbbc", true), ("a*c", "abbbcd", false),
        ("?", "é", true), ("?", "", false), ("*b*", "abc", true), ("a\\*", "a*", true), ("a\\*", "ab", false),
        ("a**b", "ab", true), ("*a?b*", "xxaéb", true), ("a\\", "a\\", true), ("*é", "caffé", true),
    ])
    func aGlobIsOverTheWholeValue(pattern: String, text: String, matches: Bool) {
        #expect(Glob(Array(pattern.utf8)).matches(Array(text.utf8)) == matches)
    }

    @Test func aGlobOnAnAttackedTextEnds() {
        let glob = Glob(Array(String(repeating: "*a", count: 30).utf8) + [UInt8(ascii: "b")])
        #expect(!glob.matches([UInt8](repeating: UInt8(ascii: "a"), count: 20_000)))
    }

    @Test(
        arguments: [
            ("7d", 604_800), ("1h30m", 5_400), ("1.5h", 5_400), ("2w", 1_209_600), ("90", 90), (" 5 s ", 5), ("", nil),
            ("d", nil), ("7 moons", nil), ("-1d", nil), ("1e9999d", nil), ("99999999999999999999d", nil),
        ] as [(String, Int64?)])
    func aDurationIsSeconds(text: String, seconds: Int64?) {
        #expect(Quantity.duration(.string(text)) == seconds)
    }

    @Test(
        arguments: [
            ("5MB", 5_000_000), ("1 KiB", 1_024), ("2kB", 2_000), ("3b", 3), ("1.5MiB", 1_572_864), ("7", 7),
            ("x", nil),
        ] as [(String, Int64?)])
    func aSizeIsBytes(text: String, bytes: Int64?) {
        #expect(Quantity.size(.string(text)) == bytes)
    }

    @Test func aBareNumberIsSecondsOrBytes() {
        #expect(Quantity.duration(.integer(60)) == 60)
        #expect(Quantity.size(.number(5.0)) == 5)
        #expect(Quantity.duration(.integer(.max)) == nil)
        #expect(Quantity.size(.number(.infinity)) == nil)
    }

    @Test func theClockKnowsSummerTime() {
        let clock = RuleClock(identifier: "Europe/Berlin")
        #expect(clock.date("2026-01-01") == 1_767_222_000)
        #expect(clock.date("2026-07-01 12:00") == 1_782_900_000)
        #expect(clock.date("2026-07-01T12:00Z") == 1_782_907_200)
        #expect(clock.date("1970-01-01 01:00:00") == 0)
        #expect(clock.secondOfDay(1_782_900_000) == 43_200)
        #expect(clock.weekday(1_782_900_000) == 3)
        for wrong in ["", "2026-13-01", "2026-02-29", "2026-1", "tomorrow", "2026-01-01 25:00", "99999-01-01"] {
            #expect(clock.date(wrong) == nil, "\(wrong)")
        }
        for time in [Int64.min, -1, 0, .max] {
            #expect((0..<7).contains(clock.weekday(time)))
            #expect((0..<86_400).contains(clock.secondOfDay(time)))
        }
    }

    @Test func tokensKnowStringsCommentsAndLines() {
        let source = """
            #!/usr/bin/lua
            -- when = 1 and 2
            local a = "x\\"and" --[[ long
            ]] b = [==[ ]] and
            ]==] c = 'é' .. 0x1p-3 ~= 1.5e+3 // 2
            """
        let tokens = LuaTokenizer.tokens(source)
        let shown = tokens.map { token in
            switch token.kind {
            case .word(let word): "\(token.line):\(word)"
            case .string(let text): "\(token.line):<\(text)>"
            case .number: "\(token.line):number"
            case .symbol(let symbol): "\(token.line):\(symbol)"
            }
        }
        #expect(
            shown == [
                "3:local", "3:a", "3:=", "3:<x\\\"and>", "4:b", "4:=", "4:< ]] and\n>", "5:c", "5:=", "5:<é>", "5:..",
                "5:number", "5:~=", "5:number", "5://", "5:number",
            ])
    }

    @Test(arguments: [
        "\"", "'\\", "[[", "[==[x", "--[[", "\\", "0x", "1e+", "\"\\z", "\u{80}", "...", "rule", "{ when =",
        "{ when = function",
        "{ [\"when\"] = ", "] ) }", "rule \"x\" { when = function() if", "when = nil",
    ])
    func anySourceIsScanned(source: String) {
        for end in 0...source.utf8.count {
            _ = ConditionGuard.scan(String(decoding: source.utf8.prefix(end), as: UTF8.self))
        }
    }

    @Test(
        arguments: [
            ("rule 'a' { when = function(m) return 1 < 2 and not nil end, run = {} }", []),
            ("rule 'a' { when = any { f(function() return a and b end), x }, run = a and b }", []),
            ("local when = a and b", []), ("when = a and b", []), ("x.when = a and b", []),
            ("f { a = { when = x\n == y } }", [2]), ("f { when = (a or\n b), run = function() x = a or b end }", [1]),
            ("f { when = a --and\n, run = 'or' }", []), ("f { when = g'and' [[or]] }", []),
            ("f { when = a;\n when = not b }", [2]), ("f { when = -- c\n nil }", [2]),
        ] as [(String, [Int])])
    func theGuardLooksOnlyIntoConditions(source: String, lines: [Int]) {
        #expect(ConditionGuard.scan(source).findings.map(\.line) == lines)
    }

    @Test func jsonGoesAndComesBack() {
        let values: [(RuleValue, String)] = [
            (.string("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\u000a\\u0001é\""), (.integer(-7), "-7"), (.number(0.5), "0.5"),
            (.bool(true), "true"),
            (.table([RulePair(key: .integer(1), value: .string("x"))]), "[\"x\"]"),
            (.table([RulePair(key: .string("k"), value: .table([]))]), "{\"k\":{}}"),
        ]
        for (value, text) in values {
            #expect(JSONValue.encode(value) == text)
            #expect(JSONValue.decode(text) == value)
        }
        #expect(JSONValue.encode(.function) == nil)
        #expect(JSONValue.encode(.number(.nan)) == nil)
        for wrong in ["", "{", "[1,", "\"\\u12", "1 2", "{1:2}", "nul", String(repeating: "[", count: 100)] {
            #expect(JSONValue.decode(wrong) == nil, "\(wrong)")
        }
    }

    @Test func theNearestNameIsNamed() {
        let known = ["subject", "sender", "folder", "moved_in", "removed"]
        #expect(NearestName.of("subejct", in: known) == "subject")
        #expect(NearestName.of("Folder", in: known) == "folder")
        #expect(NearestName.of("moved", in: known) == "moved_in")
        #expect(NearestName.of("xyz", in: known) == nil)
    }

    @Test func expressionsAreBounded() throws {
        let limits = ExpressionLimits(steps: 100_000)
        let attacked = try RegularExpression("^(a+)+$", options: .init(), limits: limits)
        var spent: UInt64 = 0
        #expect(throws: RegularExpression.Failure.limit) {
            try attacked.firstMatch(in: Array(repeating: UInt8(ascii: "a"), count: 40) + [0x62]) { spent += $0 }
        }
        #expect(spent >= 100_000)
        let easy = try RegularExpression("(b)|(c)", options: .init(), limits: limits)
        #expect(try easy.firstMatch(in: Array("xxc".utf8)) == [2..<3, nil, 2..<3])
        #expect(try easy.firstMatch(in: [0xFF, 0xFE]) == nil)
        #expect(throws: RegularExpression.Failure.self) {
            try RegularExpression("\\C", options: .init(), limits: limits)
        }
    }

    @Test func listsAreRead() {
        #expect(ListFile.lines("# c\n\n a@x \r\nb@x") == ["a@x", "b@x"])
    }
}
