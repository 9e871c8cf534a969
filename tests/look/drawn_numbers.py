"""The numbers that single values and tables show, beside those of openIMIS."""

import calendar
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from tests.figures.tracker import Period
from tests.live.server import Server
from tests.look.dashboard_app import Item
from tests.look.openimis_numbers import OpenimisNumbers

NUMBER = re.compile(r"-?\d+(\.\d+)?%?")
SINGLE_VALUE, TABLE = "SINGLE_VALUE", "PIVOT_TABLE"
SLACK = 0.011
"""Figures have no more than one decimal, and a half is rounded up here and there."""


@dataclass(frozen=True)
class Chart:
    """A chart of DHIS2's.

    Attributes:
        kind: DHIS2's type.
        data: Name of each figure, as a table shows it, to its UID.
        is_of_last_year: Whether it shows the year that is over, and not months.
    """

    kind: str
    data: Mapping[str, str]
    is_of_last_year: bool = False


@dataclass(frozen=True)
class Drawn:
    """A number on the screen.

    Attributes:
        name: Of the figure.
        uid: Its UID.
        period: DHIS2's identifier.
        value: What is shown; nothing is 0.
    """

    name: str
    uid: str
    period: str
    value: float


def charts_of(server: Server) -> dict[str, Chart]:
    """Return UID to chart."""
    fields = (
        "id,type,relativePeriods[lastYear],"
        "dataDimensionItems[programIndicator[id,displayName],indicator[id,displayName]]"
    )
    rows = server.get("/api/visualizations", fields=fields, paging="false")["visualizations"]
    return {
        row["id"]: Chart(
            row["type"], dict(_data(row)), bool(row.get("relativePeriods", {}).get("lastYear"))
        )
        for row in rows
    }


def _data(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for item in row["dataDimensionItems"]:
        if thing := item.get("programIndicator") or item.get("indicator"):
            yield thing["displayName"], thing["id"]


def drawn_of(item: Item, chart: Chart, months: Sequence[Period], last_year: Period) -> list[Drawn]:
    """Return the numbers that an item shows: in a table of months, or as a single value."""
    if chart.kind == SINGLE_VALUE:
        return list(_single(item, chart, last_year if chart.is_of_last_year else months[-1]))
    return list(_of_table(item, chart, months)) if chart.kind == TABLE else []


def _single(item: Item, chart: Chart, shown: Period) -> Iterator[Drawn]:
    numbers = [value for text in item.texts if (value := number(text)) is not None]
    for name, uid in chart.data.items():
        yield Drawn(name, uid, shown.id, numbers[0] if numbers else 0.0)


def _of_table(item: Item, chart: Chart, months: Sequence[Period]) -> Iterator[Drawn]:
    """Yield what a table shows, which has the months in its columns or in its rows."""
    ids = {_month_name(month): month.id for month in months}
    for month, name, text in _crossings(item.cells, ids, chart.data):
        yield Drawn(name, chart.data[name], ids[month], number(text) or 0.0)
    for name, month, text in _crossings(item.cells, chart.data, ids):
        yield Drawn(name, chart.data[name], ids[month], number(text) or 0.0)


def _crossings(
    cells: Sequence[Sequence[str]], across: Container[str], down: Container[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield head of a column, head of a row, and what stands there."""
    heads = next((words for row in cells if (words := _heads(row, across))), [])
    for row in cells:
        name = next((cell for cell in row if cell in down), None)
        if name and heads:
            for head, text in zip(heads, row[-len(heads) :], strict=True):
                yield head, name, text


def _heads(row: Sequence[str], across: Container[str]) -> list[str]:
    words = [cell for cell in row if cell]
    return words if all(word in across for word in words) else []


def _month_name(month: Period) -> str:
    return f"{calendar.month_name[month.start.month]} {month.start.year}"


def number(text: str) -> float | None:
    """Return a number as DHIS2 writes it, with spaces between thousands; None of other words."""
    plain = "".join(text.split())
    return float(plain.rstrip("%")) if NUMBER.fullmatch(plain) else None


def otherwise(drawn: Sequence[Drawn], numbers: OpenimisNumbers) -> tuple[int, list[str]]:
    """Return how many numbers were compared, and which of them openIMIS says otherwise."""
    said = {uid: numbers.of(uid) for uid in {each.uid for each in drawn}}
    compared = [
        (each, known.get(each.period, 0.0))
        for each in drawn
        if (known := said[each.uid]) is not None
    ]
    return len(compared), [
        f"{each.name} in {each.period}: {each.value:g} is drawn, openIMIS says {figure:g}"
        for each, figure in compared
        if not isclose(each.value, figure, abs_tol=SLACK)
    ]
