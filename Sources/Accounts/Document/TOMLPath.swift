/// Where a value stands in a TOML document: keys of tables and places in arrays, from the root down.
struct TOMLPath: Hashable, Sendable, CustomStringConvertible {
    enum Component: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    var components: [Component]

    init(_ components: [Component] = []) { self.components = components }

    func appending(_ component: Component) -> TOMLPath { TOMLPath(components + [component]) }
    func appending(_ key: String) -> TOMLPath { appending(.key(key)) }
    func appending(_ index: Int) -> TOMLPath { appending(.index(index)) }

    /// `accounts.home.watch[0]`.
    var description: String {
        var text = ""
        for component in components {
            switch component {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
