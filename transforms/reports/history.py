"""What the last runs of a target did, in a line each: for the artifact, the report, its chart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.core.moments import to_the_second
from transforms.reports.summaries import RunState, count_held_back

Summary = Mapping[str, Any]
LAST_RUNS = 7
DONE = ("created", "updated", "replaced", "deleted")


@dataclass(frozen=True)
class RunLine:
    """What one run did.

    Attributes:
        run_id: The run.
        as_of: Of when openIMIS was, on its own clock; empty if it was not read.
        state: How far the run came.
        done: Objects that DHIS2 has accepted.
        held_back: Objects that a rule or a guard held back, or DHIS2 refused.
    """

    run_id: str
    as_of: str
    state: str
    done: int
    held_back: int


def last_runs(own: Summary | None, earlier: Sequence[Summary]) -> list[RunLine]:
    """Return a line for the run itself and for the seven before it, the newest first."""
    return [_line(each) for each in [*([own] if own else []), *earlier[:LAST_RUNS]]]


def newest_load(summaries: Sequence[Summary]) -> Summary | None:
    """Return the newest load of everything, or the withdrawal after it, which is of no snapshot."""
    loads = (each for each in summaries if each.get("state") == RunState.LOADED)
    return next((each for each in loads if each["is_whole"] or "as_of" not in each), None)


def bar(number: int, most: int, width: int = 20) -> str:
    """Return a bar as a text: full for the most, and none for nothing."""
    return "█" * -(-number * width // most) if most else ""


def objects_done(summary: Summary) -> int:
    """Return how many objects DHIS2 has accepted from a run."""
    return sum(_done(summary))


def _done(summary: Summary) -> Iterator[int]:
    for kinds in summary.get("changes", {}).values():
        yield sum(kinds.get(kind, 0) for kind in DONE)


def _line(summary: Summary) -> RunLine:
    return RunLine(
        str(summary["run_id"]),
        to_the_second(summary.get("as_of", "")),
        str(summary.get("state", "")),
        objects_done(summary),
        count_held_back(summary.get("rejects", [])),
    )
