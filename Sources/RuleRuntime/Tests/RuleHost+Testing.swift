import MailModel

/// What a run over test files gathers.
struct TestCollection {
    /// When tests take place that do not say it.
    let now: Int64
    var samples: [SampleMessage] = []
    var tests: [RuleTest] = []
    /// Tests that were named and got no table yet.
    var pending: [(name: String, position: SourcePosition)] = []
}

/// `test`, `message` and `file`, which only test files have.
extension RuleHost {
    func collect(
        _ operation: HostOperation, _ arguments: [RuleValue], at position: SourcePosition?
    ) throws -> [RuleValue] {
        guard testing != nil else { throw RuleMisuse("tests stand in files of their own, in the folder tests") }
        let position = position ?? SourcePosition(file: "?", line: 0)
        switch operation {
        case .testPending:
            guard let name = arguments.first?.string, !name.isEmpty else {
                throw RuleMisuse("test takes a name: test \"name\" { ... }")
            }
            testing?.pending.append((name, position))
            return []
        case .testCase:
            try addTest(arguments, at: position)
            return []
        case .testFile: return [keep(try sample(ofFile: arguments, beside: position.file))]
        default:
            return [keep(try samples.message(arguments.first ?? .null))]
        }
    }

    private var samples: SampleSyntax { SampleSyntax(environment: environment, clock: clock) }

    /// The answer is the number by which the test names it.
    private func keep(_ sample: SampleMessage) -> RuleValue {
        testing?.samples.append(sample)
        return .integer(Int64((testing?.samples.count ?? 0) - 1))
    }

    /// - Parameter arguments: the name, the table, and the numbers of its message and of those before it.
    private func addTest(_ arguments: [RuleValue], at position: SourcePosition) throws(RuleMisuse) {
        guard let testing, let name = arguments.first?.string,
            let begun = testing.pending.lastIndex(where: { $0.name == name })
        else { throw RuleMisuse("this test has its table already") }
        let start = testing.pending[begun].position
        self.testing?.pending.remove(at: begun)
        func sample(_ number: RuleValue) -> SampleMessage? {
            let index = number.integer.map { Int($0) } ?? -1
            return testing.samples.indices.contains(index) ? testing.samples[index] : nil
        }
        let earlier = arguments.count > 3 ? arguments[3].tableParts?.items ?? [] : []
        let syntax = RuleTestSyntax(
            name: name, position: start,
            sample: arguments.count > 2 ? sample(arguments[2]) : nil, earlier: earlier.map(sample),
            samples: samples, now: testing.now,
            actions: { value throws(RuleMisuse) in try self.actions(value, at: start) })
        do {
            self.testing?.tests.append(try syntax.parse(arguments.count > 1 ? arguments[1] : .null, fields: fields))
        } catch {
            throw RuleMisuse(error.message, at: error.position ?? start)
        }
    }

    /// Beside the test file, or in the rules folder.
    private func sample(ofFile arguments: [RuleValue], beside file: String) throws(RuleMisuse) -> SampleMessage {
        guard let name = arguments.first?.string, !name.isEmpty else {
            throw RuleMisuse("file takes a name: file \"receipt.eml\"")
        }
        let options = arguments.count > 1 ? arguments[1] : .null
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        if !folder.isEmpty, !file.hasPrefix("/"), !name.hasPrefix("/") {
            do {
                return try samples.file(try self.folder.dependency("\(folder)/\(name)"), options: options)
            } catch {
                guard error.message.hasPrefix("no file") else { throw error }
            }
        }
        return try samples.file(try self.folder.dependency(name), options: options)
    }
}
