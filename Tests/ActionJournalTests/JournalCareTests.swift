import Foundation
import MailModel
import Testing

@testable import ActionJournal

/// Copies of the journal, and what is taken out of it on request.
@Suite struct JournalCareTests {
    let scratch: ScratchFolder
    let journal: Journal

    init() throws {
        scratch = try ScratchFolder()
        journal = try Journal.open(folder: scratch.state, access: .readWrite)
    }

    @Test func aCopyOpensInTheJournalsPlace() async throws {
        let plan = try #require(try await journal.record([decision(1)], progress: [])[0])
        let reader = try Journal.open(folder: scratch.state, access: .readOnly)
        defer { reader.close() }
        // A writer in the middle of its work is no obstacle.
        async let more: Void = {
            for uid in 2...200 { _ = try await journal.record([decision(UInt32(uid))], progress: []) }
        }()
        let restored = scratch.path + "/restored"
        try FileManager.default.createDirectory(atPath: restored, withIntermediateDirectories: true)
        try reader.backUp(to: restored + "/journal.sqlite")
        try await more
        #expect(try FileManager.default.contentsOfDirectory(atPath: restored) == ["journal.sqlite"])
        #expect(try scratch.mode("restored/journal.sqlite") == 0o600)
        let copy = try Journal.open(folder: restored, access: .readWrite)
        defer { copy.close() }
        let plans = try await copy.plans(PlanQuery())
        #expect(plans.first?.plan.id == plan)
        #expect(plans.first?.plan.headline.subject == "Order 1")
        #expect(try await copy.steps(plan).count == 1)
    }

    @Test func aCopyTakesNoOtherFilesPlace() async throws {
        let file = scratch.path + "/taken"
        try Data("mine".utf8).write(to: URL(filePath: file))
        #expect(throws: JournalError.self) { try journal.backUp(to: file) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        #expect(throws: JournalError.self) { try journal.backUp(to: scratch.path + "/missing/copy") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["state", "taken"])
    }

    @Test func whatIsForgottenIsNotInTheFiles() async throws {
        let plans = try await journal.record([decision(4_711), decision(2)], progress: []).compactMap { $0 }
        try await journal.complete(plans[0])
        #expect(try bytesContain("Order 4711"))
        let forgotten = try await journal.forget(messageID: "<4711@shop.example>")
        #expect(forgotten == ForgottenMessage(plans: 1, open: []))
        #expect(try await journal.plans(PlanQuery()).map(\.plan.id) == [plans[1]])
        #expect(try bytesContain("Order 2"))
        #expect(try !bytesContain("Order 4711"))
        #expect(try !bytesContain("4711@shop.example"))
        // It is no new message because of that.
        let identity = MessageIdentity(rawValue: "identity-4711")
        #expect(try await journal.isKnown([identity], account: account()) == [identity])
        #expect(try await journal.forget(messageID: "4711@shop.example") == ForgottenMessage(plans: 0, open: []))
    }

    @Test func whatIsUnderWayStays() async throws {
        let plans = try await journal.record(
            [decision(1), decision(1, trigger: .movedIn), decision(1, trigger: .sweep(run: 1), state: .held)],
            progress: []
        ).compactMap { $0 }
        try await journal.complete(plans[0])
        let forgotten = try await journal.forget(messageID: "1@shop.example")
        #expect(forgotten == ForgottenMessage(plans: 1, open: [plans[1], plans[2]]))
        #expect(try await journal.plans(PlanQuery()).map(\.plan.id) == [plans[1], plans[2]])
    }

    private func bytesContain(_ text: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: scratch.state).contains { name in
            var isFolder: ObjCBool = false
            let path = scratch.state + "/" + name
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return false
            }
            return try Data(contentsOf: URL(filePath: path)).range(of: Data(text.utf8)) != nil
        }
    }
}
