"""What `POST /api/dataValueSets` answered.

    2.40 to 2.42   a bad value is named in conflicts, counted as ignored, and the rest is written
    2.43           a bad value may fail all values of its data set: nothing is written

Both answer 409 then. An unchanged value is counted as ignored until 2.42, as updated on 2.43.
DHIS2's texts quote values: only codes and places in the request are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transforms.dhis2.import_report import Sent, Strategy, Verdict, refusal_of

COUNTS = ("imported", "updated", "ignored", "deleted")
NAMELESS = "data_values_refused"


@dataclass(frozen=True)
class DataValueReport:
    """A report on values that were sent.

    Attributes:
        counts: How many were imported, updated, ignored, deleted.
        refused: Place of each value that was named in a conflict, to the error codes.
        accepted: Whether every value is in DHIS2 now.
        names_all_at_once: Whether one conflict names several values: not each of them need be bad.
        absent: Places of values that DHIS2 passed over and does not name: what was to be deleted,
            and is not there (2.42).
    """

    counts: dict[str, int]
    refused: dict[int, list[str]]
    accepted: bool
    names_all_at_once: bool = False
    absent: frozenset[int] = frozenset()

    @property
    def wrote_nothing(self) -> bool:
        """Whether DHIS2 took none of the values, though it names only some (2.43)."""
        return sum(self.counts.values()) == 0


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
    conflicts = summary.get("conflicts") or ()
    for conflict in conflicts:
        for index in conflict.get("indexes") or range(sent):
            refused.setdefault(index, []).append(str(conflict.get("errorCode") or NAMELESS))
    accepted = status == 200 and not refused and sum(counts.values()) == sent
    several = any(len(conflict.get("indexes") or range(sent)) > 1 for conflict in conflicts)
    absent = frozenset(summary.get("rejectedIndexes") or ()) - refused.keys()
    return DataValueReport(counts, refused, accepted, names_all_at_once=several, absent=absent)


def judge_values(
    sent: Sequence[Sent], strategy: Strategy, report: DataValueReport
) -> Verdict | None:
    """Return the verdict on the values of a request; None where it says too little.

    What DHIS2 counts as ignored is there already, or, where it was to be deleted, has gone. A
    report that names some values and wrote none (2.43) tells of the others nothing.

    Args:
        sent: The values, in the order of the request.
        strategy: Its import strategy.
        report: What DHIS2 answered.
    """
    refused = tuple(refusal_of(sent[index], codes) for index, codes in report.refused.items())
    others = tuple(each for index, each in enumerate(sent) if index not in report.refused)
    if not refused and not report.accepted:
        return None
    if refused and report.wrote_nothing and (others or report.names_all_at_once):
        return None if len(sent) > 1 else Verdict((), refused)
    absent = tuple(sent[index] for index in sorted(report.absent) if strategy == "DELETE")
    return Verdict(others, refused, absent=absent)
