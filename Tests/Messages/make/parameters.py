"""File names in every form that parameters have (RFC 2045 §5.1, RFC 2047 where it must not be, RFC 2231)."""

from fixture import Family, attachment, part

# Lines of Content-Disposition behind `attachment`, and the name.
CASES = [
    ("token", "; filename=a.txt", "a.txt"),
    ("quoted", '; filename="a b.txt"', "a b.txt"),
    ("quoted-escapes", r'; filename="a \"b\" c.txt"', 'a "b" c.txt'),
    ("quoted-semicolon", '; filename="a;b.txt"', "a;b.txt"),
    ("spaces-around-equals", '; filename = "a.txt"', "a.txt"),
    ("upper-case", "; FILENAME=a.txt", "a.txt"),
    ("unquoted-spaces", "; filename=my file.txt", "my file.txt"),
    ("unquoted-spaces-then-another", "; filename=my file.txt; size=5", "my file.txt"),
    ("no-semicolon", " filename=a.txt", "a.txt"),
    ("empty-parameters", ";; ; filename=a.txt;", "a.txt"),
    ("no-closing-quote", '; filename="a.txt', "a.txt"),
    ("comment", "; (the name) filename=a.txt", "a.txt"),
    ("first-of-two", "; filename=a.txt; filename=b.txt", "a.txt"),
    ("extended", "; filename*=utf-8''%E2%82%AC.txt", "€.txt"),
    ("extended-language", "; filename*=utf-8'de'%C3%BC.txt", "ü.txt"),
    ("extended-latin-1", "; filename*=iso-8859-1''%FC.txt", "ü.txt"),
    ("extended-lower-case-digits", "; filename*=utf-8''%e2%82%ac.txt", "€.txt"),
    ("extended-quoted", "; filename*=\"utf-8''%E2%82%AC.txt\"", "€.txt"),
    ("extended-raw-space", "; filename*=utf-8''a%20b.txt", "a b.txt"),
    ("extended-before-plain", "; filename=plain.txt; filename*=utf-8''%E2%82%AC.txt", "€.txt"),
    ("extended-behind-plain", "; filename*=utf-8''%E2%82%AC.txt; filename=plain.txt", "€.txt"),
    ("extended-wrong-digits", "; filename*=utf-8''100%.txt", "100%.txt"),
    ("extended-no-charset", "; filename*=''a.txt", "a.txt"),
    ("continued", '; filename*0="a long "; filename*1="name.txt"', "a long name.txt"),
    ("continued-folded", ';\r\n filename*0="a long ";\r\n filename*1="name.txt"', "a long name.txt"),
    ("continued-extended", "; filename*0*=utf-8''%E2%82; filename*1*=%AC.txt", "€.txt"),
    ("continued-mixed", "; filename*0*=utf-8''%E2%82%AC; filename*1=\" 100%.txt\"", "€ 100%.txt"),
    ("continued-out-of-order", '; filename*1="name.txt"; filename*0="a long "', "a long name.txt"),
    ("continued-over-ten", "".join(f"; filename*{n}={n}" for n in range(12)), "01234567891011"),
    ("encoded-word", '; filename="=?utf-8?Q?=E2=82=AC.txt?="', "€.txt"),
    ("encoded-word-unquoted", "; filename==?utf-8?B?4oKsLnR4dA==?=", "€.txt"),
    ("two-encoded-words", '; filename="=?utf-8?Q?=E2=82?=\r\n =?utf-8?Q?=AC.txt?="', "€.txt"),
    ("raw-utf-8", '; filename="€.txt"', "€.txt"),
    ("folders", '; filename="C:\\\\Users\\\\jane\\\\a.txt"', "a.txt"),
    ("folders-up", "; filename=../../etc/passwd", "passwd"),
    ("dots-in-a-name", "; filename=a.tar.gz", "a.tar.gz"),
    ("name-for-filename", "; name=a.txt", "a.txt"),
    ("none", "", ""),
    ("empty", '; filename=""', ""),
]


def make():
    family = Family("parameters")
    data = b"12345"
    for name, value, expected in CASES:
        raw = (
            "From: Test <test@example.org>\r\nSubject: case\r\nContent-Type: application/pdf\r\n"
            f"Content-Disposition: attachment{value}\r\n\r\n12345"
        ).encode("utf-8")
        family.add(
            name,
            raw,
            [
                "from: Test|test@example.org",
                "subject: case",
                part("1", "application/pdf"),
                attachment(expected, "application/pdf", data),
                "text: ",
            ],
        )
    for name, value, expected in [
        ("type-name", "; name=a.txt", "a.txt"),
        ("type-name-extended", "; name*=utf-8''%E2%82%AC.txt", "€.txt"),
        ("type-name-encoded", '; name="=?utf-8?B?4oKsLnR4dA==?="', "€.txt"),
    ]:
        family.message(
            name,
            ["Content-Type: application/pdf" + value],
            ["12345"],
            [part("1", "application/pdf"), attachment(expected, "application/pdf", b"12345\r\n"), "text: "],
        )
    family.message(
        "disposition-wins-over-type",
        ["Content-Type: application/pdf; name=type.pdf", "Content-Disposition: attachment; filename=file.pdf"],
        ["12345"],
        [part("1", "application/pdf"), attachment("file.pdf", "application/pdf", b"12345\r\n"), "text: "],
    )
    return family
