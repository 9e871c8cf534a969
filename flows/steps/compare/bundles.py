"""Render the changes as bundles, some hundred at a time, and seal the outbox."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from flows.steps.shared.staged_changes import Changes, changes_of
from flows.steps.shared.units import ONE_BY_ONE, Units
from staging.frames import is_done
from staging.layout import Run
from staging.manifests import ChangesManifest
from staging.outbox import ACROSS, Bundle, bundles, put, restore, seal
from staging.runs import RunRecord, recall, remember_first
from transforms.changes.objects.phases import Phase, parts
from transforms.changes.sending.bundles import number_bundles, render_bundles
from transforms.model.resources import RESOURCES

OUTBOX = "outbox"
BUNDLES_AT_ONCE = 50


def stage_bundles(run: Run, bundle_size: int, units: Units = ONE_BY_ONE) -> int:
    """Write the request bodies of the run's changes, and return how many; once is enough.

    Made once more, they are those of before, whatever the country file says now: some may have
    been posted.

    Args:
        run: The run; its changes are staged.
        bundle_size: Objects a bundle.
        units: Does what is done share by share.
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
    written = _write(Rendering(run, shares, size), units)
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
) -> Iterator[dict[str, Any]]:
    for share in _shares(phase, frames, joined_up_to):
        changes = share.joined([frames[number] for number in share.partitions])
        yield from _bodies(share.phase, changes, size)


@dataclass(frozen=True)
class Share:
    """What of a phase is divided into bundles at once.

    Attributes:
        phase: The phase.
        partitions: Number of the partition, or of several that have little.
    """

    phase: Phase
    partitions: tuple[int, ...]

    @property
    def partition(self) -> int:
        """Number of the partition; ACROSS for several."""
        return self.partitions[0] if len(self.partitions) == 1 else ACROSS

    def joined(self, several: Sequence[Changes]) -> Changes:
        """Return resource name → changes of all its partitions."""
        if len(several) == 1:
            return several[0]
        names = [each.name for each in RESOURCES]
        return {name: pl.concat(changes[name] for changes in several) for name in names}


@dataclass(frozen=True)
class Rendering:
    """The bundles of a run, share by share: each is a unit of work.

    Attributes:
        run: The run.
        shares: All of them, in order.
        size: Objects a bundle.
        firsts: Number of the first bundle of each share; empty while they are counted.
    """

    run: Run
    shares: Sequence[Share]
    size: int
    firsts: Sequence[int] = ()

    def count(self, number: int) -> int:
        """Return how many bundles a share makes."""
        phase, changes = self.shares[number].phase, self._changes(number)
        return number_bundles(pl.concat(_people(phase, changes)), self.size)["bundle"].n_unique()

    def write(self, number: int) -> list[Bundle]:
        """Write the bundles of a share, and return them."""
        share = self.shares[number]
        rows = _bodies(share.phase, self._changes(number), self.size)
        return [
            put(
                self.run,
                share.phase,
                at,
                row["body"],
                objects=row["objects"],
                partition=share.partition,
            )
            for at, row in enumerate(rows, self.firsts[number])
        ]

    def _changes(self, number: int) -> Changes:
        share = self.shares[number]
        return share.joined([changes_of(self.run, each) for each in share.partitions])


def _shares(phase: Phase, frames: Sequence[Changes], joined_up_to: int) -> Iterator[Share]:
    """Yield the partitions of a phase; neighbours that have little are one share.

    On a quiet night most have an object or two, and a request for each would be hundreds.
    """
    joined: list[int] = []
    objects = 0
    for partition, changes in enumerate(frames):
        count = _count(phase, changes)
        if joined and objects + count > joined_up_to:
            yield Share(phase, tuple(joined))
            joined, objects = [], 0
        if count > joined_up_to:
            yield Share(phase, (partition,))
        elif count:
            joined.append(partition)
            objects += count
    if joined:
        yield Share(phase, tuple(joined))


def _count(phase: Phase, changes: Changes) -> int:
    return int(pl.concat(_people(phase, changes)).select(pl.len()).collect().item())


def _write(rendering: Rendering, units: Units) -> list[Bundle]:
    numbers = range(len(rendering.shares))
    counts = units.run(rendering.count, numbers)
    firsts: list[int] = []
    following = dict.fromkeys(Phase, 1)
    for share, count in zip(rendering.shares, counts, strict=True):
        firsts.append(following[share.phase])
        following[share.phase] += count
    written = units.run(replace(rendering, firsts=firsts).write, numbers)
    return [bundle for bundles_of_share in written for bundle in bundles_of_share]


def _bodies(phase: Phase, changes: Changes, size: int) -> Iterator[dict[str, Any]]:
    people = number_bundles(pl.concat(_people(phase, changes)), size)
    for first in range(0, people["bundle"].n_unique(), BUNDLES_AT_ONCE):
        chunk = people.filter(pl.col("bundle").is_between(first, first + BUNDLES_AT_ONCE - 1))
        yield from render_bundles(phase, changes, chunk).iter_rows(named=True)


def _people(phase: Phase, changes: Changes) -> list[pl.LazyFrame]:
    return [
        changes[part.resource.name].filter(part.changes).select(person=part.person)
        for part in parts(phase)
    ]
