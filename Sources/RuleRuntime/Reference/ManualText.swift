/// The prose of the manual.
enum ManualText {
    static let head = """
        <!-- Written by `scripts/reference` from the table of the rule language; what is changed here is lost. -->

        # Rules

        A rule says for which messages it is and what becomes of them. Rules are Lua 5.4 in files that end in `.lua`,
        in the folder that `rules =` of the configuration names. They are loaded in the order of their names; `tests/`
        and `types/` are left out.

        ```lua
        rule "Receipts" {
          when = from:domain "apple.com" & subject:contains "receipt",
          run  = { mark "seen", move "Receipts" },
        }
        ```

        A rule never does anything itself. It makes a *plan*, and the plan is written down before anything is carried
        out. So each rule can be tried beforehand (`postmoon why message.eml`, `postmoon test`, `postmoon sweep`), and a
        rule that fails changes nothing: the message stays where it is, and the log names file, line and rule.
        """

    static let rules = """
        ## A rule

        `rule "Name" { ... }`. The name is unique, since what a rule remembers, its limit and its schedule hang on it. A key
        that is not in this table is an error.
        """

    static let order = """
        ### Order

        Rules are asked from top to bottom, file after file. One that plans `move`, `trash`, `archive`, `junk` or `snooze` to
        happen now ends the run for that message, unless it says `continue = true`; `stop` ends it anyway. Later rules see
        the flags as the plan so far leaves them; the folder is the one where the message was found.

        Two rules that want a message in two places are in conflict. That is found when the second one asks, and the error
        names both, with their lines; nothing of the plan happens. Asking twice for the same place is one action.

        Events: `new` is mail that arrived, `moved_in` anything else that appears in a folder, `flags` a change of flags,
        `removed` a message that is gone, `schedule` a look at every message of the folders at the time of `every` or `at`.
        What Postmoon does itself raises no event.
        """

    static let conditions = """
        ## Conditions

        A condition is a value. It is made of a subject and a test, `subject:contains "receipt"`, may have a name
        (`local shops = from:domain { "apple.com", "etsy.com" }`), and is combined with others:

        | | |
        | --- | --- |
        | `a & b` | both hold |
        | `a \\| b` | one of them holds |
        | `~a` | it does not hold |

        In Lua `&` binds more than `|`, and `~` more than both; parentheses help readers.

        Parts of a message that are not needed are not fetched: `from:is "x" & body:contains "y"` looks at no body of mail
        from others, in whichever order it is written.
        """

    static let tests = """
        Texts are compared decoded, without regard to case, and in one Unicode form. On addresses, `:is`, `:one_of`,
        `:domain`, `:detail` and `:me` look at each address alone and `:name` at its display name; the other tests look at
        the header as people read it, name and address. A header that stands there twice counts as one list.

        Options go second, in parentheses: `subject:contains("URGENT", { case = true })`.
        """

    static let values = """
        Durations are written `"30s"`, `"15m"`, `"2h"`, `"7d"`, `"2w"`, also `"1h30m"`; a bare number is seconds. Sizes are `"500B"`,
        `"20kB"`, `"5MB"`, `"1GB"` (thousands) or `"1KiB"`, `"1MiB"`, `"1GiB"` (1,024); a bare number is bytes. Dates are
        `"2030-01-31"` and `"2030-01-31 08:00"`, with a `Z` behind them in UTC; a bare number is seconds since 1970. Times of day,
        dates and weekdays are those of the configured `timezone`.
        """

    static let otherConditions = """
        Conditions without a subject:
        """

    static let dropped = """
        ### What Lua would drop

        `and`, `or`, `not`, `==` and the other comparisons cannot be given a meaning for conditions in Lua: `a and b` is just
        `b`. So they are errors where a condition is written, with file and line, before anything runs. So is a condition
        that no rule uses, `when = true`, `when = nil`, a variable that is `nil`, an operand that is no condition, and in
        functions `if bulk then`, which would always be true.
        """

    static let actions = """
        ## Actions

        In a list an action is a constructor: `run = { mark "seen", move "Receipts" }`. A bare name is the action without
        arguments: `run = { archive }`. In a function of `m` it is a method: `m:move "Receipts"`. Options go second, in
        parentheses: `move("Receipts", { after = "30d" })`; actions that take a table, and those without arguments, take
        them inside: `trash { after = "30d" }`.

        An action that a function makes by its constructor and neither returns nor lists would do nothing. It is an error
        at its line: write `m:move`.
        """

    static let delays = """
        ### Later

        `after` makes a durable timer: it survives restarts. Until it is due, the action ends nothing and conflicts with
        nothing.
        """

    static let functions = """
        ## Functions

        `when` and `run` may be functions of the message. A `when` function answers `true`, `false` or a condition, which
        then is asked. A `run` function plans with methods of `m`, or returns a list of actions.

        ```lua
        rule "Pager" {
          when = from:is "alerts@example.com" & subject:matches [[\\b(CRIT|DOWN)\\b]],
          run  = function(m)
            m:mark "flagged"
            m:notify { channel = "phone", title = m.subject, body = m.text:sub(1, 200) }
            if m:is(body:contains "database") then m:copy "Databases" end
          end,
        }
        ```

        A function that reads what is not fetched yet is stopped, the data are fetched, and it starts anew. That is safe,
        because until it ends nothing of it counts. An evaluation depends on nothing but the message, what the rule
        remembers and the time of the decision: the same message is decided the same way a second time.

        The names of this language are read-only. Setting a global is an error that asks for `local`; reading one that does
        not exist names the nearest that does, as every misspelt field and option does.
        """

    static let message = """
        ## The message

        All text is decoded, unfolded, UTF-8. A text that is not there is `""`, an address or a date `nil`, a list empty.
        """

    static let objects = """
        `age`, `received` and `date` are seconds, so that they can be compared and given to `os.date`.
        """

    static let helpers = """
        ## Helpers
        """

    static let roles = """
        ### Roles

        `move(role.archive)` finds the folder under whatever name the account has for it.
        """

    static let lua = """
        ## Lua here

        Rules have no files, no network, no programs and no way to load code but `require`. `io`, `debug`, `package`,
        `coroutine`, `load`, `dofile`, `xpcall` and `collectgarbage` are not there.
        """

    static var limits: String {
        let limits = RuleLimits.standard
        return """
            ### Budgets

            One function for one message may take \(limits.steps / 1_000_000) million steps: instructions, steps of patterns and
            expressions, bytes allocated. An expression in a condition has \(limits.expressionSteps / 1_000_000) million of its
            own. Lua may hold \(limits.memory >> 20) MiB. \(limits.wallMilliseconds / 1_000) seconds end it in any case. What goes past one fails like any
            other error; no `pcall` holds it up. Other messages and accounts go on.
            """
    }

    static let ruleTests = """
        ## Tests

        Files in `tests/` below the rules say what must become of a message. `postmoon test` runs them and shows what is
        different and why.
        """

    static let editors = """
        ## Editors

        Editors with the Lua language server complete all of this from `types/postmoon.lua`, which `.luarc.json` in the rules
        folder names. `luacheck` knows it from `.luacheckrc`. `postmoon reference types`, `editor` and `luacheck` print these
        files for a rules folder of your own.
        """
}
