"""The page of openIMIS's operational indicators, and of the figures of months; made from tables."""

from collections.abc import Iterator

from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.figures.operational_table import (
    NOT_COMPUTED_AT_ALL,
    OPERATIONAL_INDICATORS,
    OperationalIndicator,
)
from transforms.aggregates.figures.table import FIGURES, Figure
from transforms.core.markdown import code, table
from transforms.reports.tables import page_texts


def operational_indicator_page() -> str:
    """Return the whole page as Markdown."""
    parts = ([page_texts.OPERATIONAL_INDICATORS], _indicators(), _not_computed(), _figures())
    return "\n".join(line for part in parts for line in part)


def _indicators() -> Iterator[str]:
    yield from ("## What is computed, of what, and where", "")
    titles = ("openIMIS's code", "indicator", "definition", "of figures", "of persons", "note")
    yield from table(titles, map(_row, OPERATIONAL_INDICATORS))


def _row(row: OperationalIndicator) -> tuple[str, ...]:
    return (
        row.code or "-",
        row.name,
        row.definition,
        code(row.figures),
        code(row.tracker) if row.tracker else "not computed",
        row.note or "-",
    )


def _not_computed() -> Iterator[str]:
    yield from ("## What is not computed, and why", "")
    yield from table(("what", "why"), NOT_COMPUTED_AT_ALL)


def _figures() -> Iterator[str]:
    yield page_texts.FIGURES_OF_MONTHS
    titles = ("key", "figure", "what is counted", "where", "divided by")
    yield from table(titles, map(_figure, FIGURES))


def _figure(figure: Figure) -> tuple[str, ...]:
    categories = ", ".join(CATEGORIES[key].name.lower() for key in figure.categories)
    return code(figure.key), figure.name, figure.words, figure.place, categories or "nothing"
