/// The Lua side of the rule language: thin shells over the host. Each part is run once, with `host` as its argument,
/// in this order.
enum Prelude {
    static let parts: [(name: String, source: String)] = [
        ("language", language), ("conditions", conditions), ("actions", actions), ("message", message),
        ("helpers", helpers), ("entries", entries),
    ]
}
