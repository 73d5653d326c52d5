"""How Postmoon's cost grows: with messages, with rules, with the size of messages, and with the journal. Prints the
tables and draws the plots. scripts/bench starts it.
"""
import json
import statistics
import sys

import clients
import corpus
import plot
from journal import Journal
from setting import begin, options, quoted, surroundings
from sweeps import once
from tables import growth_table, journal_table, verdict

MESSAGES = (1_000, 2_000, 5_000, 10_000, 20_000)
RULES, RULED = (10, 100, 500, 1_000), 2_000
SIZES, SIZED = (5, 20, 80, 320), 500
PLANS = (1_000, 10_000, 50_000, 180_000)
# Commands that answer at once are asked more often.
ANSWERS = 5

OWN_RULES = clients.POSTMOON_RULES.count("\nrule ")
# Of fields that the others look at, too: what is fetched stays the same.
NEVER = ('from:contains "@nobody-{}.example"', 'subject:contains "[Never-{}]"', 'list_id:is "never-{}.lists.example"',
         'to:contains "me+never{}@" | cc:contains "me+never{}@"', 'header("X-Forge-Reason"):contains "never-{}"')
WORD_FOLDER, WORDS = next(iter(corpus.NEEDLES.items()))


def main():
    parser = options("rounds")
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--plots", required=True)
    bench = begin(parser)
    about = surroundings(bench)
    rows = {"messages": by_messages(bench), "rules": by_rules(bench), "size": by_size(bench),
            "journal": by_journal(bench)}
    ruled, sized = scaled(bench, RULED), scaled(bench, SIZED)
    print(f"""
Sweep by the ten header rules, without delay; median (least–most) of {bench.rounds}.

{growth_table("messages", rows["messages"])}

Sweep of {ruled:,} messages by ever more rules: the usual ones, and before them those that never hold.

{growth_table("rules", rows["rules"])}

Sweep of {sized:,} messages by one rule that looks into bodies.

{growth_table("kB each", rows["size"])}

Answers with the program's start in them, no daemon running, in milliseconds; median (least–most) of {ANSWERS}.

{journal_table(rows["journal"])}

{about}.""")
    if bench.json:
        with open(bench.json, "w") as file:
            json.dump({"about": about, "scale": bench.scale, **rows}, file, indent=1)
            file.write("\n")
    draw(bench, rows, ruled, sized)
    failed = [(kind, row) for kind in rows for row in rows[kind]
              if row["client"] != "floor" and verdict(row) != "right"]
    for kind, row in failed:
        print(f"\nPostmoon, {kind} {row['size']:,}, {row['client']}: {verdict(row)}" + quoted(row["runs"]),
              file=sys.stderr)
    return 1 if failed else 0


def scaled(bench, number):
    return max(10, round(number * bench.scale))


def repeated(bench, rows, run):
    """The rows, each with what `run` tells of it in every round; first in this order, then in the other."""
    for number in range(bench.rounds):
        for row in rows[::-1] if number % 2 else rows:
            bench.progress(f"round {number + 1} of {bench.rounds}: {row['size']:,}, {row['client']}")
            row["runs"].append(run(row))
    return rows


def row_of(client, size):
    return {"client": client, "size": size, "runs": []}


def by_messages(bench):
    bench.progress("messages")
    rows = []
    for size in dict.fromkeys(scaled(bench, size) for size in MESSAGES):
        makers = {"Postmoon": clients.postmoon(bench.postmoon), "floor": clients.floor(size)}
        rows += repeated(bench, [row_of(client, size) for client in makers],
                         lambda row: once(bench, makers[row["client"]], "header", size, bench.imap))
        bench.accounts.forget_templates()
    return rows


def by_rules(bench):
    bench.progress("rules")
    messages = scaled(bench, RULED)

    def run(row):
        # Before the others: every message is looked at by all of them.
        never = "".join(f'rule "never {number}" {{ limit = false, when = '
                        f'{NEVER[number % len(NEVER)].format(number, number)}, run = {{ move "Never" }} }}\n'
                        for number in range(row["size"] - OWN_RULES))
        rules = never + clients.POSTMOON_RULES
        return once(bench, clients.postmoon(bench.postmoon, rules), "header", messages, bench.imap)

    rows = repeated(bench, [row_of("Postmoon", size) for size in RULES], run)
    bench.accounts.forget_templates()
    return rows


def by_size(bench):
    bench.progress("size of messages, in kB")
    messages = scaled(bench, SIZED)
    rule = f'rule "words" {{ limit = false, when = body:contains "{WORDS}", run = {{ move "{WORD_FOLDER}" }} }}\n'

    def belongs(number):
        return WORD_FOLDER if corpus.sort_of(number)[1] == WORD_FOLDER else "INBOX", False

    def run(row):
        command = clients.postmoon(bench.postmoon, rule)
        return once(bench, command, "body", messages, bench.imap, row["size"] * 1000, belongs)

    rows = []
    for size in SIZES:
        rows += repeated(bench, [row_of("Postmoon", size)], run)
        bench.accounts.forget_templates()
    return rows


def by_journal(bench):
    bench.progress("journal")
    sizes = list(dict.fromkeys(scaled(bench, size) for size in PLANS))
    rows = []
    # It leaves fewer plans than there are messages.
    with Journal(bench, sizes[0], sizes[-1]) as journal:
        swept = journal.sweep()
        if swept["status"] != 0:
            return [{"client": "sweep", "size": sizes[0], "runs": [swept], "bytes": 0}]
        for size in sizes:
            bench.progress(f"{size:,} plans")
            journal.grow(size)
            for name, arguments in journal.questions().items():
                # The first one only warms up.
                runs = [journal.answer(arguments) for _ in range(ANSWERS + 1)][1:]
                rows.append({**row_of(name, size), "runs": runs, "bytes": journal.bytes()})
    bench.accounts.forget_templates()
    return rows


def draw(bench, rows, ruled, sized):
    def series(kind, figure):
        points = {}
        for row in rows[kind]:
            values = [figure(run) for run in row["runs"]]
            points.setdefault(row["client"], []).append(
                [row["size"], statistics.median(values), min(values), max(values)])
        return [{"name": name, "points": points[name]} for name in points]

    def seconds(run):
        return round(run["seconds"], 3)

    plots = [
        {"name": "messages", "title": "Time of a sweep", "x": "messages", "y": "seconds",
         "series": series("messages", seconds)},
        {"name": "memory", "title": "Memory of a sweep", "x": "messages", "y": "MiB at most",
         "series": series("messages", lambda run: round(run["peak_kib"] / 1024, 1))},
        {"name": "rules", "title": f"Time of a sweep of {ruled:,} messages", "x": "rules", "y": "seconds",
         "series": series("rules", seconds)},
        {"name": "size", "title": f"Time of a sweep of {sized:,} messages by their bodies", "x": "kB each",
         "y": "seconds", "series": series("size", seconds)},
        {"name": "journal", "title": "Time of an answer", "x": "plans in the journal", "y": "milliseconds",
         "log": ["x"], "series": series("journal", lambda run: round(run["seconds"] * 1000, 1))},
    ]
    for path in plot.write(plots, bench.plots):
        bench.progress(path)


if __name__ == "__main__":
    sys.exit(main())
