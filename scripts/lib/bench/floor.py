"""The floor: a client that does nothing but what cannot be left out, so that it shows what server and line take.

    floor.py sweep PORT USER PASSWORD            one FETCH of the header fields that the rules need, then the moves
    floor.py sweep PORT USER PASSWORD KNOWN      reads every message whole and moves what the JSON file KNOWN says
    floor.py watch PORT USER PASSWORD            waits in IDLE for mail and moves it

Login, SELECT and FETCH each wait for the answer; the moves, one for each folder, go out in one write. It looks for
nothing, keeps no journal, checks nothing afterwards, and believes whatever the server says.
"""
import email.header
import json
import re
import socket
import sys

FIELDS = "BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE LIST-ID X-FORGE-REASON X-SPAM-FLAG)]"
FLAGGED = "flagged"
RULES = [(re.compile(expression, re.IGNORECASE | re.MULTILINE), folder) for expression, folder in (
    (rb"^From:.*@letters\.orchard\.example", "News/Orchard"),
    (rb"^List-Id:.*<gardeners\.lists\.example>", "Lists/Gardeners"),
    (rb"^Subject:.*\[Desk-", "Work/Desk"),
    (rb"^X-Forge-Reason:", "Work/Forge"),
    (rb"^(To|Cc):.*me\+orders@", "Orders"),
    (rb"^X-Spam-Flag: *YES", "Junk"),
    (rb"^Date:.* 201\d ", "Old"),
    (rb"^From:.*head@office\.example", FLAGGED))]
CODED_SUBJECT = re.compile(rb"^Subject: (.*=\?.*(?:\r\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
FETCH = re.compile(rb"^\* \d+ FETCH .*UID (\d+)")
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


def decide(header):
    for expression, folder in RULES:
        if expression.search(header):
            return folder
    coded = CODED_SUBJECT.search(header)
    if coded:
        parts = email.header.decode_header(coded[1].decode("ascii", "replace"))
        if "Kontoauszug für" in str(email.header.make_header(parts)):
            return "Money/Bank"
    return None


def sequence(uids):
    """UIDs in rising order, as IMAP writes them: 1:4,6"""
    spans = []
    for uid in uids:
        if spans and spans[-1][1] == uid - 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(f"{first}:{last}" if first != last else f"{first}" for first, last in spans)


def moves(places):
    """The commands for {folder: UIDs}."""
    return [f"UID STORE {sequence(uids)} +FLAGS.SILENT (\\Flagged)" if folder == FLAGGED
            else f'UID MOVE {sequence(uids)} "{folder}"' for folder, uids in places.items()]


class Connection:
    def __init__(self, port, user, password):
        self.socket = socket.create_connection(("127.0.0.1", int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb", 1 << 18)
        self.tag = 0
        self.stream.readline()
        self.send(f'LOGIN "{user}" "{password}"')
        self.finish()
        self.send("SELECT INBOX")
        self.finish()

    def send(self, *commands, before=""):
        """Commands in one write."""
        text = before
        for command in commands:
            self.tag += 1
            text += f"t{self.tag} {command}\r\n"
        self.socket.sendall(text.encode())

    def lines(self):
        """Lines and the literal of each until the last command has been answered."""
        last = b"t%d " % self.tag
        while True:
            line = self.stream.readline()
            if not line:
                raise SystemExit("The server closed the connection.")
            if line[:1] == b"t":
                if line.split(b" ", 2)[1] != b"OK":
                    raise SystemExit(line.decode("utf-8", "replace"))
                if line.startswith(last):
                    return
            literal = LITERAL.search(line)
            yield line, self.stream.read(int(literal[1])) if literal else b""

    def finish(self):
        for _ in self.lines():
            pass

    def decided(self):
        """{folder: UIDs} of what a FETCH of FIELDS answers, the highest UID, and whether more came meanwhile."""
        places, highest, more = {}, 0, False
        for line, header in self.lines():
            fetched = FETCH.match(line)
            more = more or line.endswith(b" EXISTS\r\n")
            if fetched:
                highest = max(highest, int(fetched[1]))
                folder = decide(header)
                if folder:
                    places.setdefault(folder, []).append(int(fetched[1]))
        return places, highest, more


def sweep(connection, known=None):
    if known:
        connection.send("UID FETCH 1:* (UID BODY.PEEK[])")
        connection.finish()
        with open(known) as file:
            places = json.load(file)
    else:
        connection.send(f"UID FETCH 1:* (UID {FIELDS})")
        places, _, _ = connection.decided()
    connection.send(*moves(places), "LOGOUT")
    connection.finish()


def watch(connection):
    connection.send("UID FETCH * (UID)")
    _, highest, more = connection.decided()
    connection.send("IDLE")
    while True:
        while not more:
            line = connection.stream.readline()
            if not line:
                raise SystemExit("The server closed the connection.")
            more = line.endswith(b" EXISTS\r\n")
        connection.send(f"UID FETCH {highest + 1}:* (UID {FIELDS})", before="DONE\r\n")
        before = highest
        places, highest, more = connection.decided()
        # N:* names the last message also when it is older.
        places = {folder: [uid for uid in uids if uid > before] for folder, uids in places.items()}
        highest = max(before, highest)
        connection.send(*moves({folder: uids for folder, uids in places.items() if uids}), "IDLE")


if __name__ == "__main__":
    work, port, user, password, *rest = sys.argv[1:]
    {"sweep": sweep, "watch": watch}[work](Connection(port, user, password), *rest)
