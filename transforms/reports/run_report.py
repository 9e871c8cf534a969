"""The result of a run as one HTML file: it needs neither Prefect nor a network, and no script.

It has what the artifact of the run has, and a chart. There are counts, codes and sentences of ours
in it, and nothing of a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from transforms.core.language import THOUSANDS, Language
from transforms.reports.history import RunLine, last_runs
from transforms.reports.run_result import (
    LAST_RUNS,
    REASON_TITLES,
    STAGE_TITLES,
    RunResult,
    change_rows,
    freshness,
    headline,
    history_row,
    history_titles,
    reason_rows,
)
from transforms.reports.summaries import HELD_BACK, count_held_back

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
    footer = result.language.text(
        "Run {run}, written {moment}.", run=result.run_id, moment=f"{now:%Y-%m-%d %H:%M %Z}"
    )
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{result.language.code}"><head>',
            f'<meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{STYLE}</style></head><body>",
            *_answer(result),
            *_details(result, rejects),
            *_history(result),
            f"<footer>{escape(footer)}</footer>",
            "</body></html>",
            "",
        ]
    )


def _answer(result: RunResult) -> Iterator[str]:
    """Yield whether DHIS2 is up to date, since when, and why not."""
    is_late = bool(result.failure) and not result.is_loaded
    yield f'<h1 class="{"late" if is_late else "good"}">{escape(headline(result))}</h1>'
    if result.failure:
        failed = escape(result.language.text("The run failed."))
        yield f'<p class="failure"><b>{failed}</b> {escape(result.failure)}</p>'
    yield _paragraph(freshness(result).replace("**", "").replace("`", ""))


def _details(result: RunResult, rejects: str) -> Iterator[str]:
    """Yield what was done, and what was not."""
    language, stages = result.language, [(each.name, each.state) for each in result.stages]
    yield from _section(language, language.text("Stages"), STAGE_TITLES[:2], stages)
    if result.summary is None:
        return
    done = change_rows(result.summary, language)
    yield from _section(language, language.text("What was done"), *done)
    reasons = reason_rows(result)
    yield from _section(language, language.text("What was not"), REASON_TITLES, reasons)
    if count_held_back(result.summary["rejects"]):
        yield _paragraph(
            language.text(
                "Each of these objects is named by table and UUID in {folder}/*.csv.",
                folder=rejects,
            )
        )
    if sentences := result.summary["held_back"]:
        items = "".join(f"<li>{escape(each)}</li>" for each in sentences)
        yield f"<h2>{escape(language.of(HELD_BACK))}</h2><ul>{items}</ul>"


def _history(result: RunResult) -> Iterator[str]:
    lines = last_runs(result.summary, result.earlier)
    if lines:
        language = result.language
        rows = [history_row(each, language) for each in lines]
        yield from _section(language, language.of(LAST_RUNS), history_titles(language), rows)
        yield _chart(lines[::-1], language)


def _section(
    language: Language, title: str, titles: Sequence[str], rows: Sequence[Sequence[str]]
) -> Iterator[str]:
    if not rows:
        yield f"<h2>{escape(title)}</h2>{_paragraph(language.text('Nothing.'))}"
        return
    head = "".join(f"<th>{escape(language.of(each))}</th>" for each in titles)
    thousands = language.of(THOUSANDS)
    body = "".join(f"<tr>{''.join(_cell(each, thousands) for each in row)}</tr>" for row in rows)
    yield f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _cell(text: str, thousands: str) -> str:
    kind = ' class="number"' if text.replace(thousands, "").isdigit() else ""
    return f"<td{kind}>{escape(text)}</td>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _chart(lines: Sequence[RunLine], language: Language) -> str:
    """Return the runs from left to right: objects done, and beside them what was held back."""
    most = max(1, *(max(each.done, each.held_back) for each in lines))
    step = WIDTH / len(lines)
    bars = "".join(
        _bars(each, number * step, step, most, language) for number, each in enumerate(lines)
    )
    words = "; ".join(_bar_in_words(each, language) for each in lines)
    done, held_back = language.text("objects done"), language.text("held back or refused")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}" role="img" aria-label="{escape(words)}">'
        f'<line x1="0" y1="{FLOOR}" x2="{WIDTH}" y2="{FLOOR}" stroke="#8a949e"/>{bars}'
        f'<rect x="0" y="{HEIGHT}" width="10" height="10" fill="{BLUE}"/>'
        f'<text x="15" y="{HEIGHT + 10}">{escape(done)}</text>'
        f'<rect x="110" y="{HEIGHT}" width="10" height="10" fill="{ORANGE}"/>'
        f'<text x="125" y="{HEIGHT + 10}">{escape(held_back)}</text></svg>'
    )


def _bar_in_words(line: RunLine, language: Language) -> str:
    return language.text(
        "{run}: {done} done, {held_back} held back",
        run=line.run_id,
        done=line.done,
        held_back=line.held_back,
    )


def _bars(line: RunLine, left: float, step: float, most: int, language: Language) -> str:
    """Return two bars with their numbers above, and the day below."""
    parts: Iterable[tuple[int, str, float]] = (
        (line.done, BLUE, 0.1),
        (line.held_back, ORANGE, 0.5),
    )
    return (
        "".join(
            f'<rect x="{left + at * step:.1f}" y="{FLOOR - high:.1f}" width="{step * 0.35:.1f}" '
            f'height="{high:.1f}" fill="{colour}"/>'
            f'<text x="{left + at * step:.1f}" y="{FLOOR - high - 3:.1f}">'
            f"{language.number(number)}</text>"
            for number, colour, at in parts
            for high in [(FLOOR - 20) * number / most]
        )
        + f'<text x="{left + 0.1 * step:.1f}" y="{FLOOR + 15}">{escape(line.as_of[:10])}</text>'
    )
