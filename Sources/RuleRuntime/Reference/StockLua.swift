/// What rules have of Lua 5.4 itself, library by library; the names are those that the sandbox leaves.
struct StockLua: Sendable {
    /// `nil`: the base functions.
    var library: String?
    var names: [String]
    /// What is different from the manual of Lua.
    var text: String

    /// `string.find`, or `pairs`.
    var globals: [String] { names.map { name in library.map { "\($0).\(name)" } ?? name } }

    static let all = [
        StockLua(
            library: nil,
            names: [
                "_VERSION", "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget",
                "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type",
            ],
            text:
                "`pairs` and `next` go in a fixed order; `pcall` cannot catch a spent budget; metatables have no `__gc`"
                + " and no `__mode`; `tostring` shows no addresses."),
        StockLua(
            library: "string",
            names: [
                "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub",
                "upper",
            ], text: "Patterns count their steps; `lower` and `upper` know ASCII; `format` has no `%p`."),
        StockLua(
            library: "table", names: ["concat", "insert", "move", "pack", "remove", "sort", "unpack"],
            text: "As in Lua."),
        StockLua(
            library: "math",
            names: [
                "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max",
                "maxinteger", "min", "mininteger", "modf", "pi", "rad", "random", "sin", "sqrt", "tan", "tointeger",
                "type", "ult",
            ], text: "`random` gives the same numbers for the same message, and only while a message is decided."),
        StockLua(
            library: "os", names: ["date", "difftime", "time"],
            text: "The time is that of the decision, in the configured time zone; only while a message is decided."),
        StockLua(
            library: "utf8", names: ["char", "charpattern", "codepoint", "codes", "len", "offset"], text: "As in Lua."),
    ]
}
