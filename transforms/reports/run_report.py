"""The result of a run as one HTML file: it needs neither Prefect nor a network, and no script.

It has what the artifact of the run has, and a chart. There are counts, codes and sentences of ours
in it, and nothing of a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from transforms.reports.history import RunLine, last_runs
from transforms.reports.run_result import (
    HELD_BACK,
    LAST_RUNS,
    REASON_TITLES,
    RunResult,
    change_rows,
    freshness,
    headline,
    reason_rows,
)
from transforms.reports.summaries import count_held_back

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d2733; background: #fff }
h1 { font-size: 1.6rem; border-left: .5rem solid #2c7a4b; padding-left: .8rem }
h1.late { border-color: #b3261e }
h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d5dbe1;
  vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.failure { background: #fdecea; padding: .8rem 1rem }
svg text { font-size: 11px; fill: #1d2733 }
footer { margin-top: 2rem; color: #5a6673; font-size: .85rem }
"""
BLUE, ORANGE = "#3569b8", "#d98200"
WIDTH, HEIGHT, FLOOR = 640, 150, 120


def run_report(result: RunResult, rejects: str, now: datetime) -> str:
    """Return the report of a run.

    Args:
        result: What the run came to.
        rejects: The folder of the files that name each reject.
        now: When it is written, with its zone.
    """
    title = escape(headline(result))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{STYLE}</style></head><body>",
            *_answer(result),
            *_details(result, rejects),
            *_history(result),
            f"<footer>Run {escape(result.run_id)}, written {now:%Y-%m-%d %H:%M %Z}.</footer>",
            "</body></html>",
            "",
        ]
    )


def _answer(result: RunResult) -> Iterator[str]:
    """Yield whether DHIS2 is up to date, since when, and why not."""
    is_late = bool(result.failure) and not result.is_loaded
    yield f'<h1 class="{"late" if is_late else "good"}">{escape(headline(result))}</h1>'
    if result.failure:
        yield f'<p class="failure"><b>The run failed.</b> {escape(result.failure)}</p>'
    yield _paragraph(freshness(result).replace("**", "").replace("`", ""))


def _details(result: RunResult, rejects: str) -> Iterator[str]:
    """Yield what was done, and what was not."""
    yield from _section("Stages", ("stage", "ended as"), [(s.name, s.state) for s in result.stages])
    if result.summary is None:
        return
    yield from _section("What was done", *change_rows(result.summary))
    reasons = reason_rows(result.summary, result.earlier)
    yield from _section("What was not", REASON_TITLES, reasons)
    if count_held_back(result.summary["rejects"]):
        yield _paragraph(f"Each of these objects is named by table and UUID in {rejects}/*.csv.")
    if sentences := result.summary["held_back"]:
        items = "".join(f"<li>{escape(each)}</li>" for each in sentences)
        yield f"<h2>{HELD_BACK}</h2><ul>{items}</ul>"


def _history(result: RunResult) -> Iterator[str]:
    lines = last_runs(result.summary, result.earlier)
    if lines:
        rows = [(e.run_id, e.as_of, e.state, f"{e.done:,}", f"{e.held_back:,}") for e in lines]
        titles = ("run", "openIMIS as of", "it", "objects done", "held back or refused")
        yield from _section(LAST_RUNS, titles, rows)
        yield _chart(lines[::-1])


def _section(title: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield f"<h2>{title}</h2>{_paragraph('Nothing.')}"
        return
    head = "".join(f"<th>{escape(each)}</th>" for each in titles)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    yield f"<h2>{title}</h2><table><tr>{head}</tr>{body}</table>"


def _cell(text: str) -> str:
    kind = ' class="number"' if text.replace(",", "").isdigit() else ""
    return f"<td{kind}>{escape(text)}</td>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _chart(lines: Sequence[RunLine]) -> str:
    """Return the runs from left to right: objects done, and beside them what was held back."""
    most = max(1, *(max(each.done, each.held_back) for each in lines))
    step = WIDTH / len(lines)
    bars = "".join(_bars(each, number * step, step, most) for number, each in enumerate(lines))
    words = "; ".join(f"{e.run_id}: {e.done} done, {e.held_back} held back" for e in lines)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}" role="img" aria-label="{escape(words)}">'
        f'<line x1="0" y1="{FLOOR}" x2="{WIDTH}" y2="{FLOOR}" stroke="#8a949e"/>{bars}'
        f'<rect x="0" y="{HEIGHT}" width="10" height="10" fill="{BLUE}"/>'
        f'<text x="15" y="{HEIGHT + 10}">objects done</text>'
        f'<rect x="110" y="{HEIGHT}" width="10" height="10" fill="{ORANGE}"/>'
        f'<text x="125" y="{HEIGHT + 10}">held back or refused</text></svg>'
    )


def _bars(line: RunLine, left: float, step: float, most: int) -> str:
    """Return two bars with their numbers above, and the day below."""
    parts: Iterable[tuple[int, str, float]] = (
        (line.done, BLUE, 0.1),
        (line.held_back, ORANGE, 0.5),
    )
    return (
        "".join(
            f'<rect x="{left + at * step:.1f}" y="{FLOOR - high:.1f}" width="{step * 0.35:.1f}" '
            f'height="{high:.1f}" fill="{colour}"/>'
            f'<text x="{left + at * step:.1f}" y="{FLOOR - high - 3:.1f}">{number:,}</text>'
            for number, colour, at in parts
            for high in [(FLOOR - 20) * number / most]
        )
        + f'<text x="{left + 0.1 * step:.1f}" y="{FLOOR + 15}">{escape(line.as_of[:10])}</text>'
    )
