import MailModel
import Testing

@testable import RuleRuntime

/// Every action, in a list and as a method, with every argument it takes.
@Suite struct ActionFormTests {
    static let forms: [(String, MailAction)] = [
        ("move \"Receipts\"", .move(FolderTarget(place: .name("Receipts")))),
        ("move(\"A/B\", { create = false })", .move(FolderTarget(place: .name("A/B"), create: false))),
        ("move \"work:Clients/ACME\"", .move(FolderTarget(account: "work", place: .name("Clients/ACME")))),
        ("move \"About x: y\"", .move(FolderTarget(place: .name("About x: y")))),
        ("move(role.sent)", .move(FolderTarget(place: .role(.sent)))),
        ("copy \"inbox\"", .copy(FolderTarget(place: .name("INBOX")))),
        ("copy(role.flagged, { create = false })", .copy(FolderTarget(place: .role(.flagged), create: false))),
        ("trash", .trash), ("trash()", .trash), ("trash {}", .trash), ("archive", .archive), ("junk", .junk),
        ("mark \"seen\"", .mark(flag: "seen")), ("mark \"Flagged\"", .mark(flag: "flagged")),
        ("mark \"$Phishing\"", .mark(flag: "$Phishing")), ("unmark \"answered\"", .unmark(flag: "answered")),
        ("keyword \"Bill\"", .keyword("Bill")), ("unkeyword \"Bill\"", .unkeyword("Bill")),
        ("forward { to = \"x@example.com\" }", .forward(ForwardRequest(to: ["x@example.com"]))),
        (
            "forward { to = { \"x@example.com\", \"y@example.com\" }, as = \"inline\", note = \"look\","
                + " from = \"jane.doe@icloud.com\", first = true, unknown = \"hold\" }",
            .forward(
                ForwardRequest(
                    to: ["x@example.com", "y@example.com"], form: .inline, note: "look", from: "jane.doe@icloud.com",
                    first: true, unknown: .hold))
        ),
        ("redirect { to = \"x@example.com\" }", .redirect(RedirectRequest(to: ["x@example.com"]))),
        (
            "redirect { to = \"x@example.com\", first = true, unknown = \"resend\" }",
            .redirect(RedirectRequest(to: ["x@example.com"], first: true, unknown: .resend))
        ),
        ("reply { text = \"Away.\" }", .reply(ReplyRequest(text: "Away.", period: 604_800))),
        (
            "reply { subject = \"Away\", text = \"Back soon.\", from = \"jane@icloud.com\", period = \"1d\","
                + " unknown = \"hold\" }",
            .reply(
                ReplyRequest(
                    subject: "Away", text: "Back soon.", from: "jane@icloud.com", period: 86_400, unknown: .hold))
        ),
        (
            "notify { channel = \"phone\" }",
            .notify(NotifyRequest(channel: "phone", title: "Your receipt from Apple. München", body: ""))
        ),
        (
            "notify { channel = \"desk\", title = \"t\", body = \"b\", first = true }",
            .notify(NotifyRequest(channel: "desk", title: "t", body: "b", first: true))
        ),
        ("pipe \"archiver\"", .pipe(program: "archiver")),
        ("snooze \"2h\"", .snooze(until: RuleBench.now + 7_200)), ("snooze(90)", .snooze(until: RuleBench.now + 90)),
        ("snooze \"2030-01-01 08:00\"", .snooze(until: 1_893_481_200)), ("log \"seen it\"", .log("seen it")),
    ]

    @Test(arguments: forms)
    func aListAndAMethodMean(form: String, action: MailAction) async throws {
        let list = try await RuleBench("rule \"r\" { account = \"home\", run = { \(form) } }").decide(.whole())
        #expect(list.actions.map(\.action) == [action])
        let call = form.contains(where: { " (\"".contains($0) }) ? form : "\(form)()"
        let method = try await RuleBench("rule \"r\" { account = \"home\", run = function(m) m:\(call) end }")
            .decide(.whole())
        #expect(method.actions.map(\.action) == [action])
        let returned = try await RuleBench(
            "rule \"r\" { account = \"home\", run = function(m) return { \(form) } end }"
        ).decide(.whole())
        #expect(returned.actions.map(\.action) == [action])
    }

    static let delayed = [
        "move(\"A\", { %@ })", "copy(\"A\", { %@ })", "trash { %@ }", "archive { %@ }", "junk { %@ }",
        "mark(\"seen\", { %@ })", "unmark(\"seen\", { %@ })", "keyword(\"K\", { %@ })", "unkeyword(\"K\", { %@ })",
        "forward { to = \"x@example.com\", %@ }", "redirect { to = \"x@example.com\", %@ }",
        "reply { text = \"x\", %@ }", "notify { channel = \"phone\", %@ }", "pipe(\"archiver\", { %@ })",
    ]

