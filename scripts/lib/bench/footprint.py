"""What one process takes that watches many accounts, each in a connection of its own over TLS, and all of them idle.
Prints the table and draws a plot. scripts/bench starts it.
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import clients
import plot
from processes import HERE, end, start
from setting import begin, options, quoted, surroundings
from tables import footprint_table

ACCOUNTS = (1, 10, 100)
# Seconds until all of them have to be watched, and for each account beyond that.
PATIENCE, PATIENCE_EACH = 60, 0.3
# Seconds in which what comes after the beginning is done, and of doing nothing.
SETTLING, IDLE = 5, 20
TICKS = os.sysconf("SC_CLK_TCK")


def main():
    parser = options("most")
    parser.add_argument("--authority", required=True)
    parser.add_argument("--plots", required=True)
    parser.add_argument("--crowd", action="store_true")
    bench = begin(parser)
    about = surroundings(bench)
    rows = []
    for count in [count for count in ACCOUNTS if count < bench.most] + [bench.most]:
        bench.progress(f"{count:,} accounts")
        with Crowd() if bench.crowd else contextlib.nullcontext() as crowd:
            rows.append(footprint(bench, count, crowd))
    way = "on a server that only lets clients wait" if bench.crowd else "over TLS"
    print(f"""
One process that watches the INBOX of each account by the ten header rules, {way}. From its start until the last one
is watched; then, after {SETTLING} s, its share of a core in {IDLE} s without mail, and its memory. Private is what no
other process shares.

{footprint_table(rows)}

{about}.""")
    if bench.json:
        with open(bench.json, "w") as file:
            json.dump({"about": about, "footprint": rows}, file, indent=1)
            file.write("\n")
    right = [row for row in rows if not row["wrong"]]
    if right and not bench.crowd:
        points = [[row["accounts"], round(row["private_kib"] / 1024, 1)] for row in right]
        memory_of = {"name": "accounts", "title": "Memory of one process", "x": "accounts", "y": "MiB, private",
                     "series": [{"name": "Postmoon", "points": points}]}
        for path in plot.write([memory_of], bench.plots):
            bench.progress(path)
    for row in rows:
        if row["wrong"]:
            print(f"\nPostmoon, {row['accounts']:,} accounts: {row['wrong']}{quoted([row])}", file=sys.stderr)
    return 0 if len(right) == len(rows) else 1


class Crowd:
    """crowd.py, while it runs."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-I", os.path.join(HERE, "crowd.py")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def idling(self):
        """How many of its clients wait for news."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def __exit__(self, *_):
        end(self.process)
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()


def footprint(bench, count, crowd):
    """{accounts, watched, seconds, private_kib, resident_kib, share, wrong}"""
    # Users of its own: Dovecot has to make each account when it first signs in.
    users = [f"n{count}-{number}" for number in range(1, count + 1)]
    work = tempfile.mkdtemp(dir=bench.work)
    server = f'port = {bench.imap}, security = "tls", ca = "{bench.authority}"'
    if crowd:
        server = f'port = {crowd.port}, security = "none"'
    configuration = clients.postmoon_configuration(work, users, bench.password, server, clients.POSTMOON_RULES)
    row = {"accounts": count, "wrong": ""}
    began = time.monotonic()
    daemon = start([bench.postmoon, "run", "--json", "--config", configuration], work)
    try:
        said = Said(f"{work}/log")
        deadline = began + PATIENCE + PATIENCE_EACH * count
        while said.watched != set(users) and daemon.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
            said.read()
        row["seconds"], row["watched"] = time.monotonic() - began, len(said.watched)
        if row["watched"] < count:
            row["wrong"] = f"{count - row['watched']:,} not watched after {row['seconds']:.0f} s"
        else:
            time.sleep(SETTLING)
            before, looked = cpu(daemon.pid), time.monotonic()
            time.sleep(IDLE)
            row["share"] = (cpu(daemon.pid) - before) / (time.monotonic() - looked)
            row.update(memory(daemon.pid))
            said.read()
            if said.complaints:
                row["wrong"] = f"{len(said.complaints):,} complaints"
            elif crowd and crowd.idling() != count:
                row["wrong"] = f"{crowd.idling():,} idle"
        if daemon.poll() is not None:
            row["wrong"] = f"ended with {daemon.returncode}"
        if row["wrong"]:
            row["said"] = "\n".join(said.complaints[:8] or said.last)
        return row
    finally:
        end(daemon)
        shutil.rmtree(work, ignore_errors=True)
        for user in users if not crowd else ():
            bench.accounts.remove(user)


class Said:
    """What the daemon says of the accounts in its log: those that it watches, and what is wrong."""

    def __init__(self, path):
        self.file = open(path, encoding="utf-8", errors="replace")
        self.rest = ""
        self.watched, self.complaints, self.last = set(), [], []

    def read(self):
        *lines, self.rest = (self.rest + self.file.read()).split("\n")
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"level": "error"}
            if entry.get("message") == "watching":
                self.watched.add(entry.get("account"))
            elif entry.get("level") in ("warning", "error", "critical"):
                self.complaints.append(line)
        self.last = (self.last + lines)[-8:]


def memory(number):
    """KiB that only this process has, and all that it has in memory."""
    figures = {}
    with open(f"/proc/{number}/smaps_rollup") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if rest.endswith("kB\n"):
                figures[name] = int(rest.split()[0])
    return {"private_kib": figures["Private_Clean"] + figures["Private_Dirty"], "resident_kib": figures["Rss"]}


def cpu(number):
    """Seconds that it has computed."""
    with open(f"/proc/{number}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())
