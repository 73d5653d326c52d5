#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Images of the program's memory that the system writes at a crash: they would hold what it signs in with.
enum CoreDumps {
    /// None from here on, for this process and those that it starts.
    static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &none)
        #else
            setrlimit(RLIMIT_CORE, &none)
        #endif
    }
}
