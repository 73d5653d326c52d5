extension SoakLetter {
    /// The rule file that does what `allowedEnds` says.
    static var rules: String {
        let targets = targets.map { "\"\($0)\"" }.joined(separator: ", ")
        let arrivals: [(Kind, String)] = [
            (.moved, "m:move(target(m))"), (.flagged, "m:mark \"flagged\"; m:move(target(m))"),
            (.copied, "m:copy \"\(copies)\"; m:move(target(m))"),
            (.forwarded, "m:forward { to = recipient(m) }; m:move(target(m))"),
            (.across, "m:move((m.account == \"jane\" and \"joe\" or \"jane\") .. \":From \" .. m.account)"),
            (.later, "m:move(\"Later\", { after = \"2s\" })"), (.snoozed, "m:snooze \"3s\""),
            (
                .notified,
                "m:notify { channel = \"bell\", title = m.headers[\"X-Token\"], body = \"\" }; m:move(target(m))"
            ),
            (.passedOn, "m:move \"\(work)\""),
        ]
        let rules = arrivals.map { kind, code in
            """
            rule "\(kind.rawValue)" {
              on = { "new", "moved_in" }, folder = "INBOX", limit = false, when = header "X-Kind":is "\(kind.rawValue)",
              run = function(m) \(code) end,
            }

            """
        }
        return """
            local targets = { \(targets) }
            local function target(m) return targets[tonumber(m.headers["X-Target"]) + 1] end
            local function recipient(m)
              local number = tonumber(m.headers["X-Token"]:match "%-(%d+)%-x$")
              return "oncall" .. (number % \(recipients.count) + 1) .. "@example.com"
            end

            \(rules.joined())
            rule "answered" {
              on = "flags", folder = "INBOX", when = header "X-Kind":is "answered" & flag "flagged",
              run = { mark "answered" },
            }
            rule "filed-by-hand" {
              on = { "new", "moved_in" }, folder = "\(work)", when = header "X-Kind":is "filed-by-hand",
              run = { mark "flagged" },
            }
            rule "gone" {
              on = "removed", folder = "INBOX", when = header "X-Kind":is "gone" & header "X-Token":exists(),
              run = function(m) m:notify { channel = "bell", title = m.headers["X-Token"], body = "" } end,
            }
            rule "read" {
              on = "schedule", every = "1m", folder = "INBOX", limit = false,
              when = header "X-Kind":is "read" & flag "seen", run = { move "Read" },
            }

            """
    }
}
