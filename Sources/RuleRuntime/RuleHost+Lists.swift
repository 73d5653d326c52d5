import MailModel

/// Files beside the rules that rules read while they load.
extension RuleHost {
    /// The content of a file, which from now on counts as part of these rules.
    func dependency(_ name: String) throws(RuleMisuse) -> [UInt8] {
        let bytes = try folder.dependency(name)
        var digest = FNV1a()
        digest.add(bytes)
        dependencies[name] = digest.hex
        return bytes
    }

    /// Changes when a rule file, or a list that one of them read, changes.
    var digest: String {
        if dependencies.isEmpty { return folder.digest }
        var digest = FNV1a()
        digest.add(folder.digest.utf8)
        for (name, content) in dependencies.sorted(by: { $0.key < $1.key }) {
            digest.add("\(name)\0\(content)\0".utf8)
        }
        return digest.hex
    }
}
