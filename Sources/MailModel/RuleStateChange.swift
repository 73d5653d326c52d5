/// One change of a rule's durable `state`, stored in the same transaction as the plan that it came with.
public struct RuleStateChange: Hashable, Sendable, Codable {
    public var rule: String
    public var key: String
    /// JSON; `nil` removes the key.
    public var value: String?
    /// Seconds since 1970 after which the value is forgotten; `nil`: never.
    public var expires: Int64?

    public init(rule: String, key: String, value: String?, expires: Int64? = nil) {
        self.rule = rule
        self.key = key
        self.value = value
        self.expires = expires
    }
}
