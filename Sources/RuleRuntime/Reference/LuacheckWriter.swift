/// Writes the configuration of luacheck: what rules have as globals, and nothing else.
enum LuacheckWriter {
    static var text: String {
        """
        -- Written by `scripts/reference` from the table of the rule language; what is changed here is lost.
        stds.postmoon = {
          read_globals = {
        \(names(of: RuleReference.globals))
          },
        }
        stds.postmoon_tests = {
          read_globals = { \(TestGlobal.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")) },
        }
        std = "postmoon"
        files["tests"] = { std = "+postmoon_tests" }
        exclude_files = { "types" }
        -- Conditions may be as wide as the manual's.
        max_line_length = false

        """
    }

    /// `move` as a line of its own, `string.find` and the like gathered below `string`.
    private static func names(of globals: [String]) -> String {
        var plain: [String] = []
        var libraries: [String: [String]] = [:]
        for name in globals {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2 { libraries[parts[0], default: []].append(parts[1]) } else { plain.append(name) }
        }
        let values = plain.filter { libraries[$0] == nil && $0 != Helper.state.rawValue }.map { "    \"\($0)\"," }
        let tables = libraries.sorted { $0.key < $1.key }.map { name, fields in
            "    \(name) = { fields = { \(fields.map { "\"\($0)\"" }.joined(separator: ", ")) } },"
        }
        // Whatever a rule remembers is set as a field.
        let state = "    \(Helper.state.rawValue) = { read_only = false, other_fields = true },"
        return (values + tables + [state]).joined(separator: "\n")
    }
}
