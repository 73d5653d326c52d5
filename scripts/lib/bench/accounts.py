"""Accounts on the private Dovecot: a template for each number of messages, copies of it that all start equal, and a
look at what became of one."""
import os
import re
import shutil
import subprocess
import time

import corpus

NUMBER = re.compile(rb"^%s: (\d+)" % corpus.NUMBER_FIELD.encode(), re.MULTILINE)
MESSAGE_FOLDERS = ("cur", "new", "tmp")


class Accounts:
    def __init__(self, folder, configuration):
        self.folder, self.configuration = folder, configuration
        owner = os.stat(folder)
        self.owner = owner.st_uid, owner.st_gid
        self.templates = {}
        self.count = 0

    def home(self, user):
        return os.path.join(self.folder, user)

    def maildir(self, user, folder="INBOX"):
        name = "" if folder == "INBOX" else "." + folder.replace("/", ".")
        return os.path.join(self.home(user), "Maildir", name)

    def template(self, messages, kind=None, size=None):
        """The account of `messages` messages, with Dovecot's index of them; made once."""
        if (messages, kind, size) in self.templates:
            return self.templates[messages, kind, size]
        self.count += 1
        user = f"template{self.count}"
        for folder in ["INBOX"] + corpus.FOLDERS:
            for part in MESSAGE_FOLDERS:
                os.makedirs(os.path.join(self.maildir(user, folder), part))
        arrived = int(corpus.NOW.timestamp()) - 60 * messages
        for number in range(messages):
            data = corpus.message(number, kind, size)
            stored = data.replace(b"\r\n", b"\n")
            seen = "" if number % 3 == 0 else "S"
            name = f"{arrived + 60 * number}.M{number:06}.bench,S={len(stored)},W={len(data)}:2,{seen}"
            path = os.path.join(self.maildir(user), "cur", name)
            with open(path, "wb") as file:
                file.write(stored)
            os.utime(path, (arrived + 60 * number,) * 2)
        for path, _, files in os.walk(self.home(user)):
            for entry in [path] + [os.path.join(path, name) for name in files]:
                os.chown(entry, *self.owner)
        # Dovecot does not trust the time of a folder that was changed within the same second.
        time.sleep(1.1)
        self.doveadm("index", "-u", user, "*")
        self.doveadm("mailbox", "status", "-u", user, "all", "*")
        self.templates[messages, kind, size] = user
        return user

    def doveadm(self, *arguments):
        done = subprocess.run(["doveadm", "-c", self.configuration, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"doveadm {' '.join(arguments)} failed: {done.stderr.strip()}")

    def forget_templates(self):
        """For what comes there are others; these only take room."""
        while self.templates:
            self.remove(self.templates.popitem()[1])

    def fresh(self, messages, kind=None, size=None):
        """A new user with a copy of the template: messages are links, everything that is written to is a copy."""
        template = self.home(self.template(messages, kind, size))
        self.count += 1
        user = f"user{self.count}"
        copied = []
        for path, _, files in os.walk(template):
            new = self.home(user) + path[len(template):]
            os.mkdir(new)
            copied.append((path, new))
            place = os.link if os.path.basename(path) in MESSAGE_FOLDERS else shutil.copy2
            for name in files:
                place(os.path.join(path, name), os.path.join(new, name))
                os.chown(os.path.join(new, name), *self.owner)
        # Last, since making something in a folder changes its time, by which Dovecot sees whether it must look.
        for path, new in reversed(copied):
            os.chown(new, *self.owner)
            shutil.copystat(path, new)
        return user

    def remove(self, user):
        # Dovecot may still be putting something down.
        shutil.rmtree(self.home(user), ignore_errors=True)

    def messages(self, user, folder):
        """(number, flags) of every message file in the folder."""
        for part in ("cur", "new"):
            for entry in os.scandir(os.path.join(self.maildir(user, folder), part)):
                yield number_of(entry.path), entry.name.partition(":2,")[2]

    def judge(self, user, messages, belongs):
        """What is wrong after a run, in words; empty when every message is where it belongs, and once. `belongs` tells
        (folder, flagged) of a number."""
        found, wrong = {}, {"misplaced": 0, "doubled": 0, "lost": 0, "wrongly flagged": 0, "left deleted": 0}
        for folder in ["INBOX"] + corpus.FOLDERS:
            for number, flags in self.messages(user, folder):
                if "T" in flags:
                    wrong["left deleted"] += 1
                else:
                    wrong["doubled"] += number in found
                    # Of two, the one that is right counts; the other has been counted.
                    if found.get(number) != belongs(number):
                        found[number] = folder, "F" in flags
        for number in range(messages):
            folder, flagged = belongs(number)
            if number not in found:
                wrong["lost"] += 1
            elif found[number][0] != folder:
                wrong["misplaced"] += 1
            elif found[number][1] != flagged:
                wrong["wrongly flagged"] += 1
        return ", ".join(f"{count} {what}" for what, count in wrong.items() if count)


def number_of(path):
    """The corpus' number of a message file; None when it is gone or has none."""
    try:
        with open(path, "rb") as file:
            match = NUMBER.search(file.read(4096))
    except FileNotFoundError:
        return None
    return int(match[1]) if match else None
