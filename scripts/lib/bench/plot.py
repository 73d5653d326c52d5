"""Draws line plots as SVG, in the light or dark colours that the reader prefers.

    plot.py FIGURES.json FOLDER

The file holds {"plots": [...]}, and each plot becomes FOLDER/NAME.svg:

    {
      "name": "messages",                     the file's name, of letters, digits and -
      "title": "Time of a sweep",
      "x": "messages", "y": "seconds",        what stands at the axes
      "log": ["x", "y"],                      axes in powers of ten; left out: none
      "series": [                             up to six
        {"name": "Postmoon", "points": [[1000, 0.11], [10000, 0.62]]},
        {"name": "floor", "points": [[1000, 0.08], [10000, 0.53]]}
      ]
    }

A point may have a third and fourth number, the least and the most of several measurements: a thin line is drawn between
them. Axes that are not in powers of ten begin at 0. The same figures give the same file, byte for byte.
"""
import json
import math
import os
import re
import sys
from html import escape

WIDTH, HEIGHT = 560, 320
LEFT, RIGHT, TOP, BOTTOM = 72, 36, 62, 52
LIGHT = ("#1f6fb2", "#c4541a", "#2b8045", "#7d4cb0", "#a8326b", "#6b6b00")
DARK = ("#6cb6ff", "#f0a060", "#6fcf8a", "#c3a0f5", "#f58ab8", "#d2cf5a")
LETTER = 6.6  # about the width of one, in pixels


class Axis:
    """From figures to pixels, and where the ticks are."""

    def __init__(self, values, powers, first, last):
        self.powers, self.first, self.last = powers, first, last
        if powers:
            if min(values) <= 0:
                raise SystemExit("An axis in powers of ten has no place for 0 and less.")
            low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
            self.low, self.high = low, max(high, low + 1)
            self.ticks = [10.0 ** power for power in range(self.low, self.high + 1)]
        else:
            if min(values) < 0:
                raise SystemExit("Figures below 0 are not drawn.")
            step = self.step(max(values) or 1)
            count = math.ceil((max(values) or 1) / step - 1e-9)
            self.low, self.high = 0, count * step
            self.ticks = [index * step for index in range(count + 1)]

    @staticmethod
    def step(highest):
        """1, 2 or 5 with zeros, so that there are about five."""
        size = 10.0 ** math.floor(math.log10(highest / 5))
        return next(size * digit for digit in (1, 2, 5, 10) if highest / (size * digit) <= 6)

    def place(self, value):
        part = (math.log10(value) if self.powers else value) - self.low
        return self.first + (self.last - self.first) * part / (self.high - self.low)


def number(value):
    """As people write it: 10,000, not 10000.0."""
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.4g}"


def marker(index, x, y):
    """Each series has a form, too: not everybody tells colours apart."""
    forms = ("M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0Z", "M-3.2,-3.2h6.4v6.4h-6.4Z", "M0,-4.4L4.4,0L0,4.4L-4.4,0Z",
             "M0,-4L4,3.4H-4Z", "M0,4L4,-3.4H-4Z", "M-4,-1.3h2.7v-2.7h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7Z")
    return f'<path class="f{index}" transform="translate({x:.1f},{y:.1f})" d="{forms[index]}"/>'


def style():
    def colours(paper, ink, faint, lines):
        return (f".paper{{fill:{paper}}}text{{fill:{ink}}}.grid{{stroke:{faint}}}.axis{{stroke:{ink}}}"
                + "".join(f".l{index}{{stroke:{line}}}.f{index}{{fill:{line}}}" for index, line in enumerate(lines)))
    return ("text{font:12px system-ui,sans-serif}.title{font-size:14px;font-weight:600}.grid,.axis{stroke-width:1}"
            ".line{fill:none;stroke-width:2;stroke-linejoin:round}.span{stroke-width:1.2}"
            + colours("#ffffff", "#24292f", "#e1e4e8", LIGHT)
            + "@media(prefers-color-scheme:dark){" + colours("#0d1117", "#d7dde4", "#2b3138", DARK) + "}")


def draw(plot):
    series = plot["series"]
    if not 1 <= len(series) <= len(LIGHT) or not all(one["points"] for one in series):
        raise SystemExit(f"{plot['name']}: there have to be 1 to {len(LIGHT)} series, with points.")
    powers = plot.get("log", [])
    points = [point for one in series for point in one["points"]]
    across = Axis([point[0] for point in points], "x" in powers, LEFT, WIDTH - RIGHT)
    up = Axis([value for point in points for value in point[1:]], "y" in powers, HEIGHT - BOTTOM, TOP)
    title = escape(plot["title"])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           f'role="img" aria-label="{title}">', f"<title>{title}</title>", f"<style>{style()}</style>",
           f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
           f'<text class="title" x="{LEFT}" y="22">{title}</text>']
    for tick in up.ticks:
        y = up.place(tick)
        out.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(tick)}</text>')
    bottom = HEIGHT - BOTTOM
    for tick in across.ticks:
        x = across.place(tick)
        out.append(f'<line class="axis" x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}"/>'
                   f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{number(tick)}</text>')
    centre, middle = (LEFT + WIDTH - RIGHT) / 2, (TOP + bottom) / 2
    out.append(f'<path class="axis" fill="none" d="M{LEFT},{TOP}V{bottom}H{WIDTH - RIGHT}"/>'
               f'<text x="{centre:.1f}" y="{HEIGHT - 12}" text-anchor="middle">{escape(plot["x"])}</text>'
               f'<text transform="translate(16,{middle:.1f}) rotate(-90)" text-anchor="middle">'
               f'{escape(plot["y"])}</text>')
    legend = LEFT
    for index, one in enumerate(series):
        places = [(across.place(point[0]), up.place(point[1]), point[2:]) for point in sorted(one["points"])]
        for x, _, span in places:
            if span:
                out.append(f'<line class="span l{index}" x1="{x:.1f}" y1="{up.place(min(span)):.1f}" x2="{x:.1f}" '
                           f'y2="{up.place(max(span)):.1f}"/>')
        out.append(f'<polyline class="line l{index}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)}"/>')
        out += [marker(index, x, y) for x, y, _ in places]
        if len(series) > 1:
            out.append(marker(index, legend + 4, 41) + f'<text x="{legend + 13}" y="45">{escape(one["name"])}</text>')
            legend += 13 + LETTER * len(one["name"]) + 20
    return "\n".join(out) + "\n</svg>\n"


def write(plots, folder):
    """Each into a file of its own; tells their paths."""
    os.makedirs(folder, exist_ok=True)
    for plot in plots:
        if not re.fullmatch(r"[A-Za-z0-9-]+", plot["name"]):
            raise SystemExit(f"{plot['name']!r} is no name for a file.")
        path = os.path.join(folder, plot["name"] + ".svg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(draw(plot))
        yield path


def main():
    if len(sys.argv) != 3:
        raise SystemExit("plot.py FIGURES.json FOLDER")
    with open(sys.argv[1]) as file:
        plots = json.load(file)["plots"]
    for path in write(plots, sys.argv[2]):
        print(path)


if __name__ == "__main__":
    main()
