import Foundation
import MIMEParsing
import MailModel

/// One address in the forms that tests compare.
final class FoldedAddress {
    let value: EmailAddress
    private(set) lazy var address = FoldedText(value.address)
    private(set) lazy var domain = FoldedText(value.domain)
    private(set) lazy var detail = FoldedText(value.detail)
    private(set) lazy var name = FoldedText(value.name)

    init(_ value: EmailAddress) { self.value = value }
}

/// Everything of one header field name in a message, decoded when first asked for.
final class FieldValues {
    let fields: [HeaderField]
    private(set) lazy var texts = fields.map { FoldedText($0.text) }
    private(set) lazy var addresses = fields.flatMap(\.addresses).map(FoldedAddress.init)
    /// Every address with its name, as one list however often the header stands there.
    private(set) lazy var shown =
        addresses.isEmpty ? written : FoldedText(addresses.map(\.value.shown).joined(separator: ", "))
    /// The decoded text, with quotes, comments and the names of groups.
    private(set) lazy var written = texts.count == 1 ? texts[0] : FoldedText(texts.map(\.text).joined(separator: ", "))
    /// What tests of the header as a whole look at: the list, and its text where that says something else.
    private(set) lazy var readings = shown.text == written.text ? [shown] : [shown, written]

    init(_ fields: [HeaderField]) { self.fields = fields }
}

/// A message while it is decided: what was fetched, decoded once however many rules look.
final class MessageView {
    let message: RuleMessage
    /// As the plan so far leaves them.
    var flags: Set<Flag>
    /// What tests of text have cost so far.
    var steps: UInt64 = 0
    private let fieldTable: FieldTable
    private let fetchedFields: Set<String>?
    private var slots: [FieldValues?] = []
    private(set) lazy var parsed = message.raw.map { ParsedMessage($0) }
    /// As good as `parsed` for texts and the names of files.
    private(set) lazy var outline = parsed ?? message.excerpt.map { ParsedMessage($0) }
    private(set) lazy var body = outline.map { FoldedText($0.text) }
    private(set) lazy var attachments = parsed?.attachments
    private(set) lazy var filenames = (attachments ?? outline?.attachments)?.map { FoldedText($0.filename) }

    init(_ message: RuleMessage, fieldTable: FieldTable, fetchedFields: Set<String>?) {
        self.message = message
        self.fieldTable = fieldTable
        let isWhole = message.headerIsWhole || message.raw != nil || message.excerpt != nil
        self.fetchedFields = isWhole ? nil : fetchedFields
        flags = message.flags
    }

    /// The header, with everything that is at hand.
    private(set) lazy var header = message.headerIsWhole ? message.header : outline?.header ?? message.header

    var headerIsWhole: Bool { fetchedFields == nil }

    /// `nil`: not fetched.
    func values(_ slot: Int) -> FieldValues? {
        if slot < slots.count, let known = slots[slot] { return known }
        let name = fieldTable.names[slot]
        guard isFetched(name) else { return nil }
        let fields = header.all(name)
        let values = fields.isEmpty ? fieldTable.nothing : FieldValues(fields)
        while slots.count <= slot { slots.append(nil) }
        slots[slot] = values
        return values
    }

    private func isFetched(_ name: String) -> Bool { fetchedFields?.contains(name.lowercased()) ?? true }

    func values(_ name: String) -> FieldValues? { values(fieldTable.slot(of: name)) }

    /// The identifier between the brackets of List-Id; empty when there is none.
    private(set) lazy var listID = values("List-Id").map { values in
        values.texts.first.map { FoldedText(ListIdentifier.parse($0.text)) }
    }

    /// Message-ID without brackets; empty when there is none.
    private(set) lazy var messageID = values("Message-ID").map { values in
        values.fields.first.map { FoldedText(MessageIDList.parse($0.rawValue).first ?? $0.text) }
    }

    /// Seconds since 1970 of the Date field. The outer optional: whether it is fetched.
    private(set) lazy var date: Int64?? = values("Date").map { $0.texts.first.flatMap { MailDate.parse($0.text) } }
}

extension MessageView {
    /// By a name that a function made up: without a number in the table, which would grow with mail.
    func values(named name: String) -> FieldValues? {
        if isFetched(name) { return FieldValues(header.all(name)) }
        return nil
    }
}
