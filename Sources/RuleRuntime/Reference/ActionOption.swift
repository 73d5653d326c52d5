/// Options of actions; those that several actions take are described once.
extension ReferenceParameter {
    private static func option(_ name: String, _ type: ReferenceType, _ text: String) -> ReferenceParameter {
        ReferenceParameter(name, type, optional: true, text)
    }

    static let after = option(
        "after", .duration,
        "due so long from now, if the message then still is where this plan left it"
    )
    static let recheck = option("recheck", .boolean, "with `after`: also asks `when` again when it is due")
    static let create = option("create", .boolean, "`false`: a missing folder is an error and is not made")
    static let recipients = ReferenceParameter("to", .texts, "who gets it; never an address of your own")
    static let first = option("first", .boolean, "sends at once, before the rest of the plan is safe")
    static let unknown = option(
        "unknown", .choice(["resend", "hold"]),
        "what to do when nobody knows whether it was sent; default: the account's")
    static let sender = option("from", .text, "one of the account's own addresses; default: the account's address")
    static let form = option(
        "as", .choice(["attachment", "inline"]), "the message as an attachment (default), or its text in the new one")
    static let note = option("note", .text, "text above the forwarded message")
    static let replySubject = option("subject", .text, "default: `Re:` and the message's subject")
    static let replyText = ReferenceParameter("text", .text, "the text of the reply")
    static let period = option("period", .duration, "one reply to each correspondent in this time; default `\"7d\"`")
    static let channel = ReferenceParameter("channel", .text, "the name of a `[notify.NAME]` of the configuration")
    static let title = option("title", .text, "default: the message's subject")
    static let body = option("body", .text, "the text of the notice")

    static let textCase = option("case", .boolean, "`true`: `A` and `a` are different; default `false`")
    static let expressionCase = option("case", .boolean, "`false`: `A` and `a` are the same; default `true`")
}

extension [ReferenceParameter] {
    /// What every action takes that can be due later.
    static let delay: [ReferenceParameter] = [.after, .recheck]
}
