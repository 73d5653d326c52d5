/// One name of the rule language, described once: checks of arguments, the annotations for editors, the names for
/// luacheck and the manual are made of it.
struct ReferenceEntry: Sendable {
    var name: String
    /// What it is, or what calling it gives.
    var type: ReferenceType
    /// `nil`: a value, which is not called.
    var parameters: [ReferenceParameter]?
    /// The version that brought it.
    var since = ReferenceEntry.firstVersion
    /// One sentence.
    var text: String
    var example: ReferenceExample

    static let firstVersion = "0.1"

    /// A value.
    init(_ name: String, _ type: ReferenceType, _ text: String, example: ReferenceExample) {
        self.init(name, type, nil, text, example: example)
    }

    /// A function, or a value when there are no parameters.
    init(
        _ name: String, _ type: ReferenceType, _ parameters: [ReferenceParameter]?, _ text: String,
        example: ReferenceExample
    ) {
        self.name = name
        self.type = type
        self.parameters = parameters
        self.text = text
        self.example = example
    }
}

/// An argument of a function or an option in a table.
struct ReferenceParameter: Sendable {
    var name: String
    var type: ReferenceType
    var isOptional: Bool
    var text: String

    init(_ name: String, _ type: ReferenceType, optional isOptional: Bool = false, _ text: String) {
        self.name = name
        self.type = type
        self.isOptional = isOptional
        self.text = text
    }
}

/// Lua that shows an entry at work; it loads, runs and does what it says.
struct ReferenceExample: Sendable, ExpressibleByStringLiteral {
    /// Where it has to stand.
    enum Place: Sendable {
        /// A rule file.
        case file
        /// The body of a function of `m`.
        case body
        /// Behind `when =`.
        case condition
        /// In the list behind `run =`.
        case action
        /// In the table of a rule.
        case key
        /// A file of tests.
        case test
        /// In the table of a test.
        case testKey
        /// In the table of a message of a test.
        case messageKey
    }

    var code: String
    /// `nil`: that of the area.
    var place: Place?

    init(_ code: String, _ place: Place? = nil) {
        self.code = code
        self.place = place
    }

    init(stringLiteral code: String) { self.init(code) }
}
