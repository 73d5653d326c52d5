/// What a `style` attribute says about whether and how text is shown.
struct HTMLStyle {
    enum FontSize {
        case unreadable, readable
    }

    /// Nothing inside can be seen.
    private(set) var isHidden = false
    /// Hidden from Outlook's engine: of preheaders, but also of buttons that Outlook draws by other means.
    private(set) var isHiddenFromOutlook = false
    /// `nil` where it is the surrounding text's.
    private(set) var fontSize: FontSize?
    private(set) var isBlock = false
    /// Whether line breaks and blanks count; `nil` where it is as in the surrounding text.
    private(set) var keepsWhiteSpace: Bool?

    private var isFlat = false
    private var hidesOverflow = false

    init(_ bytes: ArraySlice<UInt8>) {
        for declaration in bytes.split(separator: ASCII.semicolon) {
            guard let colon = declaration.firstIndex(of: ASCII.colon) else { continue }
            let name = declaration[..<colon].trimmed()
            guard name.count >= 6, name.count <= 11 else { continue }
            read(name, Self.value(declaration[(colon + 1)...]))
        }
        if isFlat, hidesOverflow { isHidden = true }
    }

    private mutating func read(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        if name.equalsIgnoringCase("display") {
            isHidden = isHidden || value.equalsIgnoringCase("none")
            isBlock = value.equalsIgnoringCase("block")
        } else if name.equalsIgnoringCase("visibility") {
            isHidden = isHidden || value.equalsIgnoringCase("hidden")
        } else if name.equalsIgnoringCase("mso-hide") {
            isHiddenFromOutlook = value.equalsIgnoringCase("all")
        } else if name.equalsIgnoringCase("opacity") {
            isHidden = isHidden || Self.isZero(value)
        } else if name.equalsIgnoringCase("max-height") || name.equalsIgnoringCase("height") {
            isFlat = isFlat || Self.isZero(value)
        } else if name.equalsIgnoringCase("max-width") {
            isFlat = isFlat || Self.isZero(value)
        } else if name.equalsIgnoringCase("overflow") {
            hidesOverflow = value.equalsIgnoringCase("hidden")
        } else if name.equalsIgnoringCase("font-size") {
            readFontSize(value)
        } else if name.equalsIgnoringCase("white-space") {
            keepsWhiteSpace = value.prefix(3).equalsIgnoringCase("pre")
        }
    }

    private mutating func readFontSize(_ value: ArraySlice<UInt8>) {
        guard let first = value.first, first.isDigit || first == ASCII.dot else {
            if !value.equalsIgnoringCase("inherit") { fontSize = .readable }
            return
        }
        let unit = value.drop { $0.isDigit || $0 == ASCII.dot }
        if Self.isZero(value) {
            fontSize = .unreadable
        } else if unit.equalsIgnoringCase("px") || unit.equalsIgnoringCase("pt") {
            let whole = value.prefix { $0.isDigit }
            fontSize = whole.count < 2 && (whole.first ?? ASCII.zero) < UInt8(ascii: "2") ? .unreadable : .readable
        } else if !unit.equalsIgnoringCase("em"), unit.first != ASCII.percent {
            fontSize = .readable
        }
    }

    /// `0`, `0px`, `0.0em`.
    private static func isZero(_ value: ArraySlice<UInt8>) -> Bool {
        let number = value.prefix { $0.isDigit || $0 == ASCII.dot }
        return number.contains(ASCII.zero) && number.allSatisfy { $0 == ASCII.zero || $0 == ASCII.dot }
    }

    /// Without blanks at its ends and `!important`.
    private static func value(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let value = bytes.trimmed()
        guard let mark = value.firstIndex(of: UInt8(ascii: "!")) else { return value }
        return value[..<mark].trimmed()
    }
}
