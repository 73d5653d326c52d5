import Testing

@testable import RuleRuntime

/// `list.file`, `list.vcard` and `require`.
@Suite struct ListTests {
    @Test(
        arguments: [
            ("EMAIL:a@x\r\nitem2.email;TYPE=home:mailto:b@\r\n x\r\nNOTE:EMAIL:no\r\nEMAIL:\r\n", ["a@x", "b@x"]),
            (
                "BEGIN:VCARD\nVERSION:2.1\nEMAIL;INTERNET;PREF:a@example.org\nEMAIL;INTERNET;WORK:b@example.org\nEND:VCARD\n",
                ["a@example.org", "b@example.org"]
            ),
            ("EMAIL;ENCODING=QUOTED-PRINTABLE:j=C3=BCrgen@=\nexample.org\nTEL:1\n", ["jürgen@example.org"]),
            ("EMAIL;QUOTED-PRINTABLE:a=40example.org\n", ["a@example.org"]),
            ("NOTE;ENCODING=QUOTED-PRINTABLE:one=\nEMAIL:no@example.org\nEMAIL:a@example.org\n", ["a@example.org"]),
            ("EMAIL;TYPE=\"a:b\";PREF=1:a@example.org\n", ["a@example.org"]),
            (
                "BEGIN:VCARD\nVERSION:4.0\nEMAIL;TYPE=work:mailto:a@example.org\nPHOTO:data:image/png;base64,AA==\n"
                    + " BB==\nEMAIL:b@example.org\nEND:VCARD\nBEGIN:VCARD\nEMAIL:c@example.org\nEND:VCARD\n",
                ["a@example.org", "b@example.org", "c@example.org"]
            ),
            ("EMAIL:O\\,Neill@example.org\n", ["O,Neill@example.org"]), ("EM\n AIL:a@example.org", ["a@example.org"]),
            ("", []), (":", []), (";:", []), ("EMAIL", []), (" \n \n", []), ("=\n", []), ("\"EMAIL:a@x", []),
        ] as [(String, [String])])
    func aCardIsRead(text: String, addresses: [String]) {
        #expect(VCardFile.addresses(text) == addresses)
    }

    @Test func aLargePhotoCostsNoMoreThanItsSize() {
        let photo = String(repeating: " " + String(repeating: "A", count: 74) + "\r\n", count: 50_000)
        #expect(VCardFile.addresses("PHOTO;ENCODING=b:\r\n\(photo)EMAIL:a@example.org\r\n") == ["a@example.org"])
    }

    @Test func aListIsForConditionsAndForFunctions() async throws {
        let bench = try await RuleBench(
            """
            local vip, all = list.file "vip.txt", list.vcard "all.vcf"
            rule "a" { when = from:one_of(vip), run = function(m)
              print(#vip, vip[1], vip:has(m.from.address), vip:has "x@y", all:has "C@example.org", #all)
              for index, entry in ipairs(vip) do print(index, entry) end
            end }
            """,
            lists: [
                "vip.txt": "# people\r\n\r\n  No_Reply@email.apple.com  \r\nboss@acme.example",
                "all.vcf": "EMAIL:c@example.org",
            ])
        #expect(
            try await bench.decide(.whole()).log == [
                "2\tNo_Reply@email.apple.com\ttrue\tfalse\ttrue\t1", "1\tNo_Reply@email.apple.com",
                "2\tboss@acme.example",
            ])
    }

    @Test(
        arguments: [
            ("vip.x = 1", "a list is read-only"), ("vip[2] = 1", "a list is read-only"),
            ("print(vip.hass)", "a list has no field \"hass\"; did you mean \"has\"?"),
        ])
    func aListIsNotChanged(statement: String, told: String) async {
        do {
            _ = try await RuleBench("local vip = list.file \"vip.txt\"\n\(statement)", lists: ["vip.txt": "a@x"])
            Issue.record("it loaded")
        } catch {
            #expect(error.description == "rules.lua:2: \(told)")
        }
    }

    private func problems(_ files: [String: String]) async -> [String] {
        do {
            _ = try await RuleBench(files: files)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func aFileRequiredTwiceRunsOnce() async throws {
        let bench = try await RuleBench(files: [
            "a.lua": "local x = require \"lists/x\" assert(x == require \"lists/x.lua\" and x.n == 1)",
            "lists/x.lua": "print \"x\" return { n = 1 }",
        ])
        #expect(bench.runtime.loadLog == ["x"])
    }

    @Test func aCircleIsToldOnce() async {
        #expect(
            await problems([
                "a.lua": "\nrequire \"b\"", "b.lua": "require \"c\"", "c.lua": "\n\nrequire \"b\"", "d.lua": "x = 1",
            ]) == [
                "c.lua:3: require goes round in a circle: b.lua requires c.lua requires b.lua",
                "d.lua:1: global \"x\" cannot be set; write local x",
            ])
        #expect(
            await problems(["a.lua": "require \"a\""])
                == ["a.lua:1: require goes round in a circle: a.lua requires a.lua"])
    }

    @Test func whatDoesNotLoadIsToldOnceAndNamedWhereItIsRequired() async {
        #expect(
            await problems([
                "a.lua": "pcall(require, \"lists/x\")\nrequire \"lists/x\"", "lists/x.lua": "\nlocal y = nil + 1",
            ]) == [
                "a.lua:2: lists/x.lua did not load", "lists/x.lua:2: attempt to perform arithmetic on a nil value",
            ])
        #expect(
            await problems(["a.lua": "require \"lists/x\"", "lists/x.lua": "local = 1"])
                == ["lists/x.lua:1: <name> expected near '='"])
    }

    @Test(
        arguments: [
            (
                "require \"lists/family\"",
                "no file \"lists/family.lua\" in the rules folder; did you mean \"lists/famly\"?"
            ),
            (
                "require \"../lists/famly\"",
                "no file \"../lists/famly.lua\" in the rules folder; did you mean \"lists/famly\"?"
            ),
            ("require \"/etc/passwd\"", "no file \"/etc/passwd.lua\" in the rules folder"),
            ("require(5)", "require takes a name: require \"lists/family\""),
            ("require \"io\"", "no file \"io.lua\" in the rules folder"),
        ])
    func onlyFilesOfTheFolderAreRequired(statement: String, told: String) async {
        #expect(await problems(["a.lua": "\n\(statement)", "lists/famly.lua": ""]) == ["a.lua:2: \(told)"])
    }
}
