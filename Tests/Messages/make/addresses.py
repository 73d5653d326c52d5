"""Address lists in the forms of RFC 5322 §3.4 and §4.4, and in those that mail has besides."""

from fixture import Family, part, text

# The value of To, and the addresses in it: (name, address).
CASES = [
    ("bare", "jane@example.org", [("", "jane@example.org")]),
    ("angle", "<jane@example.org>", [("", "jane@example.org")]),
    ("name", "Jane Doe <jane@example.org>", [("Jane Doe", "jane@example.org")]),
    ("quoted-name", '"Doe, Jane" <jane@example.org>', [("Doe, Jane", "jane@example.org")]),
    ("escapes", r'"Jane \"JD\" Doe \\ Co" <jane@example.org>', [('Jane "JD" Doe \\ Co', "jane@example.org")]),
    ("no-space-before-angle", "Jane<jane@example.org>", [("Jane", "jane@example.org")]),
    ("many-spaces", "  Jane    Doe   <  jane@example.org  > ", [("Jane Doe", "jane@example.org")]),
    ("comment-for-a-name", "jane@example.org (Jane Doe)", [("Jane Doe", "jane@example.org")]),
    ("nested-comment", "jane@example.org (Jane (from work))", [("Jane (from work)", "jane@example.org")]),
    ("comment-beside-a-name", "Jane (work) <jane@example.org>", [("Jane", "jane@example.org")]),
    ("two", "a@example.org, b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
    ("empty-elements", ", a@example.org,, ,b@example.org,", [("", "a@example.org"), ("", "b@example.org")]),
    ("semicolons", "a@example.org; b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
    ("folded", "a@example.org,\r\n\tBob\r\n <b@example.org>", [("", "a@example.org"), ("Bob", "b@example.org")]),
    ("group", "Team: a@example.org, Bob <b@example.org>;", [("", "a@example.org"), ("Bob", "b@example.org")]),
    ("empty-group", "undisclosed-recipients:;", []),
    ("group-then-address", "Team: a@example.org;, b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
    ("two-groups", "A: a@example.org; B: b@example.org;", [("", "a@example.org"), ("", "b@example.org")]),
    ("group-without-its-end", "Team: a@example.org", [("", "a@example.org")]),
    ("quoted-group", '"My Team": a@example.org;', [("", "a@example.org")]),
    ("route", "Jane <@a.example,@b.example:jane@example.org>", [("Jane", "jane@example.org")]),
    ("spaces-around-at", "jane @ example . org", [("", "jane@example.org")]),
    ("spaces-around-dot", "jane . doe@example.org", [("", "jane.doe@example.org")]),
    ("dots-in-a-name", "Jane Q. Doe <jane@example.org>", [("Jane Q. Doe", "jane@example.org")]),
    ("quoted-local-part", '"jane doe"@example.org', [("", "jane doe@example.org")]),
    ("quoted-local-part-in-angle", '<"jane@home"@example.org>', [("", "jane@home@example.org")]),
    ("detail", "jane+shop@example.org", [("", "jane+shop@example.org")]),
    ("all-atom-characters", "!#$%&'*+-/=?^_`{|}~@example.org", [("", "!#$%&'*+-/=?^_`{|}~@example.org")]),
    ("upper-case-domain", "Jane@EXAMPLE.Org", [("", "Jane@example.org")]),
    ("dot-at-the-end", "jane@example.org.", [("", "jane@example.org")]),
    ("literal", "jane@[192.0.2.1]", [("", "jane@[192.0.2.1]")]),
    ("ipv6-literal", "jane@[IPv6:2001:db8::1]", [("", "jane@[ipv6:2001:db8::1]")]),
    ("a-label", "jane@xn--mnchen-3ya.example", [("", "jane@münchen.example")]),
    ("u-label", "jane@münchen.example", [("", "jane@münchen.example")]),
    ("raw-utf-8", "Jürgen <jürgen@example.org>", [("Jürgen", "jürgen@example.org")]),
    ("encoded-name", "=?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <j@example.org>", [("Jürgen Groß", "j@example.org")]),
    ("encoded-in-quotes", '"=?utf-8?B?SsO8cmdlbg==?=" <j@example.org>', [("Jürgen", "j@example.org")]),
    (
        "two-encoded-words",
        "=?utf-8?Q?J=C3=BC?= =?utf-8?Q?rgen?= <j@example.org>",
        [("Jürgen", "j@example.org")],
    ),
    ("encoded-comma", "=?utf-8?Q?Gro=C3=9F=2C_J?= <j@example.org>", [("Groß, J", "j@example.org")]),
    ("encoded-comment", "j@example.org (=?utf-8?Q?J=C3=BCrgen?=)", [("Jürgen", "j@example.org")]),
    ("encoded-and-plain", "Dr. =?utf-8?Q?J=C3=BCrgen?= Meier <j@example.org>", [("Dr. Jürgen Meier", "j@example.org")]),
    ("single-quotes", "\"'j@example.org'\" <j@example.org>", [("'j@example.org'", "j@example.org")]),
    ("address-for-a-name", '"j@example.org" <j@example.org>', [("j@example.org", "j@example.org")]),
    ("bare-address-for-a-name", "j@example.org <j@example.org>", [("j@example.org", "j@example.org")]),
    ("comma-in-a-bare-name", "Doe, Jane <jane@example.org>", [("Doe, Jane", "jane@example.org")]),
    ("no-closing-angle", "Jane <jane@example.org", [("Jane", "jane@example.org")]),
    ("no-closing-angle-then-more", "Jane <jane@example.org, b@example.org", [("Jane", "jane@example.org"), ("", "b@example.org")]),
    ("no-closing-quote", '"Jane <jane@example.org>', [("Jane", "jane@example.org")]),
    ("mailto", "<mailto:jane@example.org>", [("", "jane@example.org")]),
    ("no-domain", "root", [("", "root")]),
    ("no-domain-in-angle", "Root <root>", [("Root", "root")]),
    ("null-sender", "<>", []),
    ("name-with-brackets", "Jane [work] <jane@example.org>", [("Jane [work]", "jane@example.org")]),
    ("name-with-at-in-quotes", '"Jane @ Work" <jane@example.org>', [("Jane @ Work", "jane@example.org")]),
    ("trailing-comment", "Jane <jane@example.org> (on leave)", [("Jane", "jane@example.org")]),
    ("no-comma-between", "Jane <jane@example.org> Bob <bob@example.org>", [("Jane", "jane@example.org"), ("Bob", "bob@example.org")]),
]


def make():
    family = Family("addresses")
    for name, value, addresses in CASES:
        family.message(
            name,
            [("To: " + value).encode("utf-8")],
            ["text"],
            [],
        )
        raw, _ = family.files[name]
        expected = ["from: Test|test@example.org"]
        expected += [f"to: {display}|{address}" for display, address in addresses]
        expected += ["subject: case", part("1", "text/plain"), text("text\n")]
        family.files[name] = (raw, "\n".join(expected) + "\n")
    for field in ["Cc", "Bcc", "Reply-To", "Sender"]:
        family.message(
            "in-" + field.lower(),
            [f"{field}: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>, b@example.org"],
            ["text"],
            [],
        )
        raw, _ = family.files["in-" + field.lower()]
        expected = ["from: Test|test@example.org"]
        expected += [f"{field.lower()}: Jürgen|j@example.org", f"{field.lower()}: |b@example.org"]
        expected += ["subject: case", part("1", "text/plain"), text("text\n")]
        family.files["in-" + field.lower()] = (raw, "\n".join(expected) + "\n")
    return family
