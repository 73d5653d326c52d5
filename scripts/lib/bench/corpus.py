"""The mail of the benchmark: message N is the same on every machine, and it is known where it belongs.

Headers as mail servers leave them (2.6 kB on average), bodies of 20 kB in the middle with a long tail, plain or with
HTML, in 7bit, quoted-printable and base64, some with an attachment.
"""
import base64
import binascii
import functools
import random
import textwrap
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

# kind -> (how many of a thousand, the folder into which a header rule files it; None: it stays)
KINDS = {
    "letter": (120, "News/Orchard"),
    "list": (110, "Lists/Gardeners"),
    "desk": (90, "Work/Desk"),
    "forge": (100, "Work/Forge"),
    "order": (70, "Orders"),
    "spam": (80, "Junk"),
    "bank": (50, "Money/Bank"),
    "old": (70, "Old"),
    "head": (30, None),  # flagged
    "rest": (280, None),
}
# folder -> the words in the text that a body rule looks for; each in 35 of a thousand, of whatever kind
NEEDLES = {
    "Text/Contract": "contract number PM-77",
    "Text/Parcel": "your parcel is on its way to",
    "Text/Call": "dial in to the call at",
}
NEEDLE_SHARE = 35
FOLDERS = sorted([folder for _, folder in KINDS.values() if folder] + list(NEEDLES))
# What a message of some size has beside the text that is asked for: the header, and the ends of things.
AROUND = 3_500
NUMBER_FIELD = "X-Bench-Number"

NOW = datetime(2024, 9, 2, 9, 0, tzinfo=timezone.utc)
WORDS = """about account after again answer apple around basket because before bench between bread bridge bright
    carry chair change city clear cloud coffee copper corner count cover cross daily dear decide deliver detail draft
    early east enough evening every example fall family farm field final find first floor follow forest form found
    friend garden gate general give glass grain green ground group grow half hand harbour heavy high hold home hour
    house idea inside iron island issue item join keep kitchen lake land large last late leaf learn leave letter level
    light line list little local long market matter measure meet middle mill minute month morning mountain move near
    never next night north note number ocean offer office often open order other over paper part pass path pay people
    place plan plant point post pot price print proof quick quiet rain reach read ready reason record report rest
    result return right river road roof room round sail sand school sea season second seed send service shade ship
    short side simple small snow soil song south spring stand start station stay step stone store street summer table
    take team tell thank thing think through time today together town train tree turn under until valley view village
    visit walk wall warm watch water way week well west wheel white wide wind window winter wish wood word work write
    year yellow yesterday""".split()
PEOPLE = ("Ada Berg", "Björn Holm", "Carla Nunes", "Dmitri Orlov", "Élise Moreau", "Farid Aziz", "Greta Lund",
          "Hana Sato", "Ivo Marek", "Jörg Schäfer", "Kim Park", "Lea O'Neil", "Milan Vuk", "Nora Quist")
HOSTS = ("post.example", "mail.harbour.example", "mx.valley.example", "out.mill.example", "relay.north.example")


def source(number):
    """A text seed gives the same sequence in every version of Python."""
    return random.Random(f"bench {number}")


def sort_of(number):
    """(kind, folder of the body rule or None)"""
    random_ = source(f"kind {number}")
    kind = random_.choices(list(KINDS), weights=[share for share, _ in KINDS.values()])[0]
    place = random_.randrange(1000) // NEEDLE_SHARE
    return kind, list(NEEDLES)[place] if place < len(NEEDLES) else None


def belongs(number, bodies):
    """(folder, flagged) after the rules; `bodies`: with the body rules, which come first."""
    kind, needle = sort_of(number)
    if bodies and needle:
        return needle, False
    return KINDS[kind][1] or "INBOX", kind == "head"


def sentence(random_, least=6, most=18):
    return " ".join(random_.choices(WORDS, k=random_.randint(least, most))).capitalize()


