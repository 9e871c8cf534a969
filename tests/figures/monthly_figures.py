"""The figures of months asked of openIMIS itself in plain SQL, by what their names and words say.

rules.sql, openimis.sql, monthly.sql (what there is) ─► monthly_figures.sql (a figure) ─► cells
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.figures.openimis_figures import OpenimisFigures
from transforms.aggregates.figures.periods import DataPeriod
from transforms.aggregates.figures.table import Figure

_HERE: Final = Path(__file__).parent / "sql"
_HEADING: Final = re.compile(r"^=== (?P<keys>.+) \| (?P<done>count|sum)$", re.MULTILINE)
_DONE: Final = {
    "count": """SELECT {names}, COUNT(DISTINCT thing), COUNT(DISTINCT who) FROM fact
        GROUP BY {names}""",
    # Who has nothing of the sum is not behind it.
    "sum": """SELECT {names}, SUM(own), COUNT(who) FILTER (WHERE own <> 0) FROM (
            SELECT {names}, who, SUM(amount) AS own FROM fact GROUP BY {names}, who
        ) of_one GROUP BY {names}""",
}

Cells = dict[tuple[str, ...], tuple[float, int]]
"""Place and options of the categories, in their order, to value and persons."""


@dataclass(frozen=True)
class Query:
    """A figure as openIMIS tells it."""

    sql: str
    done: str


@cache
def queries() -> dict[str, Query]:
    """Return key of a figure to its query."""
    text = (_HERE / "monthly_figures.sql").read_text()
    headings = list(_HEADING.finditer(text))
    ends = [*(each.start() for each in headings[1:]), len(text)]
    return {
        key: Query(text[heading.end() : end].strip(), heading["done"])
        for heading, end in zip(headings, ends, strict=True)
        for key in heading["keys"].split(", ")
    }


class MonthlySql:
    """One openIMIS in PostgreSQL, of which figures of months are asked."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        as_of: dt.date,
        periods: Iterable[DataPeriod],
        groups: Iterable[tuple[str, str, str]],
        root: str,
    ) -> None:
        """Make the tables that the queries stand on; they are gone with the connection.

        Args:
            connection: Of the database.
            as_of: The day of the snapshot.
            periods: All that are asked for.
            groups: Of groups of codes: key, `service` or `item`, code.
            root: UID of the org unit of the country.
        """
        self._connection, self._root = connection, root
        OpenimisFigures(connection, as_of, max(each.last for each in periods))
        connection.execute((_HERE / "monthly.sql").read_bytes())
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO code_group VALUES (%s, %s, %s)", list(groups))

    def cells(self, figure: Figure, period: DataPeriod) -> Cells:
        """Return what a figure is in a period, without what is 0."""
        found = queries()[figure.key]
        names = ", ".join(("place", *figure.categories))
        done = _DONE[found.done].format(names=names)
        sql = f"WITH fact AS (SELECT * FROM ({found.sql}) f WHERE place IS NOT NULL) {done}"
        asked = {"start": period.first, "end": period.last, "root": self._root}
        rows = self._connection.execute(sql.encode(), asked).fetchall()
        return {row[:-2]: (float(row[-2]), row[-1]) for row in rows if row[-2]}
