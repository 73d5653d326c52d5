import CPCRE2

/// A Perl-compatible expression, compiled once, matched under limits and without the JIT (which knows no depth limit).
final class RegularExpression: Sendable {
    struct Options: Hashable, Sendable {
        var caseSensitive = false
    }

    enum Failure: Error, Equatable {
        /// It does not compile: PCRE2's text, and where.
        case syntax(String)
        /// It went past its steps or memory on this text.
        case limit
        case internalError(Int32)
    }

    let pattern: String
    let captures: Int
    /// Bytes that the compiled form takes.
    let compiledSize: Int
    private let limits: ExpressionLimits
    // Only read after init, and freed by deinit.
    nonisolated(unsafe) private let code: OpaquePointer

    init(_ pattern: String, options: Options, limits: ExpressionLimits) throws(Failure) {
        var flags = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C
        if !options.caseSensitive { flags |= PCRE2_CASELESS }
        guard pattern.utf8.count <= 16_384 else { throw .syntax("longer than 16384 bytes") }
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, flags, &error, &offset, nil) else {
            throw .syntax("\(Self.text(of: error)) at character \(offset + 1)")
        }
        var captures: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
        var size = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_SIZE), &size)
        compiledSize = size
        self.pattern = pattern
        self.captures = Int(captures)
        self.limits = limits
        self.code = code
    }

    deinit { pcre2_code_free_8(code) }

    /// The ranges of the match and its captures (`nil`: took no part), or `nil` without a match; `charge` is told about
    /// how many steps it took.
    func firstMatch(in text: [UInt8], charge: (UInt64) -> Void = { _ in }) throws(Failure) -> [Range<Int>?]? {
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else {
            throw .internalError(PCRE2_ERROR_NOMEMORY)
        }
        defer { pcre2_match_data_free_8(data) }
        guard let found = try match(text, data, charge) else { return nil }
        return ranges(data, found: found, in: text.count)
    }

    /// Whether it is found at all; for this nothing is allocated.
    func isFound(in text: [UInt8], charge: (UInt64) -> Void = { _ in }) throws(Failure) -> Bool {
        guard let data = limits.scratch else { throw .internalError(PCRE2_ERROR_NOMEMORY) }
        return try match(text, data, charge) != nil
    }

    /// What PCRE2 answers, `nil` without a match.
    ///
    /// PCRE2 counts steps but does not tell them. So the first try gets few, and each further one ten times more: what
    /// was taken is known to within that factor, the same on every machine, for a tenth more work.
    private func match(
        _ text: [UInt8], _ data: OpaquePointer, _ charge: (UInt64) -> Void
    ) throws(Failure) -> Int? {
        for level in limits.levels {
            let found = pcre2_match_8(code, text, text.count, 0, 0, data, level.context)
            if found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT {
                charge(UInt64(level.steps))
                continue
            }
            charge(UInt64(level.steps / 10))
            switch found {
            case PCRE2_ERROR_NOMATCH: return nil
            case PCRE2_ERROR_HEAPLIMIT, PCRE2_ERROR_NOMEMORY: throw .limit
            case ..<0: throw .internalError(found)
            default: return Int(found)
            }
        }
        throw .limit
    }

    private func ranges(_ data: OpaquePointer, found: Int, in count: Int) -> [Range<Int>?]? {
        guard let vector = pcre2_get_ovector_pointer_8(data) else { return nil }
        return (0...captures).map { index in
            let start = vector[2 * index]
            let end = vector[2 * index + 1]
            return start >= 0 && start <= end && end <= count && index < found ? start..<end : nil
        }
    }

    private static func text(of error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(error)"
    }
}
