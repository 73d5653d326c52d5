import Testing

@testable import MIMEParsing

@Suite struct MailDateTests {
    /// 2026-11-23 02:28:37 UTC.
    private static let base: Int64 = 1_795_400_917

    private static let readsCases: [(String, Int64)] = [
        ("Mon, 23 Nov 2026 02:28:37 +0000", base),
        ("Mon, 23 Nov 2026 03:28:37 +0100", base),
        ("Sun, 22 Nov 2026 18:28:37 -0800 (PST)", base),
        ("23 Nov 2026 02:28:37 GMT", base),
        ("Mon, 23 Nov 2026 02:28 +0000", base - 37),
        ("Mon,23 Nov 2026 02:28:37 +0000", base),
        ("Mon, 23 Nov 2026 02:28:37", base),
        ("mon, 23 NOV 2026 02:28:37 utc", base),
        ("Monday, 23 November 2026 02:28:37 +0000", base),
        ("Mon, 23 Nov 26 02:28:37 +0000", base),
        ("Mon, 23 Nov 126 02:28:37 +0000", base),
        ("Mon, 23 Nov 2026 02:28:37 Z", base),
        ("Mon, 23 Nov 2026 02:28:37 UT", base),
        ("Sun, 22 Nov 2026 21:28:37 EST", base),
        ("Sun, 22 Nov 2026 19:28:37 PDT", base),
        ("Mon, 23 Nov 2026 03:28:37 CET", base),
        ("Mon, 23 Nov 2026 02:28:37 A", base),
        ("Mon, 23 Nov 2026 04:28:37 GMT+0200", base),
        ("Mon, 23 Nov 2026 04:28:37 GMT+02:00", base),
        ("Mon, 23 Nov 2026 04:28:37 +02:00", base),
        ("Mon, 23 Nov 2026 04:28:37 +2", base),
        ("Mon, 23 Nov 2026 04:28:37 0200", base),
        ("Mon, 23 Nov 2026 02:28:37 -0000", base),
        ("Mon, 23 Nov 2026 02:28:37 +9999", base),
        // Obsolete white space and comments.
        ("Mon , 23 (the day)  Nov(month)2026  02 (h):28:37 +0000", base - 2 * 3600 - 28 * 60 - 37),
        ("Mon, 23\r\n Nov\t2026 02:28:37 +0000", base),
        // asctime, ctime with zones.
        ("Mon Nov 23 02:28:37 2026", base),
        ("Mon Nov 23 03:28:37 CET 2026", base),
        ("Mon Nov 23 03:28:37 +0100 2026", base),
        ("Mon Nov 23 02:28:37 2026 +0000", base),
        // RFC 850, IMAP, ISO 8601, numbers.
        ("Monday, 23-Nov-26 02:28:37 GMT", base),
        ("23-Nov-2026 03:28:37 +0100", base),
        ("02:28:37 23-Nov-2026", base),
        ("2026-11-23T02:28:37Z", base),
        ("2026-11-23T03:28:37+01:00", base),
        ("2026-11-22T18:28:37.123-08:00", base),
        ("2026-11-23 02:28:37", base),
        ("2026-11-23 02:28:37 +0000 UTC", base),
        ("20261123T022837Z", base),
        ("2026/11/23 02:28:37", base),
        ("11/23/2026 02:28:37", base),
        ("23/11/2026 02:28:37", base),
        ("23.11.2026 02:28:37", base),
        ("23-11-2026 02:28:37", base),
        ("Mon, 23 Nov 2026 02.28.37 +0000", base),
        ("Mon, 23 Nov 2026 2:28:37 AM", base),
        ("Sun, 22 Nov 2026 2:28:37 PM -1200", base),
        ("Mo, 23 Nov 2026 02:28:37 +0000", base),
        ("Lun, 23 Nov 2026 02:28:37 +0000", base),
        ("Mar, 24 Nov 2026 02:28:37 +0000", base + 86_400),
        ("23. Dez 2026 02:28:37 +0000", base + 30 * 86_400),
        ("November 23, 2026 02:28:37", base),
        ("Mon, 23 Nov 2026 2:28:37 a.m.", base),
        ("Sun, 22 Nov 2026 6:28:37 p.m. -0800", base),
        ("Mon, 23 Nov 2026 12:28:37 AM", base - 2 * 3600),
        ("Mon, 23 Nov 2026 12:28:37 PM", base + 10 * 3600),
        // Zones in other words.
        ("Mon, 23 Nov 2026 03:28:37 GMT+1", base),
        ("Sun, 22 Nov 2026 21:28:37 UTC-5", base),
        ("Mon, 23 Nov 2026 07:58:37 UTC+5:30", base),
        ("Mon, 23 Nov 2026 03:28:37 GMT +0100", base),
        ("Mon, 23 Nov 2026 03:28:37 +0100 GMT", base),
        ("Mon, 23 Nov 2026 04:28:37 MET DST", base),
        ("Sun, 22 Nov 2026 21:28:37 - 0500", base),
        ("Mon Nov 22 21:28:37 EST5EDT 2026", base),
        ("Mon, 23 Nov 2026 02:28:37 \"GMT\"", base),
        ("Mon, 23 Nov 2026 03:28:37 +0100 (W. Europe Standard Time)", base),
        ("Mon, 23 Nov 2026 03:28:37 +0100\r\n (added by postmaster@example.org)", base),
        ("Mon, 23 Nov 2026 02:28:37 J", base),
        ("Mon, 23 Nov 2026 02:28:37 +2400", base),
        // Digits alone.
        ("20261123022837", base), ("202611230228", base - 37), ("Mon, 23 Nov 2026 0228 +0000", base - 37),
        ("Mon, 23 Nov 2026 022837 +0000", base), ("2026-11-23T02:28Z", base - 37),
        ("2026-11-23T03:28:37.123456+0100", base), ("11/23/26 2:28:37 AM", base), ("23.11.26 2:28:37", base),
        // Months of other languages.
        ("lun., 23 nov. 2026 02:28:37 +0000", base), ("23 de noviembre de 2026 02:28:37", base),
        ("mar., 1 déc. 2026 02:28:37 +0000", base + 8 * 86_400), ("1 dic 2026 02:28:37", base + 8 * 86_400),
        ("1. Dezember 2026, 02:28:37 Uhr", base + 8 * 86_400), ("пн, 23 ноя 2026 02:28:37", base),
        ("2026年11月23日 02:28:37", base), ("23rd November 2026 02:28:37", base), ("Nov. 23, '26 02:28:37", base),
        // What is only a date, or has a wrong time.
        ("23 Nov 2026", 1_795_392_000),
        ("23 Nov 2026 99:99:99", 1_795_392_000),
        ("Thu, 31 Dec 1998 23:59:60 +0000", 915_148_799),
        // Ends of the range.
        ("Thu, 1 Jan 1970 00:00:00 +0000", 0),
        ("Wed, 31 Dec 1969 23:59:59 +0000", -1),
        ("Tue, 19 Jan 2038 03:14:08 +0000", 2_147_483_648),
        ("Tue, 29 Feb 2000 00:00:00 +0000", 951_782_400),
        ("Fri, 31 Dec 9999 23:59:59 +0000", 253_402_300_799),
        ("1 Jan 50 00:00:00 +0000", -631_152_000),
        ("1 Jan 49 00:00:00 +0000", 2_493_072_000),
    ]

