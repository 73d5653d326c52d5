import CPCRE2

/// How far a match may go: a few match contexts of PCRE2, each with ten times the steps of the one before.
final class ExpressionLimits: Sendable {
    struct Level {
        var steps: UInt32
        var context: OpaquePointer
    }

    // Only read after init, and freed by deinit.
    nonisolated(unsafe) let levels: [Level]
    /// Where a match is noted whose place does not matter.
    // Written by matches of one runtime, which are made one after another on its executor.
    nonisolated(unsafe) let scratch = pcre2_match_data_create_8(1, nil)

    /// `steps`: of the last level. Depth is bounded alike, memory by 8 MiB.
    init(steps: UInt32) {
        var wanted: [UInt32] = [max(1, steps)]
        while let last = wanted.last, last > 10_000 { wanted.append(last / 10) }
        levels = wanted.reversed().compactMap { steps in
            guard let context = pcre2_match_context_create_8(nil) else { return nil }
            pcre2_set_match_limit_8(context, steps)
            pcre2_set_depth_limit_8(context, steps)
            pcre2_set_heap_limit_8(context, 8_192)
            return Level(steps: steps, context: context)
        }
    }

    deinit {
        for level in levels { pcre2_match_context_free_8(level.context) }
        pcre2_match_data_free_8(scratch)
    }
}
