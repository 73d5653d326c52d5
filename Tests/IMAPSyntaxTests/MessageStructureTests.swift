import IMAPSyntax
import MailModel
import Testing

struct MessageStructureTests {
    @Test(arguments: envelopeCases + structureCases) func decodes(_ decoderCase: DecoderCase) { decoderCase.check() }

    private static func one(_ name: String, _ text: String..., attribute: FetchAttribute) -> DecoderCase {
        DecoderCase(
            name, "* 1 FETCH (UID 5 " + text.joined(separator: "\r\n") + ")",
            events: fetch(1, item(.uid(uid(5))), item(attribute)))
    }

    private static func envelope(_ change: (inout Envelope) -> Void) -> FetchAttribute {
        var envelope = Envelope()
        change(&envelope)
        return .envelope(envelope)
    }

    private static let jane = Envelope.Address(name: "Jane", route: nil, mailbox: "jane", host: "example.org")

    private static let envelopeCases: [DecoderCase] = [
        one(
            "ENVELOPE",
            "ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"Hi\" ((\"Jane\" NIL \"jane\" \"example.org\")) "
                + "((\"Jane\" NIL \"jane\" \"example.org\")) ((\"Jane\" NIL \"jane\" \"example.org\")) "
                + "((NIL NIL \"imap\" \"x.edu\")(NIL NIL \"b\" \"y\")) NIL NIL NIL \"<B27397@x.edu>\")",
            attribute: envelope {
                $0.date = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)"
                $0.subject = "Hi"
                $0.from = [jane]
                $0.sender = [jane]
                $0.replyTo = [jane]
                $0.to = [
                    .init(name: nil, route: nil, mailbox: "imap", host: "x.edu"),
                    .init(name: nil, route: nil, mailbox: "b", host: "y"),
                ]
                $0.messageID = "<B27397@x.edu>"
            }),
        one("ENVELOPE of nothing", "ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", attribute: envelope { _ in }),
        one(
            "ENVELOPE with literals", "ENVELOPE (NIL {5}", "a\"(b) NIL NIL NIL NIL NIL NIL NIL {3}", "<x>)",
            attribute: envelope {
                $0.subject = "a\"(b)"
                $0.messageID = "<x>"
            }),
        one(
            "ENVELOPE with a group",
            "ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL \"team\" NIL) (NIL NIL NIL NIL)) NIL NIL NIL NIL)",
            attribute: envelope {
                $0.to = [
                    .init(name: nil, route: nil, mailbox: "team", host: nil),
                    .init(name: nil, route: nil, mailbox: nil, host: nil),
                ]
            }),
        DecoderCase(
            "iCloud's unescaped quotes, an even number",
            "* 1 FETCH (ENVELOPE (NIL \"a\" NIL NIL NIL NIL NIL NIL NIL \"<\"abc\"@x>\") UID 5)",
            events: fetch(1, item(.unknown("ENVELOPE")), item(.uid(uid(5))))),
        DecoderCase(
            "iCloud's unescaped quotes, an odd number",
            "* 1 FETCH (UID 5 ENVELOPE (NIL \"a\" NIL NIL NIL NIL NIL NIL NIL \"<\"abc@x>\") RFC822.SIZE 7)",
            "* 1 EXISTS",
            events: fetch(1, item(.uid(uid(5))), item(.unknown("ENVELOPE"))) + [.untagged(.exists(1))]),
        DecoderCase(
            "unescaped quotes before a body",
            "* 1 FETCH (UID 5 ENVELOPE (\"<\"abc@x>\") BODY[] {3}", "a)b FLAGS ())", "* 1 EXISTS",
            events: fetch(1, item(.uid(uid(5))), item(.unknown("ENVELOPE")), item(.flags([]))) + [.untagged(.exists(1))]
        ),
        one("ENVELOPE that is short", "ENVELOPE (NIL NIL)", attribute: .unknown("ENVELOPE")),
        one("ENVELOPE NIL", "ENVELOPE NIL", attribute: .unknown("ENVELOPE")),
    ]

    private static func structure(_ mediaType: String, _ change: (inout BodyStructure) -> Void = { _ in })
        -> BodyStructure
    {
        var structure = BodyStructure(mediaType: mediaType)
        change(&structure)
        return structure
    }

    private static let plain = structure("text/plain") {
        $0.parameters = [.init(name: "charset", value: "UTF-8")]
        $0.encoding = "7bit"
        $0.size = 2_279
        $0.lines = 48
    }
    private static let plainText = "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL \"7BIT\" 2279 48)"

    private static let structureCases: [DecoderCase] = [
        one("BODY of a text", "BODY \(plainText)", attribute: .bodyStructure(plain)),
        one(
            "BODYSTRUCTURE of two parts",
            "BODYSTRUCTURE (\(plainText)(\"APPLICATION\" \"PDF\" (\"NAME\" \"a.pdf\") \"<id>\" \"A paper\" \"BASE64\" 4554 NIL "
                + "(\"ATTACHMENT\" (\"FILENAME\" \"a.pdf\")) NIL NIL) \"MIXED\" (\"BOUNDARY\" \"x\") NIL NIL NIL)",
            attribute: .bodyStructure(
                structure("multipart/mixed") {
                    $0.parameters = [.init(name: "boundary", value: "x")]
                    $0.parts = [
                        plain,
                        structure("application/pdf") {
                            $0.parameters = [.init(name: "name", value: "a.pdf")]
                            $0.contentID = "<id>"
                            $0.contentDescription = "A paper"
                            $0.encoding = "base64"
                            $0.size = 4_554
                            $0.disposition = .init(
                                kind: "attachment", parameters: [.init(name: "filename", value: "a.pdf")])
                        },
                    ]
                })),
        one(
            "BODYSTRUCTURE of an attached message",
            "BODYSTRUCTURE (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 342 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
                + "\(plainText) 7 NIL NIL (\"en\" \"de\") \"loc\" (x y))",
            attribute: .bodyStructure(
                structure("message/rfc822") {
                    $0.encoding = "7bit"
                    $0.size = 342
                    $0.envelope = Envelope()
                    $0.envelope?.subject = "s"
                    $0.parts = [plain]
                    $0.lines = 7
                })),
        one(
            "BODYSTRUCTURE with a literal", "BODYSTRUCTURE (\"IMAGE\" \"PNG\" (\"NAME\" {4}",
            "a).p) NIL NIL \"BASE64\" 3)",
            attribute: .bodyStructure(
                structure("image/png") {
                    $0.parameters = [.init(name: "name", value: "a).p")]
                    $0.encoding = "base64"
                    $0.size = 3
                })),
        one(
            "Gmail's multipart without parts", "BODYSTRUCTURE ((\"ALTERNATIVE\") \"MIXED\")",
            attribute: .bodyStructure(structure("multipart/mixed") { $0.parts = [structure("multipart/alternative")] })),
        one(
            "a size that is NIL", "BODYSTRUCTURE (\"A\" \"B\" NIL NIL NIL NIL NIL)",
            attribute: .bodyStructure(structure("a/b"))),
        one(
            "parameters in quotes", "BODYSTRUCTURE (\"A\" \"B\" \"\" NIL NIL \"7BIT\" 1)",
            attribute: .bodyStructure(
                structure("a/b") {
                    $0.encoding = "7bit"
                    $0.size = 1
                })),
        one("BODYSTRUCTURE that is broken", "BODYSTRUCTURE (\"TEXT\" 5)", attribute: .unknown("BODYSTRUCTURE")),
        one("BODYSTRUCTURE of nothing", "BODYSTRUCTURE ()", attribute: .unknown("BODYSTRUCTURE")),
    ]
}
