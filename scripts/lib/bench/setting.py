"""What a measurement is told by scripts/bench, and what it says of where it ran."""
import argparse
import os
import platform
import signal
import subprocess
import sys

from accounts import Accounts


def options(*numbers):
    parser = argparse.ArgumentParser()
    for name in ("postmoon", "password", "mail", "configuration", "work"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("imap", "lmtp", *numbers):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--json")
    return parser


def begin(parser):
    bench = parser.parse_args()
    bench.accounts = Accounts(bench.mail, bench.configuration)
    bench.progress = progress
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    return bench


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def first_line(*command):
    """What a program says of its version."""
    done = subprocess.run(command, capture_output=True, text=True)
    return next(iter((done.stdout + done.stderr).splitlines()), "").strip()


def surroundings(bench, *others):
    return ", ".join((f"{os.cpu_count()} cores", f"{platform.system()} {platform.release()}",
                      f"Dovecot {first_line('dovecot', '--version').split(' ')[0]}", *others,
                      f"Postmoon {first_line(bench.postmoon, '--version')}"))


def quoted(runs):
    """The end of what the first of them said, if any said something."""
    said = next((run["said"].strip() for run in runs if run.get("said", "").strip()), "")
    return "".join(f"\n  | {line}" for line in said.splitlines()[-8:])
