"""Compare what DHIS2 should hold with what it holds, partition by partition: against reading both.

    python -m tests.benchmarks.delta [rows] [rows a partition]

One row in a hundred differs; one in a thousand is new, and as many are gone. Every partition is
the same files, read anew. Exits with 1 if the delta takes more than 4.5 times the processor time of
a streaming scan of both sides, or more than 1.5 GiB.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from staging.frames import write_frame
from tests.benchmarks.frames import OBJECTS_OF_A_PERSON, acknowledged, desired, unchanged
from tests.benchmarks.measuring import Cost, at_most, cost_of, costs_in_turn
from transforms.changes.delta.deltas import delta
from transforms.changes.objects.parents import Parents
from transforms.model.resources import INSUREE_ENROLLMENTS, POLICY_EVENTS

ROWS = 2_000_000
ROWS_A_PARTITION = 400_000
TURNS = 3
MOST_TIMES_SCAN = 4.5
MOST_MIB = 1536

SIDES = ("desired", "acknowledged")


def fill(folder: Path, rows: int) -> None:
    """Write both sides of one partition, and the UIDs of its parents."""
    people = rows // OBJECTS_OF_A_PERSON[POLICY_EVENTS.name]
    field = pl.col(POLICY_EVENTS.fields[4].key)
    number = pl.col("number")
    corrected = pl.when(number % 100 > 0).then(field).otherwise(pl.lit("corrected"))
    wanted = desired(POLICY_EVENTS, people).with_row_index("number").filter(number % 1000 != 1)
    known = acknowledged(POLICY_EVENTS, people).with_row_index("number")
    frames = {
        "desired": wanted.with_columns(corrected.alias(POLICY_EVENTS.fields[4].key)),
        "acknowledged": known.filter(number % 1000 != 2),
    }
    for side, frame in frames.items():
        write_frame(_path(folder, side), frame.drop("number").sort("person", "key"))
    write_frame(_path(folder, "parents"), unchanged(INSUREE_ENROLLMENTS, people).after.lazy())


def compare(folder: Path, partitions: int) -> None:
    """Do with each partition what the stage does with it."""
    for partition in range(partitions):
        wanted, known = (pl.scan_parquet(_path(folder, side)) for side in SIDES)
        parents = pl.read_parquet(_path(folder, "parents"))
        none = pl.DataFrame(schema={"uid": pl.String})
        above = Parents(after=parents, gone=none)
        found = delta(POLICY_EVENTS, wanted, known, above=above)
        ordered = found.changes.lazy().sort("person", "key")
        write_frame(_path(folder, f"changes-{partition}"), ordered)


def scan(folder: Path, partitions: int) -> None:
    """Read every value of both sides, and do nothing with it but count."""
    for _ in range(partitions):
        for side in SIDES:
            frame = pl.scan_parquet(_path(folder, side))
            frame.select(pl.all().null_count()).collect(engine="streaming")


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def main(arguments: Sequence[str]) -> int:
    rows, rows_a_partition = (*map(int, arguments), *(ROWS, ROWS_A_PARTITION)[len(arguments) :])
    partitions = -(-rows // rows_a_partition)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, min(rows, rows_a_partition))
        costs = costs_in_turn(
            TURNS,
            delta=lambda: cost_of(compare, folder, partitions),
            scan=lambda: cost_of(scan, folder, partitions),
        )
        found = pl.scan_parquet(folder / "changes-*.parquet").group_by("change").len().collect()
    print(f"delta of {rows:,} rows in {partitions} partitions: {dict(found.iter_rows())}")
    return judged(**costs)


def judged(delta: Cost, scan: Cost) -> int:
    """Print the figures; return 1 if one does not hold."""
    times_scan = delta.processor_seconds / scan.processor_seconds
    holds = [
        at_most("delta / scan of both sides, processor time", times_scan, MOST_TIMES_SCAN),
        at_most("peak memory of the delta, MiB", delta.mebibytes, MOST_MIB),
    ]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
