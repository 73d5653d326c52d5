#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system lets this process do, and those that it starts.
enum ProcessLimits {
    /// From here on no images of the program's memory at a crash: they would hold what it signs in with.
    static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        set(.core, &none)
    }

    /// As many open files as may be: each account takes two or three, and 1,024 are the usual beginning.
    static func raiseOpenFiles() {
        var limit = rlimit()
        guard get(.openFiles, &limit), limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        set(.openFiles, &limit)
    }

    private enum Resource {
        case core, openFiles
    }

    // The type of their numbers differs from system to system.
    #if canImport(Glibc)
        private static func number(_ resource: Resource) -> __rlimit_resource_t {
            switch resource {
            case .core: __rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue))
            case .openFiles: __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
            }
        }
    #else
        private static func number(_ resource: Resource) -> CInt {
            switch resource {
            case .core: RLIMIT_CORE
            case .openFiles: RLIMIT_NOFILE
            }
        }
    #endif

    private static func set(_ resource: Resource, _ limit: inout rlimit) { setrlimit(number(resource), &limit) }

    private static func get(_ resource: Resource, _ limit: inout rlimit) -> Bool {
        getrlimit(number(resource), &limit) == 0
    }
}