@functools.lru_cache(None)
def paragraphs():
    """(plain, HTML) to build bodies of; some hold what header rules look for, which is none of their business here."""
    random_, plain, rich = source("paragraphs"), [], []
    for index in range(240):
        text = ". ".join(sentence(random_) for _ in range(random_.randint(2, 7))) + "."
        if index % 6 == 0:
            text += " Schöne Grüße, à bientôt."
        if index % 40 == 1:
            text += " X-Spam-Flag: YES, [Desk-100], me+orders@home.example, news@letters.orchard.example."
        plain.append(textwrap.fill(text, 72) + "\n\n")
        rich.append('<div class="block" style="margin:0 auto;max-width:600px;font:15px/1.5 Georgia,serif;'
                    f'color:#2{index:03}"><p>{text}</p><p><a href="https://go.example/{random_.getrandbits(160):x}">'
                    f"{sentence(random_, 2, 4)}</a></p></div>\n")
    return plain, rich


def fill(random_, pool, size, extra):
    """Paragraphs of about that size, with `extra` somewhere among them."""
    chosen, length = [], 0
    while length < size:
        chosen.append(random_.choice(pool))
        length += len(chosen[-1])
    if extra:
        chosen.insert(random_.randint(0, len(chosen)), extra)
    return "".join(chosen)


def in_base64(data):
    text = base64.b64encode(data).decode()
    return "\n".join(text[start:start + 76] for start in range(0, len(text), 76)) + "\n"


def leaf(kind, text, coding):
    if coding == "7bit":
        text = text.encode("ascii", "ignore").decode()
    elif coding == "base64":
        text = in_base64(text.encode())
    else:
        text = binascii.b2a_qp(text.encode(), istext=True).decode()
    return f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {coding}\n\n{text}"


def combined(kind, boundary, parts):
    lines = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{lines}--{boundary}--\n'


