"""Render the changes as bundles, some hundred at a time, and seal the outbox."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import polars as pl

from staging.frames import is_done, read_stage, scan_frame
from staging.layout import Run
from staging.outbox import Bundle, bundles, put, seal
from staging.runs import first_said
from transforms.bundles import Phase, numbered, parts, rendered
from transforms.resources import RESOURCES

STAGE = "outbox"
CHANGES = "changes"
BUNDLES_AT_ONCE = 50

Changes = Mapping[str, pl.LazyFrame]


def stage_bundles(run: Run, bundle_size: int) -> int:
    """Write the request bodies of the run's changes, and return how many; once is enough.

    Made once more, they are those of before, whatever the country file says now: some may have
    been posted.
    """
    if is_done(run, STAGE):
        return len(bundles(run))
    size = first_said(run, "bundle_size", bundle_size)
    partitions = read_stage(run, CHANGES)["partitions"]
    frames = [changes_of(run, partition) for partition in range(partitions)]
    written = [bundle for phase in Phase for bundle in _written(run, phase, frames, size)]
    seal(run, written)
    return len(written)


def changes_of(run: Run, partition: int) -> Changes:
    """Return resource name → changes of one partition."""
    return {each.name: scan_frame(run.changes(each.name, partition)) for each in RESOURCES}


def _written(run: Run, phase: Phase, frames: list[Changes], bundle_size: int) -> Iterator[Bundle]:
    numbers = count(1)
    for partition, changes in enumerate(frames):
        for row in _bodies(phase, changes, bundle_size):
            number = next(numbers)
            yield put(run, phase, number, row["body"], objects=row["objects"], partition=partition)


def _bodies(phase: Phase, changes: Changes, size: int) -> Iterator[dict[str, Any]]:
    people = numbered(pl.concat(_people(phase, changes)), size)
    for first in range(0, people["bundle"].n_unique(), BUNDLES_AT_ONCE):
        chunk = people.filter(pl.col("bundle").is_between(first, first + BUNDLES_AT_ONCE - 1))
        yield from rendered(phase, changes, chunk).iter_rows(named=True)


def _people(phase: Phase, changes: Changes) -> list[pl.LazyFrame]:
    return [
        changes[part.resource.name].filter(part.changes).select(person=part.person)
        for part in parts(phase)
    ]
