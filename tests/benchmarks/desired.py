"""What DHIS2 should hold, of a whole scheme: memory at two sizes, and time by the insuree.

    python -m tests.benchmarks.desired [people]

Exits with 1 if four times as many people need more than 1.15 times the memory, or 1.25 times the
processor time of an insuree, or more than 1.5 GiB.
"""

import datetime as dt
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from flows.steps.compare.inputs import Inputs
from flows.steps.compare.parts import Parts, write_desired
from staging.layout import Run
from tests.benchmarks.measuring import Cost, at_most, cost_of, costs_in_turn
from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from transforms.changes.objects.partitions import partition_count
from transforms.model.resources import Scope
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of

PEOPLE = 50_000
TIMES = 4
TURNS = 2
MOST_TIMES_MEMORY = 1.15
MOST_TIMES_SECONDS = 1.25
MOST_MIB = 1536

TODAY = dt.date(2026, 1, 1)
INPUTS = Inputs(
    Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")),
    coordinates=None,
    pseudonym_key="a key that is only for the benchmark",
    scopes=[Scope.ALL],
    window=None,
)


def fill(folder: Path, people: int) -> None:
    """Write the snapshot of so many insurees."""
    folder.mkdir()
    for name, frame in made_of(sample(people, seed=1, level="1.4", as_of=TODAY)).items():
        frame.sink_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=65_536)


def write(folder: Path) -> None:
    """Write what DHIS2 should hold of the snapshot in `folder`."""
    rows = {file.stem: pl.scan_parquet(file) for file in folder.glob("*.parquet")}
    people = rows["tblInsuree"].select(pl.len()).collect().item()
    run = Run(folder, "benchmark")
    parts = partition_count(people)
    write_desired(Parts(run, TODAY, INPUTS, parts, None, register_of(rows)))


def cost_at(folder: Path, people: int) -> Cost:
    """Return what so many people cost; the snapshot is made in a process of its own."""
    snapshot = folder / str(people)
    if not snapshot.exists():
        cost_of(fill, snapshot, people)
    return cost_of(write, snapshot)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 if a bound is missed."""
    few = int(arguments[0]) if arguments else PEOPLE
    many = few * TIMES
    with tempfile.TemporaryDirectory() as name:
        sizes = {str(people): partial(cost_at, Path(name), people) for people in (few, many)}
        costs = costs_in_turn(TURNS, **sizes)
    small, large = costs[str(few)], costs[str(many)]
    memory = large.mebibytes / small.mebibytes
    seconds = large.processor_seconds / small.processor_seconds / TIMES
    holds = [
        at_most(f"memory at {many} people / at {few}", memory, MOST_TIMES_MEMORY),
        at_most(f"processor time of an insuree, {many} / {few}", seconds, MOST_TIMES_SECONDS),
        at_most(f"peak at {many} people, MiB", large.mebibytes, MOST_MIB),
    ]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
