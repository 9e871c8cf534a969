"""The figures asked of openIMIS itself in plain SQL, by what their names and descriptions say.

rules.sql, openimis.sql (what there is) ─► people.sql, claims.sql (a measure) ─► split ─► figure
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.figures.tracker import Period

_HERE: Final = Path(__file__).parent / "sql"
_RULES: Final = Path(__file__).parents[1] / "system/demo_database" / "sql"
_HEADING: Final = re.compile(r"^=== (?P<keys>.+) \| (?P<done>count|sum|mean)$", re.MULTILINE)
_DONE: Final = {"count": "COUNT(DISTINCT thing)", "sum": "SUM(amount)", "mean": "AVG(amount)"}

COUNTRY: Final = "country"

SPLITS: Final[dict[str, str]] = {
    "": "TRUE",
    "female": "gender = 'F'",
    "male": "gender = 'M'",
    "other-gender": "gender = 'O'",
    "age-0-14": "age BETWEEN 0 AND 14",
    "age-15-29": "age BETWEEN 15 AND 29",
    "age-30-44": "age BETWEEN 30 AND 44",
    "age-45": "age >= 45",
    "poor": "poverty",
    "non-poor": "NOT poverty",
    "emergency": "visit_type = 'E'",
    "referral": "visit_type = 'R'",
    "other": "visit_type = 'O'",
    "education": "education = %(code)s",
    "family-type": "family_type = %(code)s",
    "product": "product = %(code)s",
    "pay-type": "pay_type = %(code)s",
    "payer": "payer = %(code)s",
    "reason": "reason = %(code)s",
    "service-group": "service = ANY(%(codes)s)",
}
"""Part of a measure to who or what is in it; `%(code)s` is openIMIS's code or the word for it (of a
reason, a pay type, a payer), and `%(codes)s` are those of a group of services."""


@dataclass(frozen=True)
class Measure:
    """A measure as openIMIS tells it."""

    sql: str
    done: str


@cache
def measures() -> dict[str, Measure]:
    """Return key to measure, of both tables."""
    found: dict[str, Measure] = {}
    for name in ("people", "claims"):
        text = (_HERE / f"{name}.sql").read_text()
        headings = list(_HEADING.finditer(text))
        ends = [*(each.start() for each in headings[1:]), len(text)]
        for heading, end in zip(headings, ends, strict=True):
            sql = text[heading.end() : end].strip()
            found |= {key: Measure(sql, heading["done"]) for key in heading["keys"].split(", ")}
    return found


class OpenimisFigures:
    """One openIMIS in PostgreSQL, of which figures are asked."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        as_of: dt.date,
        last_day: dt.date,
        groups: Mapping[str, list[str]] | None = None,
        *,
        birth_to_the: str = "year",
    ) -> None:
        """Make the tables that the queries stand on; they are gone with the connection.

        Args:
            connection: Of the database.
            as_of: The day of the snapshot.
            last_day: Of all periods that are asked for.
            groups: Key of a group of services to its codes.
            birth_to_the: How exactly the country sends a day of birth: *year* or *day*.
        """
        self._connection = connection
        self._groups = dict(groups or {})
        settings = {"as_of": as_of, "last_day": last_day, "birth_to_the": birth_to_the}
        for name, value in settings.items():
            connection.execute("SELECT SET_CONFIG(%s, %s, FALSE)", (f"demo.{name}", str(value)))
        for path in (_RULES / "rules.sql", _RULES / "claim_statuses.sql", _HERE / "openimis.sql"):
            connection.execute(path.read_bytes())

    def place_at(
        self,
        units: Mapping[str, str],
        counted_at: Mapping[str, str],
        registered_at: Mapping[str, str],
    ) -> None:
        """Let places lie at org units of another tree; what lies elsewhere is not counted.

        Args:
            units: UUID of a place to its org unit.
            counted_at: Org unit to the one of which the figures are; instead of districts.
            registered_at: UUID of a linked person to the org unit that is the home for DHIS2.
        """
        with self._connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE unit_of (place TEXT, unit TEXT)")
            cursor.executemany("INSERT INTO unit_of VALUES (%s, %s)", list(units.items()))
            cursor.execute("DELETE FROM claim WHERE facility NOT IN (SELECT place FROM unit_of)")
            cursor.execute(
                "UPDATE claim SET facility = unit FROM unit_of WHERE unit_of.place = facility"
            )
            cursor.executemany(
                """UPDATE claim SET home = %s FROM "tblInsuree"
                   WHERE "InsureeID" = person AND LOWER("InsureeUUID"::TEXT) = %s""",
                [(unit, person) for person, unit in registered_at.items()],
            )
            cursor.execute("DELETE FROM district_of")
            named = {*units.values(), *registered_at.values()}
            rows = [*units.items(), *((unit, unit) for unit in named)]
            cursor.executemany(
                "INSERT INTO district_of VALUES (%s, %s)",
                [(place, counted_at[unit]) for place, unit in rows],
            )

    def districts(self) -> list[str]:
        """Return the UUIDs of the districts that have places."""
        rows = self._connection.execute(
            "SELECT DISTINCT district FROM district_of WHERE district <> 'elsewhere' ORDER BY 1"
        )
        return [district for (district,) in rows]

    def figures(self, measure: str, split: str, period: Period) -> dict[str, float]:
        """Return UUID of district, or `country`, to figure; without what is 0 or not there.

        Args:
            measure: Key of the measure.
            split: Key of the part, with openIMIS's code after a colon; empty for the whole.
            period: The period.

        Raises:
            KeyError: There is no query for the measure, or no condition for the split.
        """
        kind, _, code = split.partition(":")
        found = measures()[measure]
        sql = f"""SELECT COALESCE(d.district, '{COUNTRY}'), {_DONE[found.done]}
            FROM ({found.sql}) fact JOIN district_of d USING (place) WHERE {SPLITS[kind]}
            GROUP BY GROUPING SETS ((d.district), ())"""
        codes = self._groups.get(code, [])
        asked = {"start": period.start, "end": period.end, "code": code, "codes": codes}
        rows = self._connection.execute(sql.encode(), asked).fetchall()
        return {place: float(value) for place, value in rows if value}
