"""The numbers that single values and tables show, beside those of openIMIS."""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
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
    """

    kind: str
    data: Mapping[str, str]


@dataclass(frozen=True)
class Drawn:
    """A number on the screen.

    Attributes:
        name: Of the figure.
        uid: Its UID.
        month: DHIS2's identifier.
        value: What is shown; nothing is 0.
    """

    name: str
    uid: str
    month: str
    value: float


def charts_of(server: Server) -> dict[str, Chart]:
    """Return UID to chart."""
    fields = (
        "id,type,dataDimensionItems[programIndicator[id,displayName],indicator[id,displayName]]"
    )
    rows = server.get("/api/visualizations", fields=fields, paging="false")["visualizations"]
    return {row["id"]: Chart(row["type"], dict(_data(row))) for row in rows}


def _data(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for item in row["dataDimensionItems"]:
        if thing := item.get("programIndicator") or item.get("indicator"):
            yield thing["displayName"], thing["id"]


def drawn_of(item: Item, chart: Chart, months: Sequence[Period]) -> list[Drawn]:
    """Return the numbers that an item shows: in a table of months, or as a single value."""
    if chart.kind == SINGLE_VALUE:
        return list(_single(item, chart, months[-1]))
    return list(_of_table(item, chart, months)) if chart.kind == TABLE else []


def _single(item: Item, chart: Chart, month: Period) -> Iterator[Drawn]:
    numbers = [value for text in item.texts if (value := number(text)) is not None]
    for name, uid in chart.data.items():
        yield Drawn(name, uid, month.id, numbers[0] if numbers else 0.0)


def _of_table(item: Item, chart: Chart, months: Sequence[Period]) -> Iterator[Drawn]:
    heads = {_month_name(month): month.id for month in months}
    columns = next((row for row in item.cells if any(cell in heads for cell in row)), [])
    shown = [heads[cell] for cell in columns if cell in heads]
    for row in item.cells:
        name = next((cell for cell in row if cell in chart.data), None)
        if name and shown:
            for month, text in zip(shown, row[-len(shown) :], strict=True):
                yield Drawn(name, chart.data[name], month, number(text) or 0.0)


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
        (each, known.get(each.month, 0.0))
        for each in drawn
        if (known := said[each.uid]) is not None
    ]
    return len(compared), [
        f"{each.name} in {each.month}: {each.value:g} is drawn, openIMIS says {figure:g}"
        for each, figure in compared
        if not isclose(each.value, figure, abs_tol=SLACK)
    ]
