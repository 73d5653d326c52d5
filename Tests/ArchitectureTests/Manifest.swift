import Foundation

/// What `Package.swift` declares for each target, read from its text.
struct Manifest {
    /// Target names with the modules they depend on.
    let dependencies: [String: Set<String>]

    init(_ text: String) {
        var modules: [String: String] = [:]
        for match in text.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "(\w+)"/) {
            modules[String(match.1)] = String(match.2)
        }
        var dependencies: [String: Set<String>] = [:]
        let pattern = /\.(?:target|executableTarget)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?/
        for match in text.matches(of: pattern) {
            var names: Set<String> = []
            for entry in (match.2 ?? "").split(separator: ",") {
                let word = entry.trimmingCharacters(in: .whitespacesAndNewlines)
                if word.hasPrefix("\"") {
                    names.insert(word.trimmingCharacters(in: CharacterSet(charactersIn: "\"")))
                } else if let module = modules[word] {
                    names.insert(module)
                }
            }
            dependencies[String(match.1)] = names
        }
        self.dependencies = dependencies
    }
}
