"""Draw what `tests.benchmarks.day` measured at several sizes: processor seconds, and memory.

    python -m tests.benchmarks.curve build/scale.csv docs/reference/scale

Writes <folder>/<day>.svg for each day, and a copy of the CSV beside them. Both axes of the seconds
are logarithmic, so a stage that takes time by the insuree is a line of the slope of the grid; a
stage in flat memory is a level line.
"""

import csv
import math
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 420, 300, 60
COLOURS = ("#1b6ca8", "#c23b22", "#2e7d32", "#8e44ad", "#b8860b", "#00838f", "#6d4c41", "#455a64")
Row = Mapping[str, str]
Points = list[tuple[float, float]]


def read(path: Path) -> list[Row]:
    """Return the rows of a curve."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def lines_of(rows: Sequence[Row], column: str) -> dict[str, Points]:
    """Return stage → people and measure, by the number of people."""
    ordered = sorted(rows, key=lambda row: (row["stage"], int(row["people"])))
    return {
        stage: [(float(row["people"]), float(row[column])) for row in of_stage]
        for stage, of_stage in groupby(ordered, lambda row: row["stage"])
    }


class Panel:
    """One picture: lines over the number of people."""

    def __init__(self, title: str, lines: Mapping[str, Points], left: float, *, log: bool) -> None:
        self._title, self._lines, self._left, self._log = title, lines, left, log
        self._people = sorted({people for line in lines.values() for people, _ in line})
        values = [value for line in lines.values() for _, value in line]
        self._ends = (max(min(values), 0.01), max(values)) if log else (0.0, max(values))

    def parts(self) -> Iterator[str]:
        """Yield the elements of the picture."""
        yield _text(self._left + MARGIN, 20, self._title, size=14)
        for people in self._people:
            yield _text(self._x(people), HEIGHT + MARGIN + 16, f"{people:,.0f}", anchor="middle")
        for value in self._ticks():
            y = self._y(value)
            yield (
                f'<line x1="{self._left + MARGIN}" x2="{self._left + MARGIN + WIDTH}" y1="{y:.1f}" '
                f'y2="{y:.1f}" stroke="#ddd"/>'
            )
            yield _text(self._left + MARGIN - 6, y + 4, f"{value:g}", anchor="end")
        for colour, (stage, line) in zip(COLOURS, self._lines.items(), strict=False):
            points = " ".join(
                f"{self._x(people):.1f},{self._y(value):.1f}" for people, value in line
            )
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            people, value = line[-1]
            yield _text(self._x(people) + 4, self._y(value) + 4, stage, colour=colour)

    def _ticks(self) -> list[float]:
        low, high = self._ends
        if self._log:
            return [10.0**each for each in range(math.floor(math.log10(low)),
                                                 math.ceil(math.log10(high)) + 1)]  # fmt: skip
        step = 10 ** math.floor(math.log10(high or 1)) / 2
        return [step * each for each in range(math.ceil(high / step) + 1)]

    def _x(self, people: float) -> float:
        first, last = math.log(self._people[0]), math.log(self._people[-1])
        share = (math.log(people) - first) / (last - first) if last > first else 0.5
        return self._left + MARGIN + share * WIDTH

    def _y(self, value: float) -> float:
        ticks = self._ticks()
        low, high = ticks[0], ticks[-1]
        if self._log:
            low, high, value = (math.log10(max(each, low)) for each in (low, high, value))
        return MARGIN / 2 + HEIGHT * (1 - (value - low) / ((high - low) or 1))


def _text(
    x: float, y: float, text: str, *, size: int = 11, anchor: str = "start", colour: str = "#333"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
        f'font-family="sans-serif">{text}</text>'
    )


def picture(day: str, rows: Sequence[Row]) -> str:
    """Return a day as SVG: processor seconds on the left, memory on the right."""
    panels = (
        Panel(f"{day}: processor seconds", lines_of(rows, "processor_seconds"), 0, log=True),
        Panel(f"{day}: peak memory, MiB", lines_of(rows, "mebibytes"), WIDTH + 190, log=False),
    )
    size = f'width="{2 * (WIDTH + 190)}" height="{HEIGHT + MARGIN + 30}"'
    parts = [part for panel in panels for part in panel.parts()]
    background = '<rect width="100%" height="100%" fill="white"/>'
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', background, *parts, "</svg>", ""]
    )


def draw(curve: Path, folder: Path) -> None:
    """Write a picture for each day, and the figures beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = read(curve)
    for day in dict.fromkeys(row["day"] for row in rows):
        own = [row for row in rows if row["day"] == day]
        (folder / f"{day}.svg").write_text(picture(day, own))
    if curve.resolve() != (folder / curve.name).resolve():
        shutil.copy(curve, folder / curve.name)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
