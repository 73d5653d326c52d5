"""How long it takes from a message's arrival until it is in the folder where it belongs, while a client watches."""
import os
import shutil
import statistics
import tempfile
import time

import corpus
from arrivals import Arrivals, Delivery
from processes import Proxy, end, start
from sweeps import command_of

# imapfilter's match form would look at every message that lies there again each time.
CLIENTS = ("Postmoon", "imapfilter, search", "floor")
KINDS = ("letter", "desk", "forge", "list", "order", "bank")
# Mail that lies there already and stays.
LYING = 200
# Seconds after the last message; what has not come then is counted as never.
PATIENCE = 5
FIRST = 1_000_000


def reaction(bench, name, delay):
    """{client, delay, sent, never, misplaced, milliseconds of each that came right}; `said` when it never began."""
    user = bench.accounts.fresh(LYING, "rest")
    work = tempfile.mkdtemp(dir=bench.work)
    arrivals = Arrivals(bench.accounts, user)
    delivery = Delivery(bench.lmtp, user)
    command = command_of(bench, name, 0)
    daemon = proxy = None
    try:
        port = bench.imap
        if delay:
            proxy = Proxy(bench.imap, delay)
            port = proxy.port
        daemon = start(command(work, port, user, bench.password, "watch"), work)
        if not becomes_ready(daemon, arrivals, delivery):
            with open(f"{work}/log", errors="replace") as log:
                return {"client": name, "delay": delay, "sent": 0, "never": 0, "misplaced": 0, "milliseconds": [],
                        "said": log.read()[-2000:]}
        sent = {}
        due = time.monotonic()
        for index in range(bench.arrivals):
            # Not in step with anything that the server does at its own times.
            due += 0.3 + 0.02 * (index % 5 - 2)
            time.sleep(max(0, due - time.monotonic()))
            kind = KINDS[index % len(KINDS)]
            sent[FIRST + index] = kind, delivery.deliver(FIRST + index, kind)
        arrivals.wait(sent, PATIENCE)
        came = {number: arrivals.seen[number] for number in sent if number in arrivals.seen}
        right = [number for number in came if came[number][0] == corpus.KINDS[sent[number][0]][1]]
        return {"client": name, "delay": delay, "sent": len(sent), "never": len(sent) - len(came),
                "misplaced": len(came) - len(right),
                "milliseconds": [round((came[number][1] - sent[number][1]) * 1000, 2) for number in right]}
    finally:
        if daemon:
            end(daemon)
        if proxy:
            with proxy:
                pass
        delivery.close()
        arrivals.close()
        shutil.rmtree(work, ignore_errors=True)
        bench.accounts.remove(user)


def becomes_ready(daemon, arrivals, delivery):
    """It watches when it files what comes. What came while it was starting may be none of its business."""
    for attempt in range(60):
        delivery.deliver(FIRST - 1 - attempt, KINDS[0])
        if arrivals.wait([FIRST - 1 - attempt], 1):
            time.sleep(0.6)
            return True
        if daemon.poll() is not None:
            break
    return False


def sync(bench):
    """Median milliseconds until what was added to a file is on the disk (fdatasync)."""
    times = []
    # With a name: of one that has none the system may owe nothing to the disk.
    with tempfile.NamedTemporaryFile(dir=bench.work) as file:
        for _ in range(100):
            os.write(file.fileno(), os.urandom(4096))
            began = time.monotonic()
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - began) * 1000)
    return round(statistics.median(times), 2)


def reactions(bench, delay):
    rows = []
    for name in CLIENTS:
        bench.progress(f"reaction, {delay} ms: {name}")
        rows.append(reaction(bench, name, delay))
    return rows
