/// What one quota root allows, and how much of it is used (RFC 9208 §5.1).
public struct QuotaUsage: Hashable, Sendable {
    public struct Resource: Hashable, Sendable {
        /// In upper case: `STORAGE` (in units of 1,024 bytes), `MESSAGE`.
        public var name: String
        public var usage: UInt64
        public var limit: UInt64

        public init(name: String, usage: UInt64, limit: UInt64) {
            self.name = name
            self.usage = usage
            self.limit = limit
        }

        /// Whether nothing more fits.
        public var isUsedUp: Bool { usage >= limit }
    }

    public var resources: [Resource]

    public init(resources: [Resource]) { self.resources = resources }
}
