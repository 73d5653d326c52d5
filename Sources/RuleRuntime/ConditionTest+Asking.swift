import MIMEParsing
import MailModel

extension ConditionTest {
    /// Asks one question of a message.
    func ask(
        _ view: MessageView, _ context: EvaluationContext, noting: Bool
    ) throws(RegularExpression.Failure) -> TestAnswer {
        switch self {
        case .address(let slots, let match): return try askAddresses(slots, match, view, context, noting: noting)
        case .text(let source, let match): return try askTexts(source, match, view, noting: noting)
        case .exists(let source):
            guard let texts = source.texts(in: view) else { return .needs(source.need) }
            return .known(source.exists(texts, in: view), noting ? texts.first?.text ?? "" : "")
        case .flag(let flag):
            let value = noting ? view.flags.sorted().map(\.name).joined(separator: " ") : ""
            return .known(view.flags.contains(flag), value)
        case .sizeOver(let bytes):
            return .known(Int64(view.message.size) > bytes, noting ? String(view.message.size) : "")
        case .sizeUnder(let bytes):
            return .known(Int64(view.message.size) < bytes, noting ? String(view.message.size) : "")
        case .older(let seconds):
            let age = context.age(view.message)
            return .known(age > seconds, noting ? "\(age)s" : "")
        case .newer(let seconds):
            let age = context.age(view.message)
            return .known(age < seconds, noting ? "\(age)s" : "")
        case .before(let source, let time): return askTime(source, view, noting: noting) { $0 < time }
        case .after(let source, let time): return askTime(source, view, noting: noting) { $0 >= time }
        case .between(let source, let start, let end):
            return askTime(source, view, noting: noting) { time in
                let second = context.clock.secondOfDay(time)
                return start <= end ? start <= second && second < end : start <= second || second < end
            }
        case .weekday(let source, let days):
            return askTime(source, view, noting: noting) { days.contains(context.clock.weekday($0)) }
        case .hasAttachment:
            guard let names = view.filenames else { return .needs(.texts) }
            return .known(!names.isEmpty, noting ? names.map(\.text).joined(separator: ", ") : "")
        case .bulk: return MailKind.bulk(view)
        case .automated: return MailKind.automated(view)
        case .authenticated(let method): return MailKind.authenticated(method, view)
        }
    }

    /// Whether it reads the message beyond its header.
    var readsBody: Bool {
        switch self {
        case .text(let source, _), .exists(let source): source.need == .texts
        case .hasAttachment: true
        default: false
        }
    }

    private func askTime(
        _ source: TimeSource, _ view: MessageView, noting: Bool, _ passes: (Int64) -> Bool
    ) -> TestAnswer {
        switch source {
        case .received:
            return .known(passes(view.message.received), noting ? String(view.message.received) : "")
        case .date:
            guard let date = view.date else { return .needs(.wholeHeader) }
            return .known(date.map(passes) ?? false, noting ? date.map { String($0) } ?? "" : "")
        }
    }

    private func askTexts(
        _ source: TextSource, _ match: TextMatch, _ view: MessageView, noting: Bool
    ) throws(RegularExpression.Failure) -> TestAnswer {
        guard let texts = source.texts(in: view) else { return .needs(source.need) }
        for text in texts {
            view.steps += 1 + UInt64(text.text.utf8.count / 32)
            guard try match.matches(text, charge: { view.steps += $0 }) else { continue }
            return .known(true, noting ? text.text.cut : "")
        }
        return .known(false, noting ? texts.first?.text.cut ?? "" : "")
    }

    private func askAddresses(
        _ slots: [Int], _ match: AddressMatch, _ view: MessageView, _ context: EvaluationContext, noting: Bool
    ) throws(RegularExpression.Failure) -> TestAnswer {
        var missing = false
        for slot in slots {
            guard let values = view.values(slot) else {
                missing = true
                continue
            }
            for address in values.addresses where try match.matches(address, own: context.own) {
                return .known(true, noting ? address.value.shown.cut : "")
            }
        }
        if missing { return .needs(.wholeHeader) }
        guard noting else { return .known(false, "") }
        let seen = slots.compactMap { view.values($0) }.filter { !$0.fields.isEmpty }.map(\.shown.text)
        return .known(false, seen.joined(separator: ", ").cut)
    }
}

extension TextSource {
    /// The texts to look at, empty when the message has none; `nil`: not fetched.
    func texts(in view: MessageView) -> [FoldedText]? {
        switch self {
        case .addresses(let slots):
            var texts: [FoldedText] = []
            for slot in slots {
                guard let values = view.values(slot) else { return nil }
                if !values.fields.isEmpty { texts += values.readings }
            }
            return texts
        case .header(let slot): return view.values(slot)?.texts
        case .listID: return view.listID.map { $0.map { [$0] } ?? [] }
        case .messageID: return view.messageID.map { $0.map { [$0] } ?? [] }
        case .body: return view.body.map { [$0] }
        case .filename: return view.filenames
        }
    }

    /// A header exists when it is there, a body when it has text.
    func exists(_ texts: [FoldedText], in view: MessageView) -> Bool {
        switch self {
        case .addresses, .header, .listID, .messageID: !texts.isEmpty
        case .body, .filename: texts.contains { !$0.text.isEmpty }
        }
    }

    var need: MessageNeed {
        switch self {
        case .body, .filename: .texts
        case .addresses, .header, .listID, .messageID: .wholeHeader
        }
    }
}

extension String {
    /// Short enough to be cut to evidence's 200 characters quickly.
    var cut: String { utf8.count <= 1_600 ? self : String(decoding: utf8.prefix(1_600), as: UTF8.self) }
}

extension EmailAddress {
    /// Name and address as people read them, without quotes.
    var shown: String { name.isEmpty ? address : "\(name) <\(address)>" }

    /// As a header would show it.
    var inHeader: String {
        guard !name.isEmpty else { return address }
        let plain = name.utf8.allSatisfy { byte in
            byte >= 0x80 || byte == 0x20 || !"()<>[]:;@\\,.\"".utf8.contains(byte)
        }
        if plain { return "\(name) <\(address)>" }
        let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(quoted)\" <\(address)>"
    }
}
