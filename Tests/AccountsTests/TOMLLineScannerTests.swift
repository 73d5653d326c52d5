import TOMLKit
import Testing

@testable import Accounts

@Suite struct TOMLLineScannerTests {
    static let documents: [String] = [
        "",
        "# nothing\n\n",
        "a = 1\nb.c = 2\nb.d.e = 3\n",
        "a=1\r\n[b]\r\nc=2\r\n",
        "\u{FEFF}a = 1\nb = 2",
        "\"quoted key\" = 1\n'literal.key' = 2\n\"\" = 3\n\"a\\\"b\\u00e9\\t\" = 4\nc . '' = 5",
        "[ a . \"b c\" . 'd' ]\nx = 1\n[ a ]\ny = 2",
        "[[t]]\na = 1\n[[t]]\na = 2\n[t.sub]\nb = 3\n[[t.sub2]]\nc = 1\n[[t.sub2]]\nc = 2\n[[t]]\n",
        "point = { x = 1, y.z = 2, \"q\" = { r = [1, { s = 2 }] } }\nafter = 1",
        "list = [ 1, # one ] , }\n  2,\n\n  [ 3,\n 4 ], { a = 5 },\n]\nafter = 1",
        "s = \"\"\"\nline [x]\n\\\"\"\" y = 1 \\\\\\\n   z\"\"\"\"\"\nafter = 1",
        "s = '''\n'a' = \"x\" # \n\\'''''\nafter = 1",
        "s = \"a # b = [c] \\\" d\" # comment = 1\nt = 'C:\\path\\' # x\nu = 1",
        "date = 1979-05-27T07:32:00Z\ndate2 = 1979-05-27 07:32:00\nn = -1_000.5e+3\ni = 0xdead_beef\nb = [true,false]",
        "empty = []\nnone = {}\nnested = [[], [[]], {}]\n[x]\n[y.z]\n",
        "ключ = 1".replacing("ключ", with: "\"ключ\"") + "\n\"emoji 🌙\" = 'x'\n",
        "a.b = 1\na.c = { d = \"]\", e = '}' , f = \"\"\"}\n]\"\"\" }\ng = [ \"\"\"\n\n\"\"\", 1 ]\nh = 2",
    ]

    @Test(arguments: documents) func findsExactlyTheKeysOfTheParser(document: String) throws {
        let table = try TOMLTable(string: document)
        let scanner = TOMLLineScanner(Array(document.utf8))
        #expect(Set(scanner.lines.keys.map(\.description)) == Set(Self.paths(of: table, at: TOMLPath())))
    }

    @Test func tellsTheLineOfEachKeyAndElement() {
        let text = """
            a = 1
            [b]   # two
            "c d" = [ 1,
              2, { e = 3,
              f = 4 } ]
            g = \"""
            x = 1
            \"""
            h.i = 9
            [[j]]
            k = 1
            [[j]]
            k = 2
            [b.l]
            [m.n]
            [m]
            """
        let lines = TOMLLineScanner(Array(text.utf8)).lines
        let shown = Dictionary(uniqueKeysWithValues: lines.map { ($0.key.description, $0.value) })
        #expect(
            shown == [
                "a": 1, "b": 2, "b.c d": 3, "b.c d[0]": 3, "b.c d[1]": 4, "b.c d[2]": 4, "b.c d[2].e": 4,
                "b.c d[2].f": 5, "b.g": 6, "b.h": 9, "b.h.i": 9, "j": 10, "j[0]": 10, "j[0].k": 11, "j[1]": 12,
                "j[1].k": 13, "b.l": 14, "m.n": 15, "m": 16,
            ])
    }

    @Test func endsOnAnythingAtAll() {
        let pieces = [
            "[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", "=", ".", ",", "#", "\n", "a", "\\", "\\u00", "\0",
        ]
        // Every sequence of four: 83,521 documents, none of them long.
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    for fourth in pieces {
                        _ = TOMLLineScanner(Array((first + second + third + fourth).utf8)).lines.count
                    }
                }
            }
        }
        _ = TOMLLineScanner(Array(repeating: UInt8(ascii: "["), count: 100_000))
        _ = TOMLLineScanner(Array(("a=" + String(repeating: "[", count: 100_000)).utf8))
        _ = TOMLLineScanner(Array(("a=" + String(repeating: "{a=", count: 100_000)).utf8))
        _ = TOMLLineScanner(Array(String(repeating: "[[a]]\n", count: 10_000).utf8))
    }

    private static func paths(of value: any TOMLValueConvertible, at path: TOMLPath) -> [String] {
        let own = path.components.isEmpty ? [] : [path.description]
        if let table = value.table {
            return own
                + table.keys.flatMap { key in table[key].map { paths(of: $0, at: path.appending(key)) } ?? [] }
        }
        if let array = value.array {
            return own + array.enumerated().flatMap { paths(of: $1, at: path.appending($0)) }
        }
        return own
    }
}
