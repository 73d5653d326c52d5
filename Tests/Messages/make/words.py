"""Encoded words of RFC 2047 in subjects, and what stands where they should."""

from fixture import Family, part, text

CASES = [
    ("q", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    ("b", "=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
    ("lower-case", "=?UTF-8?q?Gr=c3=bc=c3=9fe?=", "Grüße"),
    ("underscore", "=?utf-8?Q?a_b=5Fc?=", "a b_c"),
    ("before-text", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= from here", "Grüße from here"),
    ("behind-text", "Many =?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Many Grüße"),
    ("space-between-two-goes", "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
    ("fold-between-two-goes", "=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
    ("encoded-space-between-two", "=?utf-8?Q?a?= =?utf-8?Q?_b?=", "a b"),
    ("space-beside-text-stays", "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
    ("no-space-between-two", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
    ("in-a-word", "Re:=?utf-8?Q?Gr=C3=BC=C3=9Fe?=!", "Re:Grüße!"),
    ("two-charsets", "=?iso-8859-1?Q?=FC?= =?utf-8?Q?=C3=BC?=", "üü"),
    ("character-cut-in-two", "=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
    ("character-cut-in-two-base64", "=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
    ("group-cut-in-two", "=?utf-8?B?R3L?= =?utf-8?B?DvMOfZQ==?=", "Grüße"),
    ("language", "=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    ("spaces-inside", "=?utf-8?Q?Gr=C3=BC=C3=9Fe aus?=", "Grüße aus"),
    ("question-mark-inside", "=?utf-8?Q?Wie?geht=27s?=", "Wie?geht's"),
    ("no-padding", "=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
    ("raw-8-bit-inside", "=?utf-8?Q?Gr\u00fc\u00dfe?=", "Grüße"),
    ("wrong-digits", "=?utf-8?Q?100=?=", "100="),
    ("unknown-charset", "=?x-martian?Q?plain?=", "plain"),
    ("empty-charset", "=??Q?plain?=", "=??Q?plain?="),
    ("unknown-encoding", "=?utf-8?X?plain?=", "=?utf-8?X?plain?="),
    ("no-end", "=?utf-8?Q?plain", "=?utf-8?Q?plain"),
    ("empty", "=?utf-8?Q??=", ""),
    ("empty-between", "a =?utf-8?Q??= b", "a  b"),
    ("control-characters", "=?utf-8?Q?a=0D=0Ab=00c=07?=", "a  bc"),
    ("encoded-once-only", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=", "=?utf-8?Q?x?="),
    ("japanese", "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
    ("japanese-two-words", "=?ISO-2022-JP?B?GyRCRnwbKEI=?= =?ISO-2022-JP?B?GyRCS1wbKEI=?=", "日本"),
    ("windows-bytes-as-latin-1", "=?iso-8859-1?Q?=9350=80=94?=", "“50€”"),
    ("long", " ".join(["=?utf-8?Q?=E2=82=AC_?="] * 40).replace(" ", "\r\n "), "€ " * 39 + "€ "),
    ("raw-utf-8", "Grüße 😀", "Grüße 😀"),
    ("only-question-marks", "=?=?=?=?= what?", "=?=?=?=?= what?"),
    ("plain-equals", "a =? b ?= c", "a =? b ?= c"),
]


def make():
    family = Family("words")
    for name, value, expected in CASES:
        raw = f"From: Test <test@example.org>\r\nSubject: {value}\r\n\r\ntext\r\n".encode("utf-8")
        family.add(
            name,
            raw,
            ["from: Test|test@example.org", "subject: " + expected, part("1", "text/plain"), text("text\n")],
        )
    return family
