#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asks a person at the terminal, line by line.
struct Questions {
    private let hidden = HiddenInput()

    /// The terminal was closed, or Ctrl-D typed.
    static let ended = CommandStatus.failed("that was the end of the input: nothing was written")

    func say(_ text: String = "") {
        Terminal.line(text)
        fflush(nil)
    }

    /// - Parameter usual: what Enter alone means; `nil`: it is asked again.
    func ask(_ question: String, usual: String? = nil) throws -> String {
        while true {
            let hint = usual.map { $0.isEmpty ? "" : " [\(Terminal.safe($0))]" } ?? ""
            prompt("\(question)\(hint): ")
            guard let line = readLine(strippingNewline: true) else { throw end() }
            let answer = Self.trimmed(line)
            if !answer.isEmpty { return answer }
            if let usual { return usual }
        }
    }

    /// Asks until the answer can be used.
    ///
    /// - Parameter accept: gives the value, or throws the sentence that says what is wrong with the answer.
    func ask<Value>(
        _ question: String, usual: String? = nil, accept: (String) throws(Objection) -> Value
    ) throws -> Value {
        while true {
            let answer = try ask(question, usual: usual)
            do {
                return try accept(answer)
            } catch {
                say("  \(Terminal.safe(error.sentence))")
            }
        }
    }

    struct Objection: Error {
        var sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }

    /// - Parameter usual: what Enter alone means.
    func confirm(_ question: String, usual: Bool) throws -> Bool {
        while true {
            switch try ask("\(question) [\(usual ? "Y/n" : "y/N")]", usual: "").lowercased() {
            case "": return usual
            case "y", "yes": return true
            case "n", "no": return false
            default: say("  Type y or n.")
            }
        }
    }

    /// What is typed is not shown. Spaces at its ends came with copying.
    func secret(_ question: String) throws -> String {
        while true {
            guard let line = hidden.line({ prompt("\(question) (not shown): ") }) else { throw end() }
            say()
            let answer = Self.trimmed(line)
            if !answer.isEmpty { return answer }
        }
    }

    private func prompt(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }

    private func end() -> CommandStatus {
        say()
        return Self.ended
    }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.first?.isWhitespace == true { line.removeFirst() }
        while line.last?.isWhitespace == true { line.removeLast() }
        return String(line)
    }
}
