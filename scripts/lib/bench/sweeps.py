"""A whole INBOX by the rules, once: every client in turn, round after round, on accounts that start equal."""
import shutil
import tempfile

import clients
import corpus
from processes import Proxy, measured

JOBS = {"header": "header rules", "body": "body and header rules"}
# Longer than that is no result.
PATIENCE = 600


def of_clients(bench):
    """name -> (client, messages at 0 ms, messages with a delay)"""
    few = min(bench.messages, bench.few)
    return {
        "Postmoon": (clients.postmoon, bench.messages, bench.messages),
        "imapfilter, search": (lambda: clients.imapfilter("contain"), bench.messages, bench.messages),
        # Some round trips for each message: the time grows with their number, and few tell as much as many.
        "imapfilter, match": (lambda: clients.imapfilter("match"), bench.messages, few),
        "floor": (clients.floor, bench.messages, bench.messages),
    }


def command_of(bench, name, messages):
    make = of_clients(bench)[name][0]
    return make(bench.postmoon) if name == "Postmoon" else make(messages) if name == "floor" else make()


def run(bench, name, job, messages, delay, through_proxy):
    """One run: what `once` tells, and the proxy's counts if there was one."""
    command = command_of(bench, name, messages)
    if not through_proxy:
        return once(bench, command, job, messages, bench.imap)
    with Proxy(bench.imap, delay, bench.mbit if delay else 0) as proxy:
        result = once(bench, command, job, messages, proxy.port)
        result["counts"] = proxy.counts()
    return result


def once(bench, command, job, messages, port, size=None, belongs=None):
    """One run on an account of its own: what `measured` tells, and what is `wrong` afterwards."""
    user = bench.accounts.fresh(messages, size=size)
    work = tempfile.mkdtemp(dir=bench.work)
    try:
        result = measured(command(work, port, user, bench.password, job), work, PATIENCE)
        result["wrong"] = bench.accounts.judge(
            user, messages, belongs or (lambda number: corpus.belongs(number, job == "body")))
        if result["status"] != 0 or result["wrong"]:
            with open(f"{work}/log", errors="replace") as log:
                result["said"] = log.read()[-2000:]
        return result
    finally:
        shutil.rmtree(work, ignore_errors=True)
        bench.accounts.remove(user)


def sweeps(bench, job, delay):
    """Rows of the table: {job, delay, client, messages, runs, counts}."""
    rows = []
    for name, (_, here, afar) in of_clients(bench).items():
        rows.append({"job": job, "delay": delay, "client": name, "messages": afar if delay else here, "runs": []})
    if not delay:
        # The proxy takes time of its own. So one run is only for the counts, and for warming up.
        bench.progress(f"{JOBS[job]}, {delay} ms: counting")
        for row in rows:
            row["counts"] = run(bench, row["client"], job, row["messages"], delay, True)["counts"]
    for number in range(bench.rounds):
        bench.progress(f"{JOBS[job]}, {delay} ms: round {number + 1} of {bench.rounds}")
        for row in rows:
            result = run(bench, row["client"], job, row["messages"], delay, delay > 0)
            row["counts"] = result.pop("counts", row.get("counts"))
            row["runs"].append(result)
    return rows