def body(random_, needle, size=None):
    """Fields of the body and the body itself; with a size, of about that many bytes and without an attachment."""
    plain, rich = paragraphs()
    attachment = size is None
    size = size or min(400_000, random_.lognormvariate(9.8, 0.75))
    # Long enough for quoted-printable to break the line, and not where a person would.
    wanted = ""
    if needle:
        wanted = f"{'Très cordialement, ' * random_.randint(0, 3)}{NEEDLES[needle]} {random_.randrange(10**6)}.\n"
    if random_.random() < 0.3:
        coding = random_.choices(("7bit", "quoted-printable", "base64"), weights=(4, 4, 2))[0]
        result = leaf("text/plain", fill(random_, plain, size * (0.73 if coding == "base64" else 1), wanted), coding)
    else:
        coding = random_.choices(("quoted-printable", "base64"), weights=(7, 3))[0]
        size *= 0.73 if coding == "base64" else 0.93
        result = combined("alternative", f"=_{random_.getrandbits(96):x}", [
            leaf("text/plain", fill(random_, plain, size * 0.2, wanted), coding),
            leaf("text/html", "<!doctype html><html><body>\n"
                 + fill(random_, rich, size * 0.8, wanted and f"<p>{wanted}</p>\n") + "</body></html>\n", coding)])
    if attachment and random_.random() < 0.04:
        data = random_.randbytes(int(min(1_000_000, random_.lognormvariate(11.5, 0.8))))
        result = combined("mixed", f"=-{random_.getrandbits(96):x}", [
            result, "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="{random_.choice(WORDS)}.pdf"\n\n{in_base64(data)}'])
    return result


def coded(text):
    return text if text.isascii() else f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


def folded(random_, count):
    """A signature as it looks in a header."""
    text = base64.b64encode(random_.randbytes(count)).decode()
    return "\n\t ".join(text[start:start + 70] for start in range(0, len(text), 70))


def message(number, kind=None, size=None):
    """The message with CRLF, as it travels. With a kind: of that kind, and without words for body rules. With a size:
    of about that many bytes."""
    needle = None
    if kind is None:
        kind, needle = sort_of(number)
    random_ = source(number)
    host, name = random_.choice(HOSTS), random_.choice(PEOPLE)
    address = f"{name.split()[0].encode('ascii', 'ignore').decode().lower()}{random_.randrange(90)}@{host}"
    subject, to, copies, own = sentence(random_, 3, 8), "me@home.example", "", []
    when = NOW - timedelta(minutes=random_.randrange(3 * 365 * 1440))
    if kind == "letter":
        name, address = "Orchard Letters", f"issue{random_.randrange(60)}@letters.orchard.example"
        own = [f"List-Unsubscribe: <https://letters.orchard.example/stop/{random_.getrandbits(128):x}>",
               "Precedence: bulk"]
    elif kind == "list":
        to, subject = "gardeners@lists.example", f"Re: [gardeners] {subject}"
        own = ["List-Id: People with gardens <gardeners.lists.example>", "List-Post: <mailto:gardeners@lists.example>",
               "References: " + "\n\t".join(f"<{random_.getrandbits(72):x}@{host}>"
                                            for _ in range(random_.randint(1, 6)))]
    elif kind == "desk":
        name, address, subject = "Help Desk", "desk@office.example", f"[Desk-{random_.randrange(9999)}] {subject}"
    elif kind == "forge":
        address, subject = "noreply@forge.example", f"[tools/mill] {subject} (#{random_.randrange(9999)})"
        own = [f"X-Forge-Reason: {random_.choice(('author', 'mention', 'review'))}",
               "List-Id: tools/mill <mill.tools.forge.example>"]
    elif kind == "order":
        to, copies = random_.choice((("me+orders@home.example", ""), ("shop@mill.example", "me+orders@home.example")))
    elif kind == "spam":
        own = ["X-Spam-Flag: YES"]
    elif kind == "bank":
        name, address = "Bank am Fluß", "post@bank.example"
        subject = f"Ihr Kontoauszug für Monat {random_.randint(1, 12)}"
    elif kind == "old":
        when = datetime(2012, 1, 9, tzinfo=timezone.utc) + timedelta(minutes=random_.randrange(6 * 365 * 1440))
    elif kind == "head":
        name, address = "The Head of It All", "head@office.example"
    elif random_.random() < 0.2:
        subject = f"Grüße: {subject}"
    date = format_datetime(when)
    header = [f"Return-Path: <{address}>", f"{NUMBER_FIELD}: {number}", "Delivered-To: me@home.example"]
    for hop in range(random_.randint(2, 4)):
        header.append(f"Received: from node{hop}.{host} (node{hop}.{host} [198.51.100.{random_.randrange(255)}])\n"
                      f"\tby in{hop}.home.example (Postfix) with ESMTPS id {random_.getrandbits(44):011X}\n"
                      f"\t(using TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits))\n"
                      f"\tfor <me@home.example>; {date}")
    header.append(f"Authentication-Results: in0.home.example; dkim=pass header.d={host};\n"
                  f"\tspf=pass smtp.mailfrom={host}; dmarc=pass (p=quarantine) header.from={host}")
    for selector in ("a", "b"):
        header.append(f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d={host}; s={selector};\n"
                      f"\tt={int(when.timestamp())}; h=from:to:cc:subject:date:message-id:mime-version;\n"
                      f"\tbh={folded(random_, 32)};\n\tb={folded(random_, 256)}")
    if random_.random() < 0.2:
        header.append(f"ARC-Seal: i=1; a=rsa-sha256; d={host}; s=arc; cv=none;\n\tb={folded(random_, 256)}")
    if kind != "spam":
        header.append(f"X-Spam-Status: No, score={random_.uniform(-5, 3):.1f} required=6.0")
    header += own
    header += [f"Date: {date}", f"From: {coded(name)} <{address}>", f"To: {to}"]
    if copies:
        header.append(f"Cc: {copies}")
    header += [f"Subject: {coded(subject)}", f"Message-ID: <{number}.{random_.getrandbits(64):x}@{host}>",
               "MIME-Version: 1.0"]
    return ("\n".join(header) + "\n" + body(random_, needle, size and size - AROUND)).replace("\n", "\r\n").encode()
