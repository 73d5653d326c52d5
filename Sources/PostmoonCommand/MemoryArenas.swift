#if canImport(Glibc)
    import Glibc
#endif

/// glibc lets each thread take memory from a region of its own, and what one gives back no other takes: with a handful of
/// threads that is a third more than is needed.
enum MemoryArenas {
    /// One for all from here on. A person's MALLOC_ARENA_MAX goes before.
    static func share() {
        #if canImport(Glibc)
            // Swift's headers of glibc have no <malloc.h>.
            let arenaMax: CInt = -8
            guard getenv("MALLOC_ARENA_MAX") == nil, let mallopt = dlsym(nil, "mallopt") else { return }
            _ = unsafeBitCast(mallopt, to: (@convention(c) (CInt, CInt) -> CInt).self)(arenaMax, 1)
        #endif
    }
}
