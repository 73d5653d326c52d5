"""A journal of any size: what a sweep left in it, and plans that are like those but of other messages."""
import os
import shutil
import sqlite3
import tempfile
import time

import clients
from processes import measured

# 500 plans a day.
APART = 24 * 60 * 60 // 500
# Longer than that is no answer.
PATIENCE = 120


class Journal:
    """Of an account on the server that `messages` messages came to, in a state folder of its own."""

    def __init__(self, bench, messages, most):
        self.bench, self.messages = bench, messages
        self.user = bench.accounts.fresh(messages)
        self.work = tempfile.mkdtemp(dir=bench.work)
        self.command = clients.postmoon(bench.postmoon)(self.work, bench.imap, self.user, bench.password, "header")
        self.began = int(time.time()) - APART * most
        self.made = None
        self.columns = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)
        self.bench.accounts.remove(self.user)

    def sweep(self):
        """What Postmoon itself puts down. Tells how it went, as `measured` does."""
        result = self.run(self.command)
        if result["status"] == 0:
            self.change(f"UPDATE plan SET time = {self.began} + id * {APART}",
                        f"UPDATE plan_rule SET time = {self.began} + plan * {APART}")
            self.made, = self.ask("SELECT max(id) FROM plan")
        return result

    def grow(self, plans):
        """Until there are so many. Each is a copy of one that was made: of a message that came later."""
        there, = self.ask("SELECT max(id) FROM plan")
        steps, = self.ask("SELECT count(*) FROM step WHERE plan <= ?", self.made)
        statements = []
        for round_ in range(there // self.made, (plans - 1) // self.made + 1):
            shift, uids = round_ * self.made, round_ * self.messages
            new = f"<= {self.made} AND {{}} + {shift} BETWEEN {there + 1} AND {plans}"
            later, filed = f"{self.began} + ({{}} + {shift}) * {APART}", "json_extract(outcome, '$.targetUID')"
            statements += [
                self.copied("plan", "id " + new.format("id"), {
                    "id": f"id + {shift}", "uid": f"uid + {uids}", "trigger": "'new'", "event": "'new'",
                    "time": later.format("id"), "identity": "'sha256:' || lower(hex(randomblob(32)))",
                    "message_id": f"'{round_}.' || message_id"}),
                self.copied("plan_rule", "plan " + new.format("plan"), {
                    "plan": f"plan + {shift}", "time": later.format("plan"), "counted": "1"}),
                self.copied("step", "plan " + new.format("plan"), {
                    "id": f"id + {round_ * steps}", "plan": f"plan + {shift}",
                    "outcome": f"iif({filed} > 0, json_set(outcome, '$.targetUID', {filed} + {uids}), outcome)",
                    "begun_at": later.format("plan"), "finished_at": later.format("plan")})]
        self.change(
            *statements,
            "INSERT INTO identity (account, key, mailbox, uid_validity, uid, first_seen) "
            f"SELECT account, identity, mailbox, uid_validity, uid, time FROM plan WHERE id > {there}",
            "INSERT INTO taken_out (account, mailbox, key, at) SELECT account, mailbox, identity, time FROM plan "
            f"WHERE id > {there} AND EXISTS (SELECT 1 FROM step WHERE step.plan = plan.id AND kind = 'uid_move')")

    def copied(self, table, which, changed):
        """The statement that copies rows of a table, some columns changed."""
        if table not in self.columns:
            self.columns[table] = [name for _, name, *_ in self.all(f"PRAGMA table_info({table})")]
        names = self.columns[table]
        values = ", ".join(changed.get(name, name) for name in names)
        return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {which}"

    def questions(self):
        """name -> arguments; about a plan whose message is where it was filed."""
        plan, message = self.ask(f"SELECT id, message_id FROM plan WHERE id > {self.made // 2}")
        return {"log": ["log"], "why": ["why", message], "undo --dry-run": ["undo", "--dry-run", str(plan)],
                "start alone": ["--version"]}

    def answer(self, arguments):
        """Tells how it went, as `measured` does, and what was `said` if it did not go well."""
        configuration = [] if arguments[0].startswith("-") else self.command[-2:]
        return self.run([self.bench.postmoon, *arguments, *configuration])

    def run(self, command):
        open(f"{self.work}/log", "w").close()
        result = measured(command, self.work, PATIENCE)
        result["wrong"] = ""
        if result["status"] != 0:
            with open(f"{self.work}/log", errors="replace") as log:
                result["said"] = log.read()[-2000:]
        return result

    @property
    def path(self):
        return os.path.join(self.work, "state", "journal.sqlite")

    def bytes(self):
        return os.path.getsize(self.path)

    def all(self, question, *values):
        journal = sqlite3.connect(self.path)
        try:
            return journal.execute(question, values).fetchall()
        finally:
            journal.close()

    def ask(self, question, *values):
        return self.all(question, *values)[0]

    def change(self, *statements):
        """All of them or none. Foreign keys count, as they do for Postmoon."""
        journal = sqlite3.connect(self.path)
        try:
            journal.execute("PRAGMA foreign_keys = ON")
            with journal:
                for statement in statements:
                    journal.execute(statement)
            journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            journal.close()