    @Test(arguments: delayed)
    func anActionMayBeDueLater(form: String) async throws {
        for (options, after, recheck) in [
            ("after = \"30d\"", 2_592_000, false), ("after = 90, recheck = true", 90, true),
        ] as [(String, Int64, Bool)] {
            let action = form.replacing("%@", with: options)
            for run in ["{ \(action) }", "function(m) m:\(action) end"] {
                let decision = try await RuleBench("rule \"r\" { account = \"home\", run = \(run) }").decide(.whole())
                #expect(decision.actions.map(\.after) == [after])
                #expect(decision.actions.map(\.recheck) == [recheck])
            }
        }
    }

    @Test(
        arguments: [
            ("move(\"A\", { after = \"soon\" })", "move: after is a duration like \"30d\", not \"soon\""),
            ("trash { after = 0 }", "trash: after is a time from now; without it the action is due now"),
            ("trash { recheck = true }", "trash: recheck needs after"),
            ("trash { \"1d\" }", "trash takes its options by name: trash or trash { after = \"30d\" }"),
            ("trash \"X\"", "the options of trash are a table, not a string: trash or trash { after = \"30d\" }"),
            ("stop { after = \"1d\" }", "stop is written stop"),
            ("log(\"x\", { after = \"1d\" })", "log has no option \"after\""),
            (
                "snooze \"later\"",
                "snooze takes a duration (\"2h\"), a time (\"07:30\") or a date (\"2030-01-01 08:00\")"
            ),
            (
                "move(5)",
                "move takes a folder's name, not a number: move \"Folder\" or move(\"Folder\", { after = \"30d\" })"
            ),
            (
                "move(\"A\", \"B\")",
                "the options of move are a table, not a string: move \"Folder\" or move(\"Folder\", { after = \"30d\" })"
            ),
            ("move(\"A\", { create = 1 })", "move: create is true or false, not 1"),
            ("mark(true)", "mark needs a flag: mark \"seen\" or mark(\"seen\", { after = \"30d\" })"),
            ("mark \"two words\"", "\"two words\" is no flag; write seen, flagged, answered, draft, or a keyword"),
            ("mark \"recent\"", "the flag recent belongs to the server"),
            ("keyword \"seen\"", "\"seen\" is no keyword; flags are set by mark and unmark"),
            ("forward \"x@example.com\"", "forward is written forward { to = \"a@example.org\" }"),
            ("forward {}", "forward needs to: forward { to = \"a@example.org\" }"),
            ("forward { to = \"nobody\" }", "\"nobody\" is no address to send to"),
            (
                "forward { to = \"a@b.example\\r\\nRCPT TO:<x@y>\" }",
                "\"a@b.example\r\nRCPT TO:<x@y>\" is no address to send to"
            ),
            ("forward { to = 5 }", "forward: to is text or a list of texts, not 5"),
            (
                "forward { to = \"x@example.com\", from = \"boss@acme.example\" }",
                "forward: from = \"boss@acme.example\" is no address of account \"home\""
            ),
            (
                "forward { to = \"x@example.com\", unknown = \"maybe\" }",
                "forward: unknown is \"resend\" or \"hold\", not \"maybe\""
            ),
            (
                "forward { to = \"x@example.com\", frist = true }",
                "forward has no option \"frist\"; did you mean \"first\"?"
            ),
            ("reply { subject = \"x\" }", "reply needs text: reply { text = \"...\" }"),
            (
                "notify { title = \"x\" }",
                "notify needs a channel: notify { channel = \"phone\", title = \"...\", body = \"...\" }"
            ),
            ("notify { channel = \"phone\", body = {} }", "notify: body is text, not a table"),
            (
                "pipe {}",
                "pipe takes a program's name first, options second: pipe \"program\" or pipe(\"program\", { after = \"30d\" })"
            ),
        ])
    func aWrongArgumentIsTold(action: String, told: String) async throws {
        let problems = await RuleBench.problems("rule \"r\" { account = \"home\", run = {\n\(action) } }")
        #expect(problems == ["rules.lua:2: \(told)"])
        guard !action.hasPrefix("stop") else { return }
        let bench = try await RuleBench("rule \"r\" { account = \"home\", run = function(m)\nm:\(action)\nend }")
        #expect(try await bench.failure(.whole()).description == "rules.lua:2: rule r: \(told)")
    }
}
