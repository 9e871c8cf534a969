"""Reconcile: against reading the same objects alone, as many pages at once; memory at two sizes.

    python -m tests.benchmarks.reconcile [people]

DHIS2 is the stand-in, in this process; what reads it is a process of its own. Exits with 1 if the
reconciliation takes more than 1.2 times as long as reading alone, by the clock, or more than 1.15
times the memory for four times as many people.
"""

import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from flows.steps.reconcile.preconditions import PAGING, reader_of
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from flows.steps.target.read_ahead import in_order
from staging.current import read_current
from tests.benchmarks.measuring import Cost, at_most, cost_of, costs_in_turn
from tests.support.openimis_sample import sample
from tests.support.scheme.by_steps import Scheme, a_scheme
from tests.support.scheme.job import Job
from transforms.model.chosen_resources import resources_had_by
from transforms.model.resources import RESOURCES

PEOPLE = 8_000
TIMES = 4
TURNS = 2
MOST_TIMES_READING = 1.2
MOST_TIMES_MEMORY = 1.15
DAY_ONE = date(2026, 1, 1)


def read_alone(job: Job) -> None:
    """Read all objects, and forget them."""
    current = read_current(job.target)
    assert current is not None
    with job.client() as client:
        reader = reader_of(client, current)
        room = PAGING.slice // PAGING.page + 1
        for resource in resources_had_by(job.country, RESOURCES):
            pages = in_order(
                reader.readings(resource),
                partial(reader.pages_of, resource),
                at_once=reader.at_once,
                room=room,
            )
            deque(pages, maxlen=0)


def reconcile(job: Job) -> None:
    """Read all objects, and compare them."""
    with (
        reconciling(job.run, job.target, None, repair=False, adopt=False) as basis,
        job.client() as client,
    ):
        found = reconcile_run(basis, client)
    if found:
        raise AssertionError(f"{found} differences, and nobody has changed DHIS2.")


def fill(scheme: Scheme, people: int) -> None:
    """Bring so many insurees into DHIS2."""
    scheme.bundle_size = 500
    scheme.begin(sample(people, seed=1, level="1.4", as_of=DAY_ONE, defects=False))
    scheme.bring("first")


def costs(people: int) -> dict[str, Cost]:
    """Return what it takes to read, and to reconcile, so many people."""
    print(f"{people:,} people")
    with tempfile.TemporaryDirectory() as folder, a_scheme(Path(folder)) as scheme:
        fill(scheme, people)
        runs = iter(range(1, TURNS + 1))
        return costs_in_turn(
            TURNS,
            reading=lambda: cost_of(read_alone, scheme.job("reading")),
            reconcile=lambda: cost_of(reconcile, scheme.job(f"reconcile-{next(runs)}")),
        )


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 if a bound is missed."""
    people = int(arguments[0]) if arguments else PEOPLE
    few, many = costs(people // TIMES), costs(people)
    times_reading = many["reconcile"].seconds / many["reading"].seconds
    times_memory = many["reconcile"].mebibytes / few["reconcile"].mebibytes
    holds = [
        at_most("reconcile / reading alone, by the clock", times_reading, MOST_TIMES_READING),
        at_most(f"memory at {people} people / a quarter", times_memory, MOST_TIMES_MEMORY),
    ]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
