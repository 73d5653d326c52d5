"""Trees of parts: the numbers of parts, the text and the attachments follow from how the tree is built."""

import random

from fixture import Family, attachment, part, text


class Leaf:
    def __init__(self, media_type, body, name=None):
        self.media_type = media_type
        self.body = body
        self.name = name

    def lines(self, _):
        head = [f"Content-Type: {self.media_type}"]
        if self.name:
            head += [f"Content-Disposition: attachment; filename={self.name}"]
        return head + [""] + self.body

    def outline(self, path):
        return [part(path, self.media_type)]


class Multipart:
    def __init__(self, subtype, children):
        self.subtype = subtype
        self.children = children

    def lines(self, boundaries):
        boundary = next(boundaries)
        result = [f'Content-Type: multipart/{self.subtype}; boundary="{boundary}"', "", "preamble"]
        for child in self.children:
            result += ["--" + boundary] + child.lines(boundaries)
        return result + ["--" + boundary + "--"]

    def outline(self, path, whole=False):
        """A multipart that is a whole message has no number of its own (RFC 3501 §6.4.5)."""
        result = [part((path + ".TEXT" if path else "TEXT") if whole else path, f"multipart/{self.subtype}")]
        for number, child in enumerate(self.children, 1):
            result += child.outline(f"{path}.{number}" if path else str(number))
        return result


class Message:
    def __init__(self, root):
        self.root = root

    def lines(self, boundaries):
        # Kept for its size.
        self.content = ["Subject: inner"] + self.root.lines(boundaries)
        return ["Content-Type: message/rfc822", ""] + self.content

    def outline(self, path):
        inner = self.root
        if isinstance(inner, Multipart):
            return [part(path, "message/rfc822")] + inner.outline(path, whole=True)
        return [part(path, "message/rfc822")] + inner.outline(path + ".1")


def boundary_names():
    number = 0
    while True:
        number += 1
        # Each begins like the one before, which has fooled parsers.
        yield "b" + "=_" * (number % 3) + str(number)


def random_tree(rng, depth, names):
    """A multipart with texts, files, messages and multiparts in it."""
    children = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if kind < 0.4 or depth == 0:
            children.append(Leaf("text/plain", [f"line {rng.randint(0, 999)}"]))
        elif kind < 0.6:
            children.append(Leaf("application/pdf", [f"%PDF {rng.randint(0, 999)}"], f"file{next(names)}.pdf"))
        elif kind < 0.75:
            inner = Leaf("text/plain", ["inner"]) if rng.random() < 0.5 else random_tree(rng, depth - 1, names)
            children.append(Message(inner))
        else:
            children.append(random_tree(rng, depth - 1, names))
    return Multipart("mixed", children)


def facts(node):
    """Texts in order and attachments in order; attached messages are not looked into."""
    if isinstance(node, Multipart):
        texts, files = [], []
        for child in node.children:
            child_texts, child_files = facts(child)
            texts += child_texts
            files += child_files
        return texts, files
    if isinstance(node, Message):
        return [], [attachment("", "message/rfc822", "\r\n".join(node.content).encode())]
    if node.name:
        return [], [attachment(node.name, node.media_type, "\r\n".join(node.body).encode())]
    return ["\n".join(node.body)], []


def write(family, name, root):
    lines = root.lines(boundary_names())
    texts, files = facts(root)
    raw = "\r\n".join(["From: Test <test@example.org>", "Subject: case"] + lines + [""])
    family.add(
        name,
        raw,
        ["from: Test|test@example.org", "subject: case"] + root.outline("", whole=True) + files
        + [text("\n".join(texts))],
    )


def make():
    family = Family("shapes")
    plain = Leaf("text/plain", ["plain"])
    page = Leaf("text/html", ["<p>page"])
    file = Leaf("application/pdf", ["%PDF"], "a.pdf")
    alternative = Multipart("alternative", [plain, page])
    write(family, "mixed-text-file", Multipart("mixed", [plain, file]))
    write(family, "mixed-one-part", Multipart("mixed", [plain]))
    write(family, "mixed-alternative-file", Multipart("mixed", [Multipart("alternative", [plain]), file]))
    write(family, "mixed-message", Multipart("mixed", [plain, Message(Leaf("text/plain", ["inner"]))]))
    write(family, "mixed-message-of-parts", Multipart("mixed", [plain, Message(Multipart("mixed", [plain, file]))]))
    write(family, "message-in-message", Multipart("mixed", [plain, Message(Multipart("mixed", [Message(plain)]))]))
    write(family, "text-after-file", Multipart("mixed", [plain, file, Leaf("text/plain", ["more"])]))
    write(family, "deep-mixed", Multipart("mixed", [Multipart("mixed", [Multipart("mixed", [plain]), file]), plain]))
    write(family, "unknown-multipart", Multipart("x-whatever", [plain, file]))
    write(family, "ten-parts", Multipart("mixed", [Leaf("text/plain", [str(n)]) for n in range(12)]))
    rng = random.Random(5322)
    for number in range(1, 31):
        names = iter(range(1, 100))
        write(family, f"random-{number:02}", random_tree(rng, 3, names))
    # Alternatives whose HTML counts only for `html`.
    boundaries = boundary_names()
    raw = "\r\n".join(["From: Test <test@example.org>", "Subject: case"] + alternative.lines(boundaries) + [""])
    family.add(
        "alternative",
        raw,
        ["from: Test|test@example.org", "subject: case"] + alternative.outline("", whole=True)
        + [text("plain"), "html: <p>page"],
    )
    related = Multipart("related", [page, Leaf("image/png", ["png"])])
    both = Multipart("alternative", [plain, related])
    raw = "\r\n".join(["From: Test <test@example.org>", "Subject: case"] + both.lines(boundary_names()) + [""])
    family.add(
        "alternative-related",
        raw,
        ["from: Test|test@example.org", "subject: case"] + both.outline("", whole=True)
        + [text("plain"), "html: <p>page"],
    )
    return family