    @Test(arguments: readsCases)
    func reads(text: String, expected: Int64) {
        #expect(MailDate.parse(text) == expected)
    }

    private static let givesNothingWhereThereIsNoDateCases: [String] = [
        "", "never", "Mon", "Nov 2026", "32 Nov 2026", "29 Feb 2026 00:00:00", "0 Nov 2026", "23 Nov",
        "23 Nov 20261 02:28:37", "99999999999999999999999999", "23 Nov 0 00:00:00 +0000 x(", "02:28:37", "((((",
        "13/13/2026", "20261323022837", "31 Feb 2026", "2026年13月1日",
    ]

    @Test(arguments: givesNothingWhereThereIsNoDateCases)
    func givesNothingWhereThereIsNoDate(text: String) {
        if text.hasPrefix("23 Nov 0") {
            // Year 0 of two digits is 2000.
            #expect(MailDate.parse(text) == 974_937_600)
        } else {
            #expect(MailDate.parse(text) == nil)
        }
    }

    private static let writesCases: [(Int64, Int, String)] = [
        (base, 0, "Mon, 23 Nov 2026 02:28:37 +0000"),
        (base, 60, "Mon, 23 Nov 2026 03:28:37 +0100"),
        (base, -480, "Sun, 22 Nov 2026 18:28:37 -0800"),
        (base, -570, "Sun, 22 Nov 2026 16:58:37 -0930"),
        (0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"),
    ]

    @Test(arguments: writesCases)
    func writes(seconds: Int64, offset: Int, expected: String) {
        #expect(MailDate.format(seconds, offsetMinutes: offset) == expected)
    }

    @Test func extremesAreWrittenWithoutHarm() {
        for seconds in [Int64.min, Int64.max] {
            for offset in [Int.min, Int.max] { #expect(!MailDate.format(seconds, offsetMinutes: offset).isEmpty) }
        }
    }

    @Test func whatIsWrittenIsReadAgain() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<3000 {
            let seconds = Int64.random(in: -59_000_000_000...253_000_000_000, using: &generator)
            let offset = Int.random(in: -720...840, using: &generator)
            #expect(MailDate.parse(MailDate.format(seconds, offsetMinutes: offset)) == seconds)
        }
    }
}
