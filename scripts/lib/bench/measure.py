"""Runs all measurements on a Dovecot that is there already, and prints the tables. scripts/bench starts it."""
import json
import sys

from reactions import reactions, sync
from setting import begin, first_line, options, quoted, surroundings
from starts import starts
from sweeps import JOBS, sweeps
from tables import reaction_table, reaction_verdict, start_table, sweep_table, verdict

DELAYS = (0, 50)


def main():
    parser = options("messages", "few", "rounds", "arrivals")
    parser.add_argument("--mbit", type=float, default=0)
    bench = begin(parser)
    imapfilter = first_line("imapfilter", "-V").replace("IMAPFilter ", "").split(" ")[0]
    about = surroundings(bench, f"imapfilter {imapfilter}")
    bench.progress(f"writing {bench.messages:,} messages")
    bench.accounts.template(bench.messages)
    swept = [row for job in JOBS for delay in DELAYS for row in sweeps(bench, job, delay)]
    reacted = [row for delay in DELAYS for row in reactions(bench, delay)]
    synced = sync(bench)
    started = starts(bench, DELAYS)

    limit = f" and {bench.mbit:g} Mbit/s" if bench.mbit else ""
    print(f"""
Sweep of an INBOX, median (least–most) of {bench.rounds}, from the program's start to its end. The delay is a round
trip of {DELAYS[1]} ms{limit}, without slow start; at 0 ms there is nothing between client and server. The floor is
a bare client that does only what cannot be left out; for bodies it reads everything and is told what to move.

{sweep_table(swept)}

From the server's answer that it has a message until the message is in its folder, one message every 0.3 s. The up to
500 ms that Dovecot waits before it tells an idling client are included, for each client alike. Postmoon has what it
decided and what it begins on the disk before it moves anything: two syncs, of {synced:.1f} ms each there (median).

{reaction_table(reacted)}

And Postmoon's own start, with the journal that it has after its first.

{start_table(started)}

{about}.""")
    if bench.json:
        with open(bench.json, "w") as file:
            json.dump({"about": about, "mbit": bench.mbit, "sweeps": swept, "reactions": reacted,
                       "sync": synced, "starts": started}, file, indent=1)
            file.write("\n")

    failures = [f"{JOBS[row['job']]}, {row['delay']} ms: {verdict(row)}" + quoted(row["runs"])
                for row in swept if row["client"] == "Postmoon" and verdict(row) != "right"]
    failures += [f"reaction, {row['delay']} ms: "
                 + (f"{row['never']} of {row['sent']} never came" if row["never"] else reaction_verdict(row))
                 + quoted([row]) for row in reacted
                 if row["client"] == "Postmoon" and (row["never"] or reaction_verdict(row) != "right")]
    failures += [f"{row['what']}, {row['delay']} ms: {row['wrong']}{quoted([row])}" for row in started if row["wrong"]]
    for failure in failures:
        print(f"\nPostmoon, {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
