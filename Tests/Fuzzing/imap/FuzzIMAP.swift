import IMAPSyntax

/// Any bytes are a server's: read whole and in pieces, they must hold what ResponseInvariants says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIMAP(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    // The pieces depend on the bytes alone, so that a find can be played again.
    let seed = bytes.reduce(UInt64(count)) { $0 &* 31 &+ UInt64($1) }
    let wrong = ResponseInvariants.violations(bytes, seed: seed)
    guard wrong.isEmpty else { fatalError(wrong.joined(separator: "; ")) }
    return 0
}
