import Foundation
import MailModel
import Testing

@testable import RuleRuntime

/// Rule files and messages, mutated: nothing crashes, nothing runs past its budget, and what is wrong has a place.
@Suite struct MutationTests {
    /// SplitMix64: the same bytes on every machine.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func anyPiecesInAnyOrder(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<60 {
            let bytes = (0..<Int.random(in: 1...120, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            check(RuleFuzzCase(bytes))
        }
    }

    /// Files that are right, damaged a little: most of what goes wrong in them is far inside.
    static let files = [
        """
        local shops = from:domain { "apple.com", "etsy.com" } | subject:matches [[\\breceipt\\b]]
        rule "Receipts" { when = shops & ~bulk, continue = true, run = { mark "seen", move("Receipts", { after = "1d" }) } }
        rule "Pager" { when = function(m) return m:is(shops) and m.size > 10 end, run = function(m)
          m:notify { channel = "phone", title = m.subject, body = m.text:sub(1, 200) }
          state.count = (state.count or 0) + 1
          if rate("pager", 5, "1h") then m:copy("Pager/" .. state.count) end
          return { mark "flagged", stop }
        end }
        """,
        """
        local vip = list.file "vip.txt"
        rule "VIP" { on = { "new", "moved_in" }, folder = { "IN*" }, when = any { from:one_of(vip), to:detail "shop" },
          run = function(m)
            for name, value in pairs(m.headers) do print(name, value) end
            for index, part in ipairs(m.parts) do print(index, part.path, part.type, #part.content) end
            local number = regex([[#(\\d+)]]):match(m.subject)
            if number and not seen_before(number, "30d") then m:keyword("T" .. number) end
            m:move(os.date("Mail/%Y", m.received))
          end }
        """,
    ]

    @Test(arguments: 0..<8 as Range<UInt64>)
    func aRightFileWithDamage(seed: UInt64) {
        var random = Seeded(state: seed &+ 1_000)
        for _ in 0..<60 {
            var bytes = Array(Self.files[Int(seed) % Self.files.count].utf8)
            var message = Array((Bool.random(using: &random) ? RuleMessage.receipt : ConditionTests.list).utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) { Self.damage(&bytes, &random) }
            for _ in 0..<Int.random(in: 0...6, using: &random) { Self.damage(&message, &random) }
            check(RuleFuzzCase(source: String(decoding: bytes, as: UTF8.self), message: message))
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout Seeded) {
        guard bytes.count > 8 else { return }
        let at = Int.random(in: 0..<bytes.count - 4, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2:
            bytes.insert(
                contentsOf: bytes[at..<min(bytes.count, at + 20)], at: Int.random(in: 0...bytes.count, using: &random))
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &random)))
        default:
            let piece = RuleFuzzCase.pieces.randomElement(using: &random) ?? ""
            bytes.insert(contentsOf: piece.utf8, at: at)
        }
    }

    private func check(_ fuzzCase: RuleFuzzCase) {
        let start = ContinuousClock.now
        let complaint = fuzzCase.complaint()
        #expect(complaint == nil, "\(fuzzCase.source)")
        // The outer guard, three entries deep: load, decide, decide.
        #expect(ContinuousClock.now - start < .seconds(15), "\(fuzzCase.source)")
    }
}
