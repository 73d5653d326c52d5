import Foundation
import Testing

@testable import ActionJournal

@Suite struct StateLockTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test func onlyOneHasIt() throws {
        let lock = try StateLock(folder: scratch.state)
        let error = #expect(throws: JournalError.self) { try StateLock(folder: scratch.state) }
        #expect(error?.reason == .locked)
        #expect(error?.holder == ProcessInfo.processInfo.processIdentifier)
        #expect(StateLock.holder(folder: scratch.state) == ProcessInfo.processInfo.processIdentifier)
        #expect(try scratch.mode("state/lock") == 0o600)
        lock.release()
        lock.release()
        #expect(StateLock.holder(folder: scratch.state) == nil)
        _ = try StateLock(folder: scratch.state)
    }

    @Test func itGoesWithItsOwner() throws {
        do { _ = try StateLock(folder: scratch.state) }
        _ = try StateLock(folder: scratch.state)
    }

    @Test func anotherProcessIsNamed() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let holder = Process()
        let (input, output) = (Pipe(), Pipe())
        holder.executableURL = URL(filePath: "/usr/bin/flock")
        holder.arguments = [
            scratch.state + "/lock", "sh", "-c", "echo $$ > \"$0\"; echo held; read line", scratch.state + "/lock",
        ]
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))

        let error = #expect(throws: JournalError.self) { try StateLock(folder: scratch.state) }
        #expect(error?.reason == .locked)
        let process = try #require(error?.holder)
        #expect(process != ProcessInfo.processInfo.processIdentifier)
        #expect(error?.description.contains("process \(process)") == true)

        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        // The number stayed in the file; only a held lock makes it true.
        #expect(StateLock.holder(folder: scratch.state) == nil)
        _ = try StateLock(folder: scratch.state)
    }

    @Test func theJournalOpensBesideTheLock() throws {
        let lock = try StateLock(folder: scratch.state)
        let journal = try Journal.open(folder: scratch.state, access: .readWrite)
        journal.close()
        lock.release()
    }
}
