"""What `POST /api/dataValueSets` answered.

    2.40 to 2.42   a bad value is named in conflicts, counted as ignored, and the rest is written
    2.43           a bad value may fail all values of its data set: nothing is written

Both answer 409 then. An unchanged value is counted as ignored until 2.42, as updated on 2.43.
DHIS2's texts quote values: only codes and places in the request are taken.
"""

from dataclasses import dataclass
from typing import Any

COUNTS = ("imported", "updated", "ignored", "deleted")
NAMELESS = "data_values_refused"


@dataclass(frozen=True)
class DataValueReport:
    """A report on values that were sent.

    Attributes:
        counts: How many were imported, updated, ignored, deleted.
        refused: Place of each value that was named in a conflict, to the error codes.
        accepted: Whether every value is in DHIS2 now.
    """

    counts: dict[str, int]
    refused: dict[int, list[str]]
    accepted: bool


def data_value_report(status: int, body: Any, sent: int) -> DataValueReport | None:
    """Return the report in an answer; None where there is none.

    Args:
        status: HTTP status.
        body: The parsed answer.
        sent: How many values were sent.
    """
    summary = body.get("response", body) if isinstance(body, dict) else None
    if not isinstance(summary, dict) or "importCount" not in summary:
        return None
    counts = {name: int(summary["importCount"].get(name) or 0) for name in COUNTS}
    refused: dict[int, list[str]] = {}
    for conflict in summary.get("conflicts") or ():
        for index in conflict.get("indexes") or range(sent):
            refused.setdefault(index, []).append(str(conflict.get("errorCode") or NAMELESS))
    arrived = counts["imported"] + counts["updated"] + counts["ignored"]
    accepted = status == 200 and not refused and arrived == sent
    return DataValueReport(counts, refused, accepted)
