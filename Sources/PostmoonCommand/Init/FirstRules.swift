import MailModel

/// The rules that `init` offers: few, and such that a wrong guess costs nothing but a look into a folder.
enum FirstRule: String, CaseIterable {
    case receipts, newsletters, lists

    /// For the list that a person chooses from.
    var about: String {
        switch self {
        case .receipts: "receipts and invoices that shops send by themselves"
        case .newsletters: "mail to many that says how to unsubscribe"
        case .lists: "mailing lists that people write to, a folder for each"
        }
    }

    /// What the folder could be called on the server already; the first where none of them is there.
    private var folderNames: [String] {
        switch self {
        case .receipts: ["Receipts", "Receipt", "Invoices", "Rechnungen", "Belege", "Factures", "Facturas", "Fatture"]
        case .newsletters: ["Newsletters", "Newsletter", "Infolettres", "Boletines"]
        case .lists: ["Lists", "Mailing Lists", "Mailinglists", "Mailinglisten", "Listen"]
        }
    }

    /// The folder to offer: one that is there, if it is called like that.
    func folder(among folders: [String]) -> String {
        for name in folderNames {
            if let found = folders.first(where: { $0.lowercased() == name.lowercased() }) { return found }
        }
        return folderNames[0]
    }

    /// Rules run in the order of their files: what is surer comes first.
    var file: String {
        switch self {
        case .receipts: "10-receipts.lua"
        case .newsletters: "20-newsletters.lua"
        case .lists: "30-lists.lua"
        }
    }

    func text(folder: MailboxName) -> String {
        let place = Self.quoted(folder.rawValue)
        switch self {
        case .receipts:
            return """
                -- Receipts and invoices go to a folder of their own, unread. Only what a program sends is meant: a person who writes
                -- "about your invoice" stays in the inbox, and so does what asks you to pay or to sign in.
                local robot = automated | bulk | from:matches [[\\b(no|do[-_.]?not)[-_.]?reply\\b|\\b(orders?|receipts?|invoices?|billing)@]]
                local words = subject:matches
                  [[\\b(receipts?|invoices?|order confirmation|your order|Rechnung|Quittung|Bestellbestätigung|facture|factura|fattura)\\b]]
                local urgent = subject:matches [[\\b(overdue|reminder|unpaid|failed|problem|security|password|verify)\\b]]

                rule "Receipts" {
                  when = robot & words & ~urgent,
                  run  = { move \(place) },
                }

                """
        case .newsletters:
            return """
                -- Newsletters: mail to many that says how to unsubscribe. Mailing lists that people write to (List-Post) are none, and
                -- codes and warnings stay in the inbox, whoever sends them.
                local newsletter = header("List-Unsubscribe"):exists() & ~header("List-Post"):exists()
                local urgent = subject:matches [[\\b(codes?|password|passcode|security|verify|verification|sign[- ]?in|log[- ]?in|alert)\\b]]

                rule "Newsletters" {
                  when = newsletter & ~urgent,
                  run  = { move \(place) },
                }

                """
        case .lists:
            return """
                -- Every mailing list gets its own folder, named after the first word of its List-Id: pgsql-general.lists.example.org
                -- goes to \(folder)/pgsql-general. The folder is made when the first message comes. A list that people can write to
                -- has List-Post; that leaves newsletters alone.
                rule "Mailing lists" {
                  when = list_id:exists() & header("List-Post"):exists(),
                  run  = function(m)
                    local name = m.list_id:match "^[%w_-]+"
                    -- Anybody can write a List-Id; one as long as a letter makes no folder.
                    if name and #name <= 60 then m:move(\(place) .. "/" .. name) end
                  end,
                }

                """
        }
    }

    /// What the rule does and what it leaves alone, for `tests/`.
    func tests(folder: MailboxName) -> String {
        let place = Self.quoted(folder.rawValue)
        switch self {
        case .receipts:
            return """
                test "a receipt from a shop is filed" {
                  message = message { from = "Shop <no-reply@shop.example>", subject = "Your receipt no. 4711" },
                  expect  = { move \(place) },
                }

                test "a person who writes about an invoice stays in the inbox" {
                  message = message { from = "Ann <ann@example.net>", subject = "Your invoice of Monday" },
                  expect  = {},
                }

                test "an invoice that is overdue stays in the inbox" {
                  message = message { from = "billing@shop.example", subject = "Reminder: your invoice is overdue" },
                  expect  = {},
                }

                """
        case .newsletters:
            return """
                test "a newsletter is filed" {
                  message = message {
                    from = "Museum <letters@museum.example>", subject = "What is on in May",
                    headers = { ["List-Unsubscribe"] = "<https://museum.example/unsubscribe>" },
                  },
                  expect = { move \(place) },
                }

                test "a code to sign in with stays in the inbox" {
                  message = message {
                    from = "letters@museum.example", subject = "Your verification code",
                    headers = { ["List-Unsubscribe"] = "<https://museum.example/unsubscribe>" },
                  },
                  expect = {},
                }

                """
        case .lists:
            return """
                test "mail of a list goes to the list's folder" {
                  message = message {
                    from = "somebody@example.net", subject = "[general] Planner", list_id = "<general.lists.example.org>",
                    headers = { ["List-Post"] = "<mailto:general@lists.example.org>" },
                  },
                  expect = { move \(Self.quoted("\(folder)/general")) },
                }

                """
        }
    }

    /// A text as Lua writes it.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

/// A rules folder to begin with.
struct FirstRules {
    static let testFile = "tests/first-rules.lua"

    var chosen: [(rule: FirstRule, folder: MailboxName)]

    /// Files by their names in the rules folder.
    var files: [(name: String, text: String)] {
        guard !chosen.isEmpty else { return [] }
        let tests = chosen.map { $0.rule.tests(folder: $0.folder) }.joined(separator: "\n")
        return chosen.map { ($0.rule.file, $0.rule.text(folder: $0.folder)) } + [
            (
                Self.testFile,
                "-- What the rules do, and what they leave alone. `postmoon test` tells whether it is still so.\n\n"
                    + tests
            )
        ]
    }
}

extension FirstRules {
    /// A folder that mail can be moved to.
    static func folder(_ text: String) throws(Questions.Objection) -> MailboxName {
        guard let folder = MailboxName(text) else {
            throw Questions.Objection("“\(Terminal.safe(text))” is no folder's name; write it like Bills/2026.")
        }
        guard !folder.isInbox else { throw Questions.Objection("The mail is in INBOX already: name another folder.") }
        return folder
    }
}
