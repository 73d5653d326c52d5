"""The figures as Markdown."""
import statistics

from sweeps import JOBS


def spread(values, digits=2):
    """The median, and from where to where when there are several."""
    text = f"{statistics.median(values):.{digits}f}"
    return f"{text} ({min(values):.{digits}f}–{max(values):.{digits}f})" if len(values) > 1 else text


def percentile(values, share):
    """The smallest value that so many percent of them do not exceed."""
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]


def verdict(row):
    """What is wrong in any of its runs, or that all is right."""
    for run in row["runs"]:
        if run["status"] != 0:
            status = run["status"]
            return f"failed: {f'exit {status}' if isinstance(status, int) else status}"
    return next((f"wrong: {run['wrong']}" for run in row["runs"] if run["wrong"]), "right")


def reaction_verdict(row):
    if "said" in row:
        return "failed: files nothing that arrives"
    return f"wrong: {row['misplaced']} misplaced" if row["misplaced"] else "right"


def sweep_table(rows):
    lines = ["| work | messages | client | seconds | CPU seconds | peak MiB | MB received | round trips | result |",
             "| --- | --: | --- | --: | --: | --: | --: | --: | --- |"]
    for row in rows:
        runs, counts = row["runs"], row["counts"]
        lines.append("| " + " | ".join((
            f"{JOBS[row['job']]}, {row['delay']} ms", f"{row['messages']:,}", row["client"],
            spread([run["seconds"] for run in runs]), f"{statistics.median(run['cpu'] for run in runs):.2f}",
            f"{statistics.median(run['peak_kib'] for run in runs) / 1024:.0f}", f"{counts['received'] / 1e6:.2f}",
            f"{counts['round_trips']:,}", verdict(row))) + " |")
    return "\n".join(lines)


def reaction_table(rows):
    lines = ["| round trip | client | messages | median ms | p95 ms | p99 ms | never came | result |",
             "| --- | --- | --: | --: | --: | --: | --: | --- |"]
    for row in rows:
        times = row["milliseconds"]
        figures = [f"{percentile(times, share):.0f}" for share in (50, 95, 99)] if times else ["–"] * 3
        lines.append("| " + " | ".join((f"{row['delay']} ms", row["client"], str(row["sent"]), *figures,
                                        str(row["never"]), reaction_verdict(row))) + " |")
    return "\n".join(lines)


def flood_table(row):
    lines = ["| seconds | messages | median ms | p95 ms | p99 ms | never came |", "| --- | --: | --: | --: | --: | --: |"]
    for span in row["spans"]:
        times = span["milliseconds"]
        figures = [f"{percentile(times, share):.0f}" for share in (50, 95, 99)] if times else ["–"] * 3
        lines.append(f"| from {span['from']} | {span['sent']:,} | " + " | ".join(figures) + f" | {span['never']} |")
    return "\n".join(lines)


def start_table(rows):
    lines = ["| from its start | round trip | ms | result |", "| --- | --- | --: | --- |"]
    for row in rows:
        lines.append(f"| {row['what']} | {row['delay']} ms | {spread(row['milliseconds'], 0)} "
                     f"| {row['wrong'] or 'right'} |")
    return "\n".join(lines)


def growth_table(what, rows):
    lines = [f"| {what} | client | seconds | CPU seconds | peak MiB | result |",
             "| --: | --- | --: | --: | --: | --- |"]
    for row in rows:
        runs = row["runs"]
        lines.append("| " + " | ".join((
            f"{row['size']:,}", row["client"], spread([run["seconds"] for run in runs]),
            f"{statistics.median(run['cpu'] for run in runs):.2f}",
            f"{statistics.median(run['peak_kib'] for run in runs) / 1024:.0f}", verdict(row))) + " |")
    return "\n".join(lines)


def journal_table(rows):
    names = list(dict.fromkeys(row["client"] for row in rows))
    lines = ["| plans | MB | " + " | ".join(names) + " | result |", "| --: | --: |" + " --: |" * len(names) + " --- |"]
    for size in dict.fromkeys(row["size"] for row in rows):
        here = [row for row in rows if row["size"] == size]
        lines.append("| " + " | ".join((
            f"{size:,}", f"{here[0]['bytes'] / 1e6:.0f}",
            *(spread([run["seconds"] * 1000 for run in row["runs"]], 0) for row in here),
            next((verdict(row) for row in here if verdict(row) != "right"), "right"))) + " |")
    return "\n".join(lines)


def footprint_table(rows):
    lines = ["| accounts | all watched after | private | each beyond the first | resident | CPU, idle | result |",
             "| --: | --: | --: | --: | --: | --: | --- |"]
    first = next((row for row in rows if row["accounts"] == 1 and "private_kib" in row), None)
    for row in rows:
        cells = [f"{row['accounts']:,}", f"{row['seconds']:.1f} s"] + ["–"] * 4 + [row["wrong"] or "right"]
        if "private_kib" in row:
            cells[2], cells[4] = (f"{row[kind] / 1024:.1f} MiB" for kind in ("private_kib", "resident_kib"))
            cells[5] = f"{row['share'] * 100:.2f} %"
            if first and row is not first:
                cells[3] = f"{(row['private_kib'] - first['private_kib']) / (row['accounts'] - 1):.0f} KiB"
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
