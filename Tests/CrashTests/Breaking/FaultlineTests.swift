import Foundation
import Testing

@testable import TestKit

/// The library that breaks things does what it says, lest the tests that rest on it prove nothing.
@Suite("The fault line")
struct FaultlineTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder("pmft")
        try folder.makeFolder("state", mode: 0o700)
        try folder.write("state/old", "old")
    }

    /// Lets the clerk do these deeds in the folder, and gives what is in it afterwards.
    @discardableResult
    private func work(_ deeds: [String], _ environment: [String: String] = [:]) throws -> [String: String] {
        var variables = Programs.environment.merging(environment) { $1 }
        variables["LD_PRELOAD"] = try Faultline.library()
        variables["FAULTLINE_FOLDER"] = folder.file("state")
        variables["FAULTLINE_REPORT"] = folder.file("report")
        let paths = deeds.map { $0.replacing("/", with: folder.file("state") + "/") }
        let log = open(folder.file("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(log) }
        let child = try ChildProcess(
            [try Faultline.clerk()] + paths, environment: variables, input: nil, output: log)
        let status = try #require(awaited(within: .seconds(10)) { child.exitStatus })
        #expect(status == (FaultReport(folder.file("report")).wasBroken ? 128 + SIGKILL : 0))
        return try content
    }

    private var content: [String: String] {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("state"))
            return try names.reduce(into: [:]) { content, name in
                content[name] = try String(contentsOfFile: folder.file("state/\(name)"), encoding: .utf8)
            }
        }
    }

    /// Does all of it in a new folder, with the power lost behind the last deed.
    private func losePower(_ deeds: [String], _ environment: [String: String] = [:]) throws -> [String: String] {
        let deeds = deeds + ["create:/last"]
        try begin()
        try work(deeds)
        let steps = FaultReport(folder.file("report")).steps.count
        try begin()
        return try work(deeds, environment.merging(["FAULTLINE_BREAK": "power:\(steps)"]) { $1 })
    }

    private func begin() throws {
        try FileManager.default.removeItem(atPath: folder.path)
        try folder.makeFolder("state", mode: 0o700)
        try folder.write("state/old", "old")
    }

    @Test("a scenario of which nothing was broken is not passed") func thresholds() {
        #expect(BreakCampaign.isEnough(broken: 0, of: 0))
        #expect(!BreakCampaign.isEnough(broken: 0, of: 1))
        #expect(BreakCampaign.isEnough(broken: 1, of: 1))
        #expect(BreakCampaign.isEnough(broken: 1, of: 3))
        #expect(!BreakCampaign.isEnough(broken: 1, of: 4))
    }

    @Test("steps are counted; of many writes to one file two") func counts() throws {
        try work([
            "create:/new", "append:/new:1", "append:/new:2", "append:/new:3", "sync:/new", "append:/new:4", "sync:/",
            "rename:/new:/newer", "cut:/newer:1", "remove:/newer",
        ])
        let report = FaultReport(folder.file("report"))
        #expect(
            report.steps.map { "\($0.deed) \($0.target)" } == [
                "create new", "write new", "write new", "sync new", "write new", "sync state", "rename newer",
                "resize newer", "remove newer",
            ])
        #expect(!report.wasBroken)
    }

    @Test("it is killed before its step, and what was done stays") func kill() throws {
        let content = try work(
            ["append:/old: and", "sync:/old", "append:/old: new"], ["FAULTLINE_BREAK": "kill:3"])
        #expect(content == ["old": "old and"])
        #expect(FaultReport(folder.file("report")).wasBroken)
    }

    @Test("without power, bytes and sizes are what they were when they were synced") func bytes() throws {
        #expect(try losePower(["append:/old: and", "append:/old: new"]) == ["old": "old"])
        #expect(try losePower(["append:/old: and", "sync:/old", "append:/old: new"]) == ["old": "old and"])
        #expect(try losePower(["write:/old:0:new", "append:/old:er"]) == ["old": "old"])
        #expect(try losePower(["cut:/old:1", "append:/old:x"]) == ["old": "old"])
        #expect(try losePower(["cut:/old:1", "append:/old:x", "sync:/old", "cut:/old:0"]) == ["old": "ox"])
    }

    @Test("without power, names are what they were when their folder was synced") func names() throws {
        #expect(try losePower(["create:/new", "append:/new:1", "sync:/new"]) == ["old": "old"])
        #expect(try losePower(["create:/new", "append:/new:1", "sync:/new", "sync:/"]) == ["old": "old", "new": "1"])
        #expect(try losePower(["create:/new", "sync:/", "append:/new:1"]) == ["old": "old", "new": ""])
        #expect(try losePower(["rename:/old:/new", "create:/old"]) == ["old": "old"])
        #expect(try losePower(["create:/a", "append:/a:1", "sync:/a", "sync:/", "remove:/a"])["a"] == "1")
        #expect(
            try losePower(["create:/a", "append:/a:1", "sync:/a", "rename:/a:/old", "create:/a"]) == ["old": "old"])
        #expect(
            try losePower(["create:/a", "append:/a:1", "sync:/a", "rename:/a:/old", "sync:/", "create:/old2"])
                == ["old": "1"])
    }

    @Test("some of what was not synced may have arrived") func torn() throws {
        let results = try Set(
            (1...12).map { seed in
                try losePower(
                    ["append:/old:1", "append:/old:2", "append:/old:3"], ["FAULTLINE_TORN": "\(seed * 7919)"])["old"]
            })
        #expect(results.count > 2)
        #expect(results.allSatisfy { $0?.hasPrefix("old") ?? false })
    }

    @Test("a log that is synced late is synced when it is asked for twice") func lazy() throws {
        let lazy = ["FAULTLINE_LAZY": "1"]
        let log = ["create:/a-wal", "sync:/", "append:/a-wal:1", "sync:/a-wal"]
        #expect(try losePower(log)["a-wal"] == "1")
        #expect(try losePower(log, lazy)["a-wal"] == "")
        #expect(try losePower(log + ["sync:/a-wal"], lazy)["a-wal"] == "1")
    }

    @Test("the time of day can be set ahead") func clock() throws {
        var environment = Programs.environment
        environment["LD_PRELOAD"] = try Faultline.library()
        environment["FAULTLINE_CLOCK"] = "360000"
        let child = try ChildProcess(
            ["/bin/date", "+%s"], environment: environment, input: nil,
            output: open(folder.file("date"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        _ = awaited(within: .seconds(10)) { child.exitStatus }
        let text = try String(contentsOfFile: folder.file("date"), encoding: .utf8)
        let seconds = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(abs(seconds - 360_000 - time(nil)) < 60)
    }
}
