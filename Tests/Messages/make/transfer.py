"""Transfer encodings, whole and with every usual damage. What comes out is what went in, or what the rule says."""

import base64
import binascii
import quopri

from fixture import Family, attachment, content, part, text

DATA = bytes(range(256)) + b"The end."
WORDS = "Grüße aus Köln, 5 € = fünf.\nZweite Zeile\n"


def uuencoded(data, blank="`"):
    lines = []
    for start in range(0, len(data), 45):
        lines.append(binascii.b2a_uu(data[start : start + 45]).decode().rstrip("\n").replace(" ", blank))
    return lines


def wrapped(encoded, width=76):
    return [encoded[start : start + width] for start in range(0, len(encoded), width)]


def make():
    family = Family("transfer")
    encoded = base64.b64encode(DATA).decode()

    def file(name, encoding, body, data=DATA):
        family.message(
            name,
            ["Content-Type: application/octet-stream; name=data.bin", f"Content-Transfer-Encoding: {encoding}"],
            body,
            [
                part("1", "application/octet-stream"),
                attachment("data.bin", "application/octet-stream", data),
                "text: ",
                content(1, data),
            ],
        )

    def words(name, encoding, body, expected, charset="utf-8"):
        family.message(
            name,
            [f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {encoding}"],
            body,
            [part("1", "text/plain"), text(expected)],
        )

    # Base64 (RFC 2045 §6.8): what is not of the alphabet is ignored.
    file("base64", "base64", wrapped(encoded))
    file("base64-upper-case-name", "BASE64", wrapped(encoded))
    file("base64-name-with-comment", "base64 (of course)", wrapped(encoded))
    file("base64-one-line", "base64", [encoded])
    file("base64-lines-of-four", "base64", wrapped(encoded, 4))
    file("base64-lines-of-seven", "base64", wrapped(encoded, 7))
    file("base64-empty-lines", "base64", [line for piece in wrapped(encoded) for line in (piece, "")])
    file("base64-indented", "base64", ["  " + line + " \t" for line in wrapped(encoded)])
    file("base64-no-padding", "base64", wrapped(encoded.rstrip("=")))
    file("base64-much-padding", "base64", wrapped(encoded + "==="))
    file("base64-foreign-characters", "base64", [line[:10] + "!#." + line[10:] for line in wrapped(encoded)])
    file("base64-two-runs", "base64", wrapped(encoded) + wrapped(encoded), DATA + DATA)
    file("base64-empty", "base64", [""], b"")
    file("base64-one-byte", "base64", ["QQ=="], b"A")
    file("base64-two-bytes", "base64", ["QUI="], b"AB")
    file("base64-cut-in-a-group", "base64", ["QUJDREVG", "R0"], b"ABCDEFG")
    words("base64-text", "base64", wrapped(base64.b64encode(WORDS.encode()).decode()), WORDS)
    words(
        "base64-text-crlf",
        "base64",
        wrapped(base64.b64encode(WORDS.replace("\n", "\r\n").encode()).decode()),
        WORDS,
    )
    words("base64-text-with-mark", "base64", [base64.b64encode(b"\xef\xbb\xbf" + WORDS.encode()).decode()], WORDS)
    words(
        "base64-line-of-a-list-behind",
        "base64",
        [base64.b64encode(b"Three").decode() + "=", "____________", "list@lists.example.org"],
        "Three",
    )

    # Quoted-printable (RFC 2045 §6.7).
    printable = quopri.encodestring(WORDS.encode()).decode().rstrip("\n").split("\n")
    words("qp", "quoted-printable", printable, WORDS)
    words("qp-lower-case-digits", "Quoted-Printable", [line.replace("=C3", "=c3") for line in printable], WORDS)
    words("qp-soft-break", "quoted-printable", ["one =", "line"], "one line\n")
    words("qp-soft-break-with-blanks", "quoted-printable", ["one = \t", "line"], "one line\n")
    words("qp-soft-break-in-a-character", "quoted-printable", ["Gr=C3=", "=BC"], "Grü\n")
    words("qp-soft-break-last", "quoted-printable", ["one="], "one")
    words("qp-blanks-at-line-ends", "quoted-printable", ["one \t", "two"], "one\ntwo\n")
    words("qp-blank-kept-by-encoding", "quoted-printable", ["one=20", "two=09"], "one \ntwo\t\n")
    words("qp-lone-equals", "quoted-printable", ["a = b, a=b"], "a = b, a=b\n")
    words("qp-wrong-digits", "quoted-printable", ["=4G =G4 =xyz"], "=4G =G4 =xyz\n")
    words("qp-equals-at-the-end", "quoted-printable", ["end =3D"], "end =\n")
    words("qp-raw-8-bit", "quoted-printable", ["Gr\u00fc=C3=9Fe".encode()], "Grüße\n")
    words("qp-encoded-line-break", "quoted-printable", ["a=0D=0Ab"], "a\nb\n")
    words("qp-long-line", "quoted-printable", ["x" * 2000], "x" * 2000 + "\n")
    words("qp-name-without-hyphen", "quotedprintable", ["=41"], "A\n")
    words("qp-latin-1", "quoted-printable", ["Gr=FC=DFe"], "Grüße\n", charset="iso-8859-1")
    file("qp-binary", "quoted-printable", ["=00=01=FF=3D", "x="], b"\x00\x01\xff=\r\nx")

    # Uuencode.
    file("uu", "x-uuencode", ["begin 644 data.bin"] + uuencoded(DATA) + ["`", "end"])
    file("uu-with-spaces", "x-uuencode", ["begin 644 data.bin"] + uuencoded(DATA, " ") + [" ", "end"])
    # Lines whose last group ends in zeros, which are blanks.
    zeros = (b"x" * 43 + b"\0\0") * 2
    file(
        "uu-blanks-cut",
        "x-uuencode",
        ["begin 644 data.bin"] + [line.rstrip(" ") for line in uuencoded(zeros + DATA, " ")] + ["end"],
        zeros + DATA,
    )
    file("uu-no-end", "x-uuencode", ["begin 644 data.bin"] + uuencoded(DATA))
    file("uu-no-begin", "x-uuencode", uuencoded(DATA) + ["`", "end"])
    file("uu-text-before", "uuencode", ["Here it is:", "", "begin 644 a b"] + uuencoded(DATA) + ["`", "end", "Bye"])

    # None.
    plain = WORDS.encode().replace(b"\n", b"\r\n").rstrip(b"\r\n")
    words("8bit", "8bit", [plain], WORDS)
    words("binary", "binary", [plain], WORDS)
    words("7bit-that-is-not", "7bit", [plain], WORDS)
    words("unknown", "x-rot13", [plain], WORDS)
    words("not-even-a-word", '"8bit"', [plain], WORDS)
    words("empty", "", [plain], WORDS)
    return family
