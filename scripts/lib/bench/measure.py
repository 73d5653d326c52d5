"""Runs all measurements on a Dovecot that is there already, and prints the tables. scripts/bench starts it."""
import argparse
import json
import os
import platform
import signal
import subprocess
import sys

from accounts import Accounts
from reactions import reactions
from sweeps import JOBS, sweeps
from tables import reaction_table, reaction_verdict, sweep_table, verdict

DELAYS = (0, 50)


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def first_line(*command):
    """What a program says of its version."""
    done = subprocess.run(command, capture_output=True, text=True)
    return next(iter((done.stdout + done.stderr).splitlines()), "").strip()


def surroundings(bench):
    dovecot = first_line("dovecot", "--version").split(" ")[0]
    imapfilter = first_line("imapfilter", "-V").replace("IMAPFilter ", "")
    return (f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Dovecot {dovecot}, "
            f"imapfilter {imapfilter.split(' ')[0]}, Postmoon {first_line(bench.postmoon, '--version')}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("postmoon", "password", "mail", "configuration", "work"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("imap", "lmtp", "messages", "few", "rounds", "arrivals"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--mbit", type=float, default=0)
    parser.add_argument("--json")
    bench = parser.parse_args()
    bench.accounts = Accounts(bench.mail, bench.configuration)
    bench.progress = progress
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

    about = surroundings(bench)
    progress(f"writing {bench.messages:,} messages")
    bench.accounts.template(bench.messages)
    swept = [row for job in JOBS for delay in DELAYS for row in sweeps(bench, job, delay)]
    reacted = [row for delay in DELAYS for row in reactions(bench, delay)]

    limit = f" and {bench.mbit:g} Mbit/s" if bench.mbit else ""
    print(f"""
Sweep of an INBOX, median (least–most) of {bench.rounds}, from the program's start to its end. The delay is a round
trip of {DELAYS[1]} ms{limit}, without slow start; at 0 ms there is nothing between client and server. The floor is
a bare client that does only what cannot be left out; for bodies it reads everything and is told what to move.

{sweep_table(swept)}

From the server's answer that it has a message until the message is in its folder, one message every 0.3 s. The up to
500 ms that Dovecot waits before it tells an idling client are included, for each client alike.

{reaction_table(reacted)}

{about}.""")
    if bench.json:
        with open(bench.json, "w") as file:
            json.dump({"about": about, "mbit": bench.mbit, "sweeps": swept, "reactions": reacted}, file, indent=1)
            file.write("\n")

    failures = [f"{JOBS[row['job']]}, {row['delay']} ms: {verdict(row)}" + quoted(row["runs"])
                for row in swept if row["client"] == "Postmoon" and verdict(row) != "right"]
    failures += [f"reaction, {row['delay']} ms: "
                 + (f"{row['never']} of {row['sent']} never came" if row["never"] else reaction_verdict(row))
                 + quoted([row]) for row in reacted
                 if row["client"] == "Postmoon" and (row["never"] or reaction_verdict(row) != "right")]
    for failure in failures:
        print(f"\nPostmoon, {failure}", file=sys.stderr)
    return 1 if failures else 0


def quoted(runs):
    """The end of what the first of them said, if any said something."""
    said = next((run["said"].strip() for run in runs if run.get("said", "").strip()), "")
    return "".join(f"\n  | {line}" for line in said.splitlines()[-8:])


if __name__ == "__main__":
    sys.exit(main())
