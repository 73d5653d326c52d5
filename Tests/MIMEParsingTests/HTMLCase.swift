import Testing

@testable import MIMEParsing

/// HTML and the text that it reads as.
struct HTMLCase: Sendable, CustomTestStringConvertible {
    var name: String
    var html: String
    var text: String

    init(_ name: String, _ html: String, _ text: String) {
        self.name = name
        self.html = html
        self.text = text
    }

    var testDescription: String { name }

    func check() { #expect(HTMLText.convert(html) == text) }
}
