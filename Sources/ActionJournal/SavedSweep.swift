/// What a `sweep` showed and saved, to be carried out by its number.
public struct SavedSweep: Hashable, Sendable {
    public var number: Int64
    /// Seconds since 1970.
    public var time: Int64
    /// What the sweep was asked, as its command wrote it (JSON).
    public var query: String
    /// How many rows it has.
    public var count: Int

    public init(number: Int64, time: Int64, query: String, count: Int) {
        self.number = number
        self.time = time
        self.query = query
        self.count = count
    }
}
