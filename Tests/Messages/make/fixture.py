"""Messages with what must come out of them, as MessageFixtureTests reads them."""

import pathlib
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent / "made"


def part(path, media_type):
    return f"part: {path} {media_type}"


def attachment(filename, media_type, content):
    return f"attachment: {filename}|{media_type}|{len(content)}"


def content(number, data):
    """The check sum of attachment `number`, counted from 1."""
    return f"content {number}: {zlib.crc32(data):08x}"


def text(value):
    value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return "text: " + value


class Family:
    """A folder of fixtures. Every message has one sender and one subject unless the case is about them."""

    def __init__(self, name):
        self.folder = ROOT / name
        self.files = {}

    def add(self, name, raw, expected):
        assert name not in self.files, name
        if isinstance(raw, str):
            raw = raw.encode("ascii")
        self.files[name] = (raw, "\n".join(expected) + "\n")

    def message(self, name, head, body, expected, subject="case", line_end=b"\r\n"):
        """`head` and `body` are lines; From and Subject come before them, their expectation too."""
        lines = ["From: Test <test@example.org>", "Subject: " + subject] if subject else []
        lines += head + [""] + body
        raw = line_end.join(line if isinstance(line, bytes) else line.encode("ascii") for line in lines)
        before = ["from: Test|test@example.org", "subject: " + subject] if subject else []
        self.add(name, raw + line_end, before + expected)

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in list(self.folder.glob("*.eml")) + list(self.folder.glob("*.expected")):
            old.unlink()
        for name, (raw, expected) in self.files.items():
            (self.folder / f"{name}.eml").write_bytes(raw)
            (self.folder / f"{name}.expected").write_text(expected, encoding="utf-8", newline="\n")
        return len(self.files)
