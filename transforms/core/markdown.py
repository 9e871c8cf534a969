"""Markdown for the pages that are made from the tables of truth."""

from collections.abc import Iterable, Sequence


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table's lines, with an empty one after it."""
    return [
        _row(titles),
        _row(["---"] * len(titles)),
        *(_row([cell(text) for text in row]) for row in rows),
        "",
    ]


def cell(text: str) -> str:
    """Return a text that breaks no table; empty text shows as a dash."""
    return " ".join(text.split()).replace("|", "\\|") or "-"


def code(text: str) -> str:
    """Return a text as code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
