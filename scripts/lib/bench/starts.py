"""How long it takes from a program's start until it is of use: `check` of a configuration, and `run` until it is ready."""
import os
import shutil
import socket
import tempfile
import time

import clients
from processes import Proxy, end, measured, start

# Mail that lies there already.
LYING = 200
PATIENCE = 20


def starts(bench, delays):
    """Rows {what, delay, milliseconds, wrong, said}."""
    bench.progress("starting")
    user = bench.accounts.fresh(LYING, "rest")
    work = tempfile.mkdtemp(dir=bench.work)
    try:
        command = clients.postmoon(bench.postmoon)(work, bench.imap, user, bench.password, "watch")
        rows = [checks(bench, command, work)]
        # The first time it learns the folder; measured is every other time.
        ready(command, work)
        for delay in delays:
            with Proxy(bench.imap, delay) as proxy:
                configuration(work, proxy.port, user, bench)
                rows.append(row("`run` until it is ready", delay, [ready(command, work) for _ in rounds(bench)]))
        return rows
    finally:
        shutil.rmtree(work, ignore_errors=True)
        bench.accounts.remove(user)


def rounds(bench):
    return range(3 * bench.rounds)


def row(what, delay, runs):
    wrong = next((run["wrong"] for run in runs if run["wrong"]), "")
    return {"what": what, "delay": delay, "milliseconds": [run["milliseconds"] for run in runs], "wrong": wrong,
            "said": next((run["said"] for run in runs if run["wrong"]), "")}


def checks(bench, command, work):
    runs = []
    for _ in rounds(bench):
        run = measured([command[0], "check", *command[2:]], work, PATIENCE)
        status = run["status"]
        runs.append({"milliseconds": run["seconds"] * 1000, "wrong": "" if status == 0 else f"exit {status}",
                     "said": said(work)})
    return row("`check`", 0, runs)


def configuration(work, port, user, bench):
    """The same account, at another port."""
    os.remove(f"{work}/postmoon.toml")
    clients.postmoon_configuration(
        work, [user], bench.password, f'port = {port}, security = "none"', clients.POSTMOON_RULES)


def ready(command, work):
    """Until it tells the service manager so (sd_notify)."""
    path = f"{work}/ready"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(PATIENCE)
        os.environ["NOTIFY_SOCKET"] = path
        began = time.monotonic()
        daemon = start(command, work)
        wrong = ""
        try:
            while b"READY=1" not in manager.recv(4096):
                pass
        except TimeoutError:
            wrong = f"not ready after {PATIENCE} s"
        finally:
            took = time.monotonic() - began
            del os.environ["NOTIFY_SOCKET"]
            end(daemon)
            os.remove(path)
    return {"milliseconds": took * 1000, "wrong": wrong, "said": said(work) if wrong else ""}


def said(work):
    with open(f"{work}/log", errors="replace") as log:
        return log.read()[-2000:]
