"""Render the changes as bundles, some hundred at a time, and seal the outbox."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import polars as pl

from flows.steps.shared.staged_changes import Changes, changes_of
from staging.frames import is_done
from staging.layout import Run
from staging.manifests import ChangesManifest
from staging.outbox import ACROSS, Bundle, bundles, put, restore, seal
from staging.runs import RunRecord, recall, remember_first
from transforms.changes.objects.phases import Phase, parts
from transforms.changes.sending.bundles import number_bundles, render_bundles
from transforms.core.json_texts import Json
from transforms.model.chosen_resources import resources_of

OUTBOX = "outbox"
BUNDLES_AT_ONCE = 50


def stage_bundles(run: Run, bundle_size: int) -> int:
    """Write the request bodies of the run's changes, and return how many; once is enough.

    Made once more, they are those of before, whatever the country file says now: some may have
    been posted.
    """
    if is_done(run, OUTBOX):
        return len(bundles(run))
    began_before = recall(run).bundle_size is not None
    first = RunRecord(bundle_size=bundle_size, joined_up_to=0 if began_before else bundle_size)
    record = remember_first(run, first)
    size, joined_up_to = record.bundle_size or bundle_size, record.joined_up_to or 0
    partitions = ChangesManifest.read(run).partitions
    frames = [changes_of(run, partition) for partition in range(partitions)]
    shares = [share for phase in Phase for share in _shares(phase, frames, joined_up_to)]
    written = list(_write(run, shares, size))
    seal(run, written)
    return len(written)


def remake_bundles(run: Run, lost: Collection[Bundle]) -> None:
    """Write request bodies that are damaged once more, from the changes.

    One that would not have the SHA-256 of before is left as it is; so are all where the run does
    not say how large its bundles are.

    Raises:
        StagingError: The changes, or what the run was begun as, are damaged too.
    """
    record, partitions = recall(run), ChangesManifest.read(run).partitions
    size, joined_up_to = record.bundle_size, record.joined_up_to or 0
    if size is None:
        return
    frames = [changes_of(run, partition) for partition in range(partitions)]
    for phase in sorted({Phase(bundle.phase) for bundle in lost}):
        numbered_bodies = (
            (run.bundle(phase, number), row["body"])
            for number, row in enumerate(_rows_of(phase, frames, size, joined_up_to), 1)
        )
        missing = {bundle.path: bundle for bundle in lost if bundle.phase == phase}
        for path, body in numbered_bodies:
            if path in missing:
                restore(missing[path], body)


def _rows_of(
    phase: Phase, frames: Sequence[Changes], size: int, joined_up_to: int
) -> Iterator[Json]:
    for share in _shares(phase, frames, joined_up_to):
        yield from _bodies(share.phase, share.changes, size)


@dataclass(frozen=True)
class Share:
    """What of a phase is divided into bundles at once.

    Attributes:
        phase: The phase.
        partition: Number of the partition; ACROSS for several that have little.
        changes: Resource name → changes.
    """

    phase: Phase
    partition: int
    changes: Changes


def _shares(phase: Phase, frames: Sequence[Changes], joined_up_to: int) -> Iterator[Share]:
    """Yield the partitions of a phase; neighbours that have little are one share.

    On a quiet night most have an object or two, and a request for each would be hundreds.
    """
    joined: dict[int, Changes] = {}
    objects = 0
    for partition, changes in enumerate(frames):
        count = _count(phase, changes)
        if joined and objects + count > joined_up_to:
            yield _join(phase, joined)
            joined, objects = {}, 0
        if count > joined_up_to:
            yield Share(phase, partition, changes)
        elif count:
            joined[partition] = changes
            objects += count
    if joined:
        yield _join(phase, joined)


def _join(phase: Phase, several: Mapping[int, Changes]) -> Share:
    if len(several) == 1:
        return Share(phase, *next(iter(several.items())))
    whole = {
        each.name: pl.concat(changes[each.name] for changes in several.values())
        for each in resources_of(next(iter(several.values())))
    }
    return Share(phase, ACROSS, whole)


def _count(phase: Phase, changes: Changes) -> int:
    people = _people(phase, changes)
    return int(pl.concat(people).select(pl.len()).collect().item()) if people else 0


def _write(run: Run, shares: Iterable[Share], size: int) -> Iterator[Bundle]:
    numbers: dict[Phase, Iterator[int]] = {phase: count(1) for phase in Phase}
    for share in shares:
        for row in _bodies(share.phase, share.changes, size):
            number = next(numbers[share.phase])
            yield put(
                run,
                share.phase,
                number,
                row["body"],
                objects=row["objects"],
                partition=share.partition,
            )


def _bodies(phase: Phase, changes: Changes, size: int) -> Iterator[Json]:
    people = number_bundles(pl.concat(_people(phase, changes)), size)
    for first in range(0, people["bundle"].n_unique(), BUNDLES_AT_ONCE):
        chunk = people.filter(pl.col("bundle").is_between(first, first + BUNDLES_AT_ONCE - 1))
        yield from render_bundles(phase, changes, chunk).iter_rows(named=True)


def _people(phase: Phase, changes: Changes) -> list[pl.LazyFrame]:
    return [
        changes[part.resource.name].filter(part.changes).select(person=part.person)
        for part in parts(phase)
        if part.resource.name in changes
    ]
