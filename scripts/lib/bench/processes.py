"""Programs that are started: measured until they end, or ended by number."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def start(command, work, **more):
    """In the work folder, which is its home too; what it says goes to the file `log` there."""
    with open(os.path.join(work, "log"), "ab") as log:
        return subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                env={**os.environ, "HOME": work, "IMAPFILTER_HOME": work, "NO_COLOR": "1"}, **more)


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def peak(number):
    """The most KiB that it has had in memory (what wait4 tells would count what this program had before exec)."""
    try:
        with open(f"/proc/{number}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def measured(command, work, seconds):
    """{seconds, cpu, peak_kib, status} of a run, from its start to its end; status is a number, or in words."""
    result, over = {"peak_kib": 0}, threading.Event()
    began = time.monotonic()
    process = start(command, work)

    def wait():
        _, status, usage = os.wait4(process.pid, 0)
        result["seconds"] = time.monotonic() - began
        result["cpu"] = usage.ru_utime + usage.ru_stime
        result["status"] = process.returncode = os.waitstatus_to_exitcode(status)
        over.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    late = False
    try:
        while not over.wait(0.005):
            result["peak_kib"] = max(result["peak_kib"], peak(process.pid))
            if time.monotonic() - began > seconds and not late:
                late = True
                os.kill(process.pid, signal.SIGKILL)
    finally:
        if not over.is_set():
            os.kill(process.pid, signal.SIGKILL)
        waiting.join()
    if late:
        result["status"] = f"not done after {seconds} s"
    return result


class Proxy:
    """proxy.py before a port; `milliseconds` is a round trip."""

    def __init__(self, port, milliseconds=0, mbit=0):
        self.process = subprocess.Popen(
            [sys.executable, "-I", os.path.join(HERE, "proxy.py"), str(port), "--delay", str(milliseconds / 2000),
             "--mbit", str(mbit)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def counts(self):
        """What went over it; it ends with that."""
        said, _ = self.process.communicate(timeout=30)
        return json.loads(said)

    def __exit__(self, *_):
        end(self.process)
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
