"""A line to the server that takes its time: what arrives is passed on `delay` later, in each direction, and no faster
than `--mbit`. Counts what goes over it.

    proxy.py PORT [--delay SECONDS] [--mbit MBIT]

Prints the port it listens on; ends when its standard input does, and prints the counts as JSON:

    received     bytes from the server
    sent         bytes from the client
    round_trips  how often the client spoke after the server had spoken, so that it may have waited for that
    commands     {name: count}

It never holds back TCP's acknowledgements and has no slow start: a real line is harder on those who transfer much.
"""
import argparse
import collections
import json
import queue
import re
import socket
import sys
import threading
import time

CHUNK = 1 << 16
# Chunks under way in one direction; then the sender has to wait.
UNDER_WAY = 8192
LITERAL = re.compile(rb"\{(\d+)\+?\}$")


class Commands:
    """Counts IMAP commands in what a client sends, whatever the pieces it comes in."""

    def __init__(self):
        self.count = collections.Counter()
        self.rest = b""
        self.literal = 0
        self.within = False

    def read(self, data):
        self.rest += data
        while self.rest:
            skipped = min(self.literal, len(self.rest))
            self.rest, self.literal = self.rest[skipped:], self.literal - skipped
            line, end, after = self.rest.partition(b"\n")
            if not end or self.literal:
                return
            self.rest = after
            line = line.rstrip(b"\r")
            words = line.upper().split(b" ", 3)
            # The rest of a command after a literal, what follows a `+`, and DONE are no commands.
            if not self.within and len(words) > 1:
                uid = words[1] == b"UID" and len(words) > 2
                self.count[(b"UID " + words[2] if uid else words[1]).decode("ascii", "replace")] += 1
            literal = LITERAL.search(line)
            self.within = literal is not None
            self.literal = int(literal[1]) if literal else 0


class Line:
    """One connection."""

    def __init__(self, client, port, delay, mbit, counts):
        self.client, self.delay, self.counts = client, delay, counts
        self.server = socket.create_connection(("127.0.0.1", port))
        self.commands = Commands()
        self.server_spoke = False
        for end in (client, self.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target, heard, spoken, rate in (
                (client, self.server, self.client_said, None, 0),
                (self.server, client, self.server_said, self.reached_client, mbit * 125_000)):
            way = queue.Queue(UNDER_WAY)
            threading.Thread(target=self.take, args=(source, way, heard, rate), daemon=True).start()
            threading.Thread(target=self.give, args=(way, target, spoken), daemon=True).start()

    def take(self, source, way, heard, rate):
        free = 0.0
        while True:
            try:
                data = source.recv(CHUNK)
                # Clients that write a command in two pieces would wait for a late acknowledgement, here of all places.
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            except OSError:
                data = b""
            now = time.monotonic()
            if data:
                heard(data)
                if rate:
                    free = now = max(now, free) + len(data) / rate
            way.put((now + self.delay, data))
            if not data:
                return

    def give(self, way, target, spoken):
        while True:
            due, data = way.get()
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                if spoken:
                    spoken()
                target.sendall(data)
            except OSError:
                # Whoever still sends is told, too.
                for end in (self.client, self.server):
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return

    def client_said(self, data):
        self.counts["sent"] += len(data)
        if self.server_spoke:
            self.server_spoke = False
            self.counts["round_trips"] += 1
        self.commands.read(data)

    def server_said(self, data):
        self.counts["received"] += len(data)

    def reached_client(self):
        self.server_spoke = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--mbit", type=float, default=0)
    options = parser.parse_args()
    counts, lines = collections.Counter(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            client, _ = listener.accept()
            lines.append(Line(client, options.port, options.delay, options.mbit, counts))

    threading.Thread(target=serve, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    commands = sum((line.commands.count for line in lines), collections.Counter())
    print(json.dumps({"received": counts["received"], "sent": counts["sent"], "round_trips": counts["round_trips"],
                      "commands": dict(commands)}), flush=True)


if __name__ == "__main__":
    main()
