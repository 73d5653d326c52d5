import Foundation
import Testing

@testable import TestKit

@Suite struct ServerProcessTests {
    @Test func aServerEndsWithItsValue() throws {
        let folder = try TemporaryFolder()
        var server: ServerProcess? = try ServerProcess(["/bin/sleep", "1000"], folder: folder, log: folder.file("log"))
        let running = try #require(server)
        let identifier = running.processIdentifier
        #expect(kill(identifier, 0) == 0)
        server = nil
        _ = consume running
        #expect(awaited(within: .seconds(5)) { kill(identifier, 0) == 0 ? nil : true } == true)
    }

    @Test func aServerThatWillNotEndIsKilled() throws {
        let folder = try TemporaryFolder()
        let server = try ServerProcess(
            ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"], folder: folder,
            log: folder.file("log"))
        let isReady = { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) == "ready\n" ? true : nil }
        #expect(awaited(within: .seconds(5), isReady) == true)
        let identifier = server.processIdentifier
        server.stop(patience: .milliseconds(100))
        #expect(awaited(within: .seconds(5)) { kill(identifier, 0) == 0 ? nil : true } == true)
    }

    @Test func aMissingProgramIsNamedWithItsPackage() {
        let error = #expect(throws: ServerUnavailable.self) {
            _ = try Programs.find("no-such-program", package: "some-package")
        }
        #expect(error?.description == "no-such-program is not installed: apt-get install some-package")
    }

    @Test func foldersGoAwayAndPortsAreFreeAndDifferent() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let path = try #require(folder?.path)
        try folder?.write("a", "b")
        #expect(path.utf8.count < 30)
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: path))
        let ports = try FreePorts.take(50)
        #expect(Set(ports).count == 50)
        #expect(ports.allSatisfy { LineConnection(port: $0) == nil })
    }
}
