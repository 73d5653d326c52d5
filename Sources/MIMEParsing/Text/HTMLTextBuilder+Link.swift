extension HTMLTextBuilder {
    struct Link {
        /// Character references not decoded.
        var target: ArraySlice<UInt8>
        /// How many cells were open around it.
        var depth: Int
    }

    /// Ends the link at hand, unless it began outside the cell at hand.
    mutating func endLink() {
        guard let link, link.depth >= cells.count else { return }
        self.link = nil
        if let target = targetToShow(link) { lines.appendToLastLine(" <\(target)>".utf8) }
    }

    /// `nil` where the text says it, or the link before it had the same one.
    private mutating func targetToShow(_ link: Link) -> String? {
        guard link.depth == cells.count, let start = lines.markedStart,
            let target = LinkTarget.shown(link.target)
        else { return nil }
        let essence = LinkTarget.essence(Array(target.utf8)[...])
        defer { lastTarget = essence }
        if essence == lastTarget { return nil }
        return LinkTarget.essence(lines.output[start...].trimmed()) == essence ? nil : target
    }
}
