#if canImport(Glibc)
    import Glibc
#endif

/// Memory that was freed and that glibc keeps for later, because it lies between what is in use.
enum FreedMemory {
    /// Gives it back to the system, as far as whole pages are free. Takes some milliseconds for each hundred MB.
    static func giveBack() {
        #if canImport(Glibc)
            // Swift's headers of glibc have no <malloc.h>.
            guard let trim = dlsym(nil, "malloc_trim") else { return }
            _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0)
        #endif
    }
}
