#if canImport(Glibc)
    import Glibc
#endif

/// How the C library holds this process's memory; elsewhere than on glibc nothing is changed.
public enum ProcessMemory {
    /// From here on all threads take from one region. glibc lets each have one of its own, and what one gives back no other
    /// takes: with a handful of threads that is a third more than is needed. A person's MALLOC_ARENA_MAX goes before.
    public static func shareArena() {
        #if canImport(Glibc)
            let arenaMax: CInt = -8
            guard getenv("MALLOC_ARENA_MAX") == nil, let mallopt = function("mallopt") else { return }
            _ = unsafeBitCast(mallopt, to: (@convention(c) (CInt, CInt) -> CInt).self)(arenaMax, 1)
        #endif
    }

    /// Gives back to the system what was freed, as far as whole pages are free: glibc keeps what lies between other things.
    /// Takes some milliseconds for each hundred MB.
    static func giveBack() {
        #if canImport(Glibc)
            guard let trim = function("malloc_trim") else { return }
            _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0)
        #endif
    }

    #if canImport(Glibc)
        /// Swift's headers of glibc have no <malloc.h>.
        private static func function(_ name: String) -> UnsafeMutableRawPointer? { dlsym(nil, name) }
    #endif
}
