import Foundation
import Testing

@Suite struct FaultListTests {
    /// Tests that the list names, by file.
    private static let named = (FaultList.server + FaultList.startTLS + FaultList.sent).flatMap(\.tests)

    @Test(arguments: Set(named).sorted()) func aTestThatIsNamedIsThere(_ name: String) throws {
        let levels = name.split(separator: "/").map(String.init)
        let (path, function) = (levels.dropLast().joined(separator: "/"), levels.last ?? "")
        // Symlinks are followed: the tests may be built from a folder that only points here.
        let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: tests.appending(path: path + ".swift"), encoding: .utf8)
        #expect(text.contains("func \(function)(") || text.contains("func `\(function)"))
    }

    @Test func everyLineHasATest() {
        let lines = FaultList.server + FaultList.startTLS + FaultList.sent
        #expect(lines.allSatisfy { !$0.tests.isEmpty })
        #expect(Set(lines.map(\.fault)).count == lines.count)
    }
}
