import MIMEParsing
import MailModel

/// Any bytes are a message: parsing, every text and every composed copy must hold what MessageInvariants says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMIME(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let raw = Array(UnsafeBufferPointer(start: data, count: count))
    let wrong = MessageInvariants.violations(raw)
    guard wrong.isEmpty else { fatalError(wrong.joined(separator: "; ")) }
    // A forwarded copy is a message too. Making and reading it costs more than all before, so not of each.
    guard raw.count % 8 == 0 else { return 0 }
    let input = ForwardComposer.Input(
        forwarding: raw, from: EmailAddress(name: "", localpart: "a", domain: "example.org"), to: ["b@example.net"],
        note: "", messageID: "1@example.org", date: 0, offsetMinutes: 0, marker: "")
    let copy = ForwardComposer.inline(input)
    let copied = MessageInvariants.violations(copy)
    guard copied.isEmpty else { fatalError("in the copy: " + copied.joined(separator: "; ")) }
    return 0
}
