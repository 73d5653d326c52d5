"""So many messages a second, for so long: whether they are filed as fast as they come, or later and later. Prints the
table. scripts/bench starts it.
"""
import json
import shutil
import sys
import tempfile
import threading
import time

import clients
import corpus
from arrivals import Arrivals, Delivery
from processes import end, start
from reactions import FIRST, KINDS, LYING, becomes_ready
from setting import begin, options, quoted, surroundings
from tables import flood_table, percentile

# Connections that deliver, in turn.
LINES = 4
# Seconds of which each row of the table tells.
SPAN = 10
# Seconds after the last message; what has not come then is counted as never.
PATIENCE = 30
# The last messages may wait longer than the first by so many milliseconds.
ALLOWANCE = 250


def main():
    parser = options("rate", "seconds")
    bench = begin(parser)
    about = surroundings(bench)
    bench.progress(f"{bench.rate} messages a second for {bench.seconds} s")
    row = flood(bench)
    print(f"""
{bench.rate} messages a second for {bench.seconds} s, delivered over {LINES} connections, each of which a rule files.
From the server's answer that it has a message until the message is in its folder, by the second in which it came.

{flood_table(row)}

{about}.""")
    if bench.json:
        with open(bench.json, "w") as file:
            json.dump({"about": about, "flood": row}, file, indent=1)
            file.write("\n")
    if row["wrong"]:
        print(f"\nPostmoon: {row['wrong']}{quoted([row])}", file=sys.stderr)
    return 1 if row["wrong"] else 0


def flood(bench):
    """{rate, asked, spans: [{from, sent, never, milliseconds}], wrong, said}"""
    user = bench.accounts.fresh(LYING, "rest")
    work = tempfile.mkdtemp(dir=bench.work)
    arrivals = Arrivals(bench.accounts, user)
    deliveries = [Delivery(bench.lmtp, user) for _ in range(LINES)]
    daemon = start(clients.postmoon(bench.postmoon)(work, bench.imap, user, bench.password, "watch"), work)
    try:
        if not becomes_ready(daemon, arrivals, deliveries[0]):
            return {"spans": [], "wrong": "files nothing that arrives", "said": said(work)}
        began = time.monotonic()
        sent = deliver(bench, deliveries, began)
        arrivals.wait(sent, PATIENCE)
        row = {"spans": spans(bench, sent, arrivals.seen, began), "said": said(work)}
        row["wrong"] = wrong(row["spans"], sent, arrivals.seen)
        return row
    finally:
        end(daemon)
        for delivery in deliveries:
            delivery.close()
        arrivals.close()
        shutil.rmtree(work, ignore_errors=True)
        bench.accounts.remove(user)


def deliver(bench, deliveries, began):
    """number -> (kind, when the server had it)"""
    sent = {}

    def line(first, delivery):
        for index in range(first, bench.rate * bench.seconds, LINES):
            time.sleep(max(0, began + index / bench.rate - time.monotonic()))
            kind = KINDS[index % len(KINDS)]
            sent[FIRST + index] = kind, delivery.deliver(FIRST + index, kind)

    threads = [threading.Thread(target=line, args=each) for each in enumerate(deliveries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def spans(bench, sent, seen, began):
    rows = []
    for first in range(0, bench.seconds, SPAN):
        there = [number for number, (_, when) in sent.items() if first <= when - began < first + SPAN]
        came = [number for number in there if number in seen]
        rows.append({"from": first, "sent": len(there), "never": len(there) - len(came),
                     "milliseconds": [round((seen[number][1] - sent[number][1]) * 1000, 2) for number in came]})
    return rows


def wrong(rows, sent, seen):
    never = sum(row["never"] for row in rows)
    if never:
        return f"{never:,} of {len(sent):,} never came"
    misplaced = sum(seen[number][0] != corpus.KINDS[kind][1] for number, (kind, _) in sent.items())
    if misplaced:
        return f"{misplaced:,} misplaced"
    first, last = (percentile(row["milliseconds"], 50) for row in (rows[0], rows[-1]))
    return f"from {first:.0f} ms it came to {last:.0f} ms" if last > first + ALLOWANCE else ""


def said(work):
    with open(f"{work}/log", errors="replace") as log:
        return log.read()[-2000:]


if __name__ == "__main__":
    sys.exit(main())
