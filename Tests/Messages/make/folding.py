"""Fields however they are broken over lines (RFC 5322 §2.2.3), and headers that end strangely."""

from fixture import Family, part, text

PLAIN = [part("1", "text/plain"), text("text\n")]

# The raw field, and its text.
CASES = [
    ("one-line", "Subject: one two\r\n", "one two"),
    ("space", "Subject: one\r\n two\r\n", "one two"),
    ("tab", "Subject: one\r\n\ttwo\r\n", "one two"),
    ("two-spaces", "Subject: one\r\n  two\r\n", "one  two"),
    ("behind-the-colon", "Subject:\r\n one two\r\n", "one two"),
    ("no-space-behind-the-colon", "Subject:one two\r\n", "one two"),
    ("space-before-the-colon", "Subject : one two\r\n", "one two"),
    ("line-of-blanks", "Subject: one\r\n \r\n two\r\n", "one  two"),
    ("every-word", "Subject: one\r\n two\r\n three\r\n four\r\n", "one two three four"),
    ("upper-case-name", "SUBJECT: one two\r\n", "one two"),
    ("empty", "Subject:\r\n", ""),
    ("blanks-only", "Subject:   \r\n", ""),
    ("blanks-at-the-end", "Subject: one two  \t\r\n", "one two"),
    ("colons-in-the-value", "Subject: Re: AW: one: two\r\n", "Re: AW: one: two"),
    ("line-feeds", "Subject: one\n two\n", "one two"),
    ("two-carriage-returns", "Subject: one\r\r\n two\r\r\n", "one two"),
    ("tab-inside", "Subject: one\ttwo\r\n", "one two"),
    ("a-line-that-is-no-field", "Subject: one two\r\nthis is no field\r\n", "one two"),
    ("first-of-two", "Subject: one two\r\nSubject: three\r\n", "one two"),
    ("long", "Subject: " + "x" * 5000 + "\r\n", "x" * 5000),
]


def make():
    family = Family("folding")
    sender = "From: Test <test@example.org>\r\n"
    for name, field, subject in CASES:
        family.add(
            name,
            sender + field + "X-Last: 1\r\n\r\ntext\r\n",
            ["from: Test|test@example.org", "subject: " + subject, *PLAIN, "header X-Last: 1"],
        )
    for name, before in [("mbox-line", "From jane Mon Nov 23 02:28:37 2026\r\n"), ("quoted-mbox-line", ">From x\r\n")]:
        family.add(
            name,
            before + sender + "Subject: one\r\n\r\ntext\r\n",
            ["from: Test|test@example.org", "subject: one", *PLAIN],
        )
    family.add("no-body", sender + "Subject: one\r\n", [
        "from: Test|test@example.org", "subject: one", part("1", "text/plain"), "text: "])
    family.add("no-header", "\r\ntext\r\n", ["subject: ", *PLAIN])
    family.add("nothing", "", ["subject: ", part("1", "text/plain"), "text: "])
    family.add(
        "repeated-fields",
        sender + "Subject: one\r\nReceived: a\r\nreceived: b\r\nRECEIVED:\r\n c\r\n\r\ntext\r\n",
        ["from: Test|test@example.org", "subject: one", *PLAIN, "header Received: a", "header Received: b",
         "header Received: c"],
    )
    family.add(
        "identifiers",
        sender + "Subject: one\r\nMessage-ID: <1.a@example.org>\r\nIn-Reply-To: <0@example.org>\r\n"
        "References: <00@example.org>\r\n <0@example.org>\r\nList-Id: News for all <news.example.org>\r\n\r\ntext\r\n",
        ["from: Test|test@example.org", "subject: one", "list-id: news.example.org", "message-id: 1.a@example.org",
         "in-reply-to: 0@example.org", "references: 00@example.org 0@example.org", *PLAIN],
    )
    return family
