import Foundation
import MIMEParsing
import MailModel

@testable import RuleRuntime

/// libFuzzer's entry: a rule file and a message from bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRules(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let fuzzCase = RuleFuzzCase(UnsafeBufferPointer(start: data, count: count))
    if let complaint = fuzzCase.complaint() {
        FileHandle.standardError.write(Data("\(complaint)\n\(fuzzCase.source)\n".utf8))
        abort()
    }
    return 0
}
