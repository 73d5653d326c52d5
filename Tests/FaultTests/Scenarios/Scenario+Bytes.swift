extension Scenario {
    /// Small ones, for a run at each byte of their conversations.
    static let everyByte: [Scenario] =
        filing.filter { ["mark and move", "mark and move, by COPY"].contains($0.name) }
        + sending.filter { ["forward", "undo of a move and a forward"].contains($0.name) }
}
