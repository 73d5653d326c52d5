"""Mail that arrives by LMTP, and the moment at which each message shows in a folder."""
import ctypes
import os
import select
import smtplib
import struct
import threading
import time

import corpus
from accounts import number_of

CREATED, MOVED_TO = 0x100, 0x80
EVENT = struct.Struct("iIII")


class Arrivals:
    """Watches the folders of a user: `seen` is {number: (folder, monotonic time)}."""

    def __init__(self, accounts, user):
        self.seen = {}
        self.folders = {}
        self.over = False
        c = ctypes.CDLL(None, use_errno=True)
        self.watch = c.inotify_init()
        if self.watch < 0:
            raise SystemExit("This kernel has no inotify, which the measurement of reactions needs.")
        for folder in corpus.FOLDERS:
            for part in ("new", "cur"):
                path = os.path.join(accounts.maildir(user, folder), part)
                number = c.inotify_add_watch(self.watch, path.encode(), CREATED | MOVED_TO)
                if number < 0:
                    raise SystemExit(f"{path} cannot be watched: {os.strerror(ctypes.get_errno())}")
                self.folders[number] = folder, path
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.over:
            if not select.select([self.watch], [], [], 0.2)[0]:
                continue
            events = os.read(self.watch, 1 << 16)
            now = time.monotonic()
            while events:
                number, _, _, length = EVENT.unpack_from(events)
                name = events[EVENT.size:EVENT.size + length].rstrip(b"\0").decode()
                events = events[EVENT.size + length:]
                folder, path = self.folders.get(number, (None, None))
                message = folder and number_of(os.path.join(path, name))
                if message is not None:
                    self.seen.setdefault(message, (folder, now))

    def close(self):
        self.over = True
        self.thread.join()
        os.close(self.watch)

    def wait(self, numbers, seconds):
        """Whether all of them have shown."""
        deadline = time.monotonic() + seconds
        while not all(number in self.seen for number in numbers):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


class Delivery:
    """A connection to LMTP."""

    def __init__(self, port, user):
        self.user = user
        self.server = smtplib.LMTP("127.0.0.1", port, local_hostname="bench.example", timeout=30)
        self.server.ehlo()

    def deliver(self, number, kind):
        """Delivers, and tells when the server had said 250."""
        self.server.mail("sender@bench.example")
        self.server.rcpt(f"{self.user}@bench.example")
        code, said = self.server.data(corpus.message(number, kind))
        if code != 250:
            raise SystemExit(f"LMTP refused a message: {code} {said.decode('utf-8', 'replace')}")
        return time.monotonic()

    def close(self):
        self.server.quit()
