"""What is wanted beside what is held, counted: the table that closes a run of the demo database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

Row = dict[str, str]
Rows = dict[str, list[Row]]

RESOURCES = {
    "org_units": "group",
    "options": "option set",
    "tracked_entities": None,
    "insuree_enrollments": "status",
    "policy_events": "Policy status",
    "contributions": None,
    "claim_enrollments": None,
    "claim_events": "Claim status",
    "claim_services": None,
    "claim_items": None,
    "funding": None,
}
"""Resource to the name of what it is counted by."""


@dataclass(frozen=True)
class Line:
    """A resource, or a part of it.

    Attributes:
        resource: Its name.
        part: What it was counted by; empty for the whole.
        wanted: Rows of the SQL query.
        held: Objects of DHIS2.
        rejects: Reason to objects that were held back or refused; known of a whole only.
    """

    resource: str
    part: str
    wanted: int
    held: int
    rejects: dict[str, int]

    @property
    def is_explained(self) -> bool:
        """Whether every wanted object is held or a reject; a part may lack rejects of the whole."""
        missing = self.wanted - self.held
        return missing >= 0 if self.part else missing == sum(self.rejects.values())


def compared(wanted: Rows, held: Rows, rejects: pl.DataFrame) -> list[Line]:
    """Return the lines of every resource, the whole first."""
    reasons = reject_reasons(rejects)
    return [
        line
        for resource, by in RESOURCES.items()
        for line in _lines(resource, by, wanted[resource], held[resource], reasons)
    ]


def reject_reasons(rejects: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return resource → reason → objects that were held back or refused; notes are none."""
    counted = rejects.filter(pl.col("stage") != "note").group_by("resource", "reason").len()
    reasons: dict[str, dict[str, int]] = {}
    for resource, reason, number in counted.sort("resource", "reason").iter_rows():
        reasons.setdefault(resource, {})[reason] = number
    return reasons


def difference(wanted: Sequence[Row], held: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that are wanted and not held, and those that are held and not wanted."""
    first, second = _counted(wanted), _counted(held)
    return _rows(first - second), _rows(second - first)


def markdown(lines: Sequence[Line]) -> str:
    """Return the table."""
    head = (
        "| resource | SQL on openIMIS | objects in DHIS2 | rejects by reason |\n|---|--:|--:|---|"
    )
    return "\n".join([head, *map(_markdown_row, lines)])


def _lines(
    resource: str,
    by: str | None,
    wanted: list[Row],
    held: list[Row],
    reasons: dict[str, dict[str, int]],
) -> list[Line]:
    whole = Line(resource, "", len(wanted), len(held), reasons.get(resource, {}))
    if by is None:
        return [whole]
    first, second = _parts(wanted, by), _parts(held, by)
    parts = [Line(resource, part, first[part], second[part], {}) for part in sorted(first | second)]
    return [whole, *parts]


def _parts(rows: list[Row], by: str) -> Counter[str]:
    return Counter(row.get(by, "(none)") for row in rows)


def _counted(rows: Sequence[Row]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


def _rows(counted: Counter[tuple[tuple[str, str], ...]]) -> list[Row]:
    return [dict(row) for row in counted.elements()]


def _markdown_row(line: Line) -> str:
    name = f"&nbsp;&nbsp;{line.part}" if line.part else f"**{line.resource}**"
    rejects = ", ".join(f"`{reason}` {number}" for reason, number in line.rejects.items())
    shown = rejects or ("" if line.part else "none")
    return f"| {name} | {line.wanted} | {line.held} | {shown} |"
