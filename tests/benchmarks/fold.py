"""Fold what DHIS2 answered: a first run, and a day on which little changed.

    python -m tests.benchmarks.fold [people]

Exits with 1 if the day's fold does not cost far less than the first one, or either needs more than
1.5 GiB.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from staging.acknowledged import write
from staging.frames import write_frame
from staging.layout import Target
from tests.benchmarks.frames import (
    OBJECTS_OF_A_PERSON,
    acknowledged,
    desired,
    nothing_acknowledged,
    unchanged,
)
from tests.benchmarks.measuring import Cost, at_most, cost_of, costs_in_turn
from transforms.changes.answers.fold import fold_partition
from transforms.changes.answers.outcomes import OUTCOMES
from transforms.changes.delta.deltas import delta
from transforms.changes.objects.phases import Phase
from transforms.model.resources import INSUREE_ENROLLMENTS, POLICY_EVENTS

PEOPLE = 50_000
TURNS = 2
MOST_OF_FIRST = 0.8
MOST_MIB = 1536

FIRST, DAILY = "first", "daily"


def fill(folder: Path, people: int) -> None:
    """Write base, changes and answers of both runs: of the second, one row in a thousand."""
    number = pl.col("number")
    field = POLICY_EVENTS.fields[0].key
    corrected = pl.when(number % 1000 > 0).then(field).otherwise(pl.lit("corrected"))
    wanted = desired(POLICY_EVENTS, people)
    changed = wanted.with_row_index("number").with_columns(corrected.alias(field)).drop("number")
    runs = {
        FIRST: (wanted, nothing_acknowledged()[POLICY_EVENTS.name]),
        DAILY: (changed, acknowledged(POLICY_EVENTS, people)),
    }
    above = unchanged(INSUREE_ENROLLMENTS, people)
    for name, (after, before) in runs.items():
        changes = delta(POLICY_EVENTS, after, before, above=above).changes
        write_frame(folder / name / "before.parquet", before.sort("person", "key"))
        write_frame(folder / name / "changes.parquet", changes.lazy().sort("person", "key"))
        write_frame(folder / name / "answers.parquet", _accepted(changes))


def _accepted(changes: pl.DataFrame) -> pl.LazyFrame:
    known = {
        "partition": pl.lit(0),
        "phase": pl.lit(Phase.EVENTS.value),
        "type": pl.lit(POLICY_EVENTS.tracker_type.value),
        "uid": pl.col("uid"),
        "accepted": pl.lit(value=True),
        "kind": pl.lit(None),
        "codes": pl.lit([], OUTCOMES["codes"]),
        "isLate": pl.lit(value=False),
    }
    return changes.lazy().select(
        known[name].cast(dtype).alias(name) for name, dtype in OUTCOMES.items()
    )


def fold(folder: Path, name: str) -> None:
    before, changes, answers = (
        pl.scan_parquet(folder / name / f"{part}.parquet")
        for part in ("before", "changes", "answers")
    )
    rows = fold_partition(POLICY_EVENTS, before, changes, answers, run="benchmark")
    write(Target(folder, "benchmark"), name, POLICY_EVENTS.name, 0, rows)


def main(arguments: Sequence[str]) -> int:
    people = int(arguments[0]) if arguments else PEOPLE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, people)
        costs = costs_in_turn(
            TURNS,
            first=lambda: cost_of(fold, folder, FIRST),
            daily=lambda: cost_of(fold, folder, DAILY),
        )
    print(f"fold of a partition of {people * OBJECTS_OF_A_PERSON[POLICY_EVENTS.name]:,} events")
    return judged(**costs)


def judged(first: Cost, daily: Cost) -> int:
    """Print the figures; return 1 if one does not hold."""
    share = daily.processor_seconds / first.processor_seconds
    peak = max(first.mebibytes, daily.mebibytes)
    holds = [
        at_most("a day's fold / the first, processor time", share, MOST_OF_FIRST),
        at_most("peak memory of either, MiB", peak, MOST_MIB),
    ]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
