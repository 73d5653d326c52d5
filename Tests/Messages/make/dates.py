"""One instant in the forms that Date has, and others where the form cannot say that one."""

import datetime

from fixture import Family, part, text

# Monday, 23 November 2026, 02:28:37 UTC.
INSTANT = int(datetime.datetime(2026, 11, 23, 2, 28, 37, tzinfo=datetime.timezone.utc).timestamp())
MIDNIGHT = INSTANT - (2 * 3600 + 28 * 60 + 37)

FORMS = [
    # RFC 5322 §3.3
    ("rfc5322", "Mon, 23 Nov 2026 02:28:37 +0000", INSTANT),
    ("east", "Mon, 23 Nov 2026 04:28:37 +0200", INSTANT),
    ("west", "Sun, 22 Nov 2026 18:28:37 -0800", INSTANT),
    ("half-hour", "Mon, 23 Nov 2026 07:58:37 +0530", INSTANT),
    ("quarter-hour", "Mon, 23 Nov 2026 08:13:37 +0545", INSTANT),
    ("unknown-zone", "Mon, 23 Nov 2026 02:28:37 -0000", INSTANT),
    ("no-weekday", "23 Nov 2026 02:28:37 +0000", INSTANT),
    ("no-seconds", "Mon, 23 Nov 2026 02:28 +0000", INSTANT - 37),
    ("one-digit-day", "Tue, 1 Dec 2026 02:28:37 +0000", INSTANT + 8 * 86400),
    ("two-digit-day", "Tue, 01 Dec 2026 02:28:37 +0000", INSTANT + 8 * 86400),
    ("leap-second", "Sat, 31 Dec 2016 23:59:60 +0000", 1483228799),
    ("leap-day", "Thu, 29 Feb 2024 12:00:00 +0000", 1709208000),
    ("comment", "Mon, 23 Nov 2026 03:28:37 +0100 (CET)", INSTANT),
    ("nested-comment", "Mon, 23 Nov 2026 03:28:37 +0100 (Central (European) Time)", INSTANT),
    ("comments-everywhere", "Mon (a), 23 (b) Nov 2026 02:28:37 (c) +0000", INSTANT),
    ("wrong-weekday", "Fri, 23 Nov 2026 02:28:37 +0000", INSTANT),
    # Obsolete forms, §4.3
    ("two-digit-year", "Mon, 23 Nov 26 02:28:37 +0000", INSTANT),
    ("two-digit-year-before-2000", "Thu, 01 Jan 98 00:00:00 GMT", 883612800),
    ("three-digit-year", "Sun, 23 Nov 126 02:28:37 +0000", INSTANT),
    ("ut", "Mon, 23 Nov 2026 02:28:37 UT", INSTANT),
    ("gmt", "Mon, 23 Nov 2026 02:28:37 GMT", INSTANT),
    ("est", "Sun, 22 Nov 2026 21:28:37 EST", INSTANT),
    ("pdt", "Sun, 22 Nov 2026 19:28:37 PDT", INSTANT),
    ("military-z", "Mon, 23 Nov 2026 02:28:37 Z", INSTANT),
    ("spaces-in-the-time", "Mon, 23 Nov 2026 02:28:37   +0000", INSTANT),
    ("no-space-after-comma", "Mon,23 Nov 2026 02:28:37 +0000", INSTANT),
    ("lower-case", "mon, 23 nov 2026 02:28:37 gmt", INSTANT),
    ("upper-case", "MON, 23 NOV 2026 02:28:37 GMT", INSTANT),
    # What else stands there.
    ("full-names", "Monday, 23 November 2026 02:28:37 +0000", INSTANT),
    ("cest", "Mon, 23 Nov 2026 04:28:37 CEST", INSTANT),
    ("jst", "Mon, 23 Nov 2026 11:28:37 JST", INSTANT),
    ("gmt-plus-four-digits", "Mon, 23 Nov 2026 04:28:37 GMT+0200", INSTANT),
    ("offset-with-colon", "Mon, 23 Nov 2026 04:28:37 +02:00", INSTANT),
    ("offset-then-name", "Mon, 23 Nov 2026 04:28:37 +0200 CEST", INSTANT),
    ("asctime", "Mon Nov 23 02:28:37 2026", INSTANT),
    ("asctime-with-zone", "Mon Nov 23 02:28:37 GMT 2026", INSTANT),
    ("date-command", "Mon Nov 23 03:28:37 CET 2026", INSTANT),
    ("rfc850", "Monday, 23-Nov-26 02:28:37 GMT", INSTANT),
    ("hyphens", "23-Nov-2026 02:28:37 +0000", INSTANT),
    ("iso8601", "2026-11-23T02:28:37Z", INSTANT),
    ("iso8601-offset", "2026-11-23T04:28:37+02:00", INSTANT),
    ("iso8601-space", "2026-11-23 02:28:37", INSTANT),
    ("iso8601-fraction", "2026-11-23T02:28:37.123456Z", INSTANT),
    ("american", "11/23/2026 02:28:37 AM", INSTANT),
    ("american-afternoon", "11/23/2026 2:28:37 PM", INSTANT + 12 * 3600),
    ("german", "23.11.2026 02:28:37", INSTANT),
    ("no-zone", "Mon, 23 Nov 2026 02:28:37", INSTANT),
    ("no-time", "Mon, 23 Nov 2026", MIDNIGHT),
    ("epoch", "Thu, 1 Jan 1970 00:00:00 +0000", 0),
    ("before-the-epoch", "Wed, 31 Dec 1969 23:59:59 +0000", -1),
    ("far-future", "Fri, 31 Dec 9999 23:59:59 +0000", 253402300799),
    # No dates.
    ("month-that-is-none", "Mon, 23 Foo 2026 02:28:37 +0000", None),
    ("day-that-is-none", "Mon, 31 Feb 2026 02:28:37 +0000", None),
    ("nothing", "", None),
    ("words", "yesterday at noon", None),
]


def make():
    family = Family("dates")
    for name, form, seconds in FORMS:
        family.message(
            name,
            ["Date: " + form],
            ["text"],
            ([] if seconds is None else [f"date: {seconds}"]) + [part("1", "text/plain"), text("text\n")],
        )
    folded = "Mon,\r\n 23 Nov 2026\r\n\t02:28:37\r\n +0000"
    family.message(
        "folded", ["Date: " + folded], ["text"], [f"date: {INSTANT}", part("1", "text/plain"), text("text\n")]
    )
    return family
