"""The comparison of one run: the changes of all partitions, and what only all of them can tell."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

import polars as pl

from flows.steps.compare.desired import undeletable_in
from flows.steps.compare.figures import sent_pairs
from flows.steps.compare.partition_comparison import (
    PartitionComparison,
    Selection,
    day_after_load,
)
from flows.steps.compare.partition_progress import PartitionProgress
from flows.steps.compare.partition_report import ObjectCounts, PartitionReport, sum_reports
from flows.steps.compare.quiet import quiet_partitions, take_over_comparison
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.staged_changes import changes_of_resource, desired_of, resources_in
from flows.steps.shared.units import ONE_BY_ONE, Units
from staging.current import Current
from staging.divided import bucket_count, in_buckets
from staging.frames import scan_objects
from staging.layout import Run, Target
from staging.links import read_links
from staging.manifests import DesiredManifest
from staging.rejects import write_rejects
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.delta.change_counts import count_by_kind
from transforms.changes.delta.doubled_numbers import doubled_numbers
from transforms.changes.delta.partition_doubts import (
    NO_PARTITION_DOUBTS,
    PartitionDoubts,
    Partitioned,
    Sides,
    partition_doubts,
)
from transforms.changes.guards.magnitude import Finding
from transforms.changes.objects.links import STALE
from transforms.changes.objects.schemas import Change, with_missing_columns
from transforms.model.insurees import NUMBER
from transforms.model.resources import TRACKED_ENTITIES, Resource


class Comparison:
    """Everything that one run compares."""

    def __init__(
        self,
        run: Run,
        target: Target,
        current: Current,
        units: Units = ONE_BY_ONE,
        numbers: Sequence[str] = (NUMBER,),
        *,
        restates: bool = False,
        progress: PartitionProgress | None = None,
    ) -> None:
        self.run = run
        self.target = target
        self.current = current
        self.partitions = DesiredManifest.read(run).partitions
        self.resources = resources_in(run)
        self.names = [resource.name for resource in self.resources]
        self._undeletable = undeletable_in(run)
        self._units = units
        self._numbers = numbers
        self._restates = restates
        self._progress = progress or PartitionProgress()
        self._quiet = quiet_partitions(run, current)
        self._reports: dict[int, PartitionReport] = {}

    @property
    def since(self) -> str | None:
        """ISO day from which on days have come since the last load."""
        return day_after_load(self.current)

    def write(
        self,
        doubts: PartitionDoubts,
        chosen: Selection,
        findings: Sequence[Finding] = (),
        only: Collection[int] | None = None,
    ) -> ObjectCounts:
        """Write changes and rejects, without what the findings hold back.

        Args:
            doubts: What a comparison before this one could not know.
            chosen: Which changes are posted.
            findings: What is much.
            only: The partitions that are compared once more; all where None.

        Returns:
            What is left out of objects, and which objects are counted only.
        """
        for number in doubts.partitions & self._quiet.keys():
            del self._quiet[number]
        self._take_over_quiet()
        numbers = sorted(set(range(self.partitions) if only is None else only) - self._quiet.keys())
        self._progress.compare(self.partitions, len(numbers))
        if numbers:
            self._compare(numbers, doubts, chosen, findings)
        reports = [self._reports[partition] for partition in sorted(self._reports)]
        rejects = {name: [each.rejects[name] for each in reports] for name in self.names}
        rows = {name: reject_rows(name, pl.concat(frames)) for name, frames in rejects.items()}
        write_rejects(self.run, rows)
        return sum_reports(reports)

    def _take_over_quiet(self) -> None:
        for number in self._quiet.keys() - self._reports.keys():
            reported = take_over_comparison(self.run, self._quiet[number], number)
            if reported is None:
                del self._quiet[number]
            else:
                self._reports[number] = reported

    def _compare(
        self,
        numbers: Sequence[int],
        doubts: PartitionDoubts,
        chosen: Selection,
        findings: Sequence[Finding],
    ) -> None:
        work = PartitionComparison(
            self.run,
            self.target,
            self.current,
            self._doubled_numbers,
            self._undeletable,
            doubts,
            chosen,
            findings,
            self._leaving,
            self._numbers,
            self._sent_before,
            self._restates,
        )
        found = self._units.run(work.write, numbers, self._progress.count_compared)
        self._reports.update(zip(numbers, found, strict=True))

    def doubts(self) -> PartitionDoubts:
        """Return what the comparison that was written could not know.

        Only what comes or goes can be in doubt, so on a quiet night nobody looks for it.
        """
        if not any(set(kinds) - {Change.UPDATE.value} for kinds in self.counts().values()):
            return NO_PARTITION_DOUBTS
        whole = [self._by_partition(each) for each in self.resources]
        return partition_doubts(whole, self.partitions, self._in_buckets)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return resource → kind of change → objects."""
        return {name: count_by_kind(changes) for name, changes in self.changes().items()}

    def changes(self) -> dict[str, pl.LazyFrame]:
        """Return resource name → the changes that were written, of all partitions."""
        return {
            resource.name: pl.concat(
                changes_of_resource(self.run, resource, number) for number in range(self.partitions)
            )
            for resource in self.resources
        }

    def acknowledged(self, resource: Resource) -> Iterator[tuple[int, pl.LazyFrame]]:
        """Yield number and acknowledged rows of each partition."""
        for number in range(self.partitions):
            yield number, acknowledged(self.target, self.current, resource, number)

    @cached_property
    def _doubled_numbers(self) -> pl.DataFrame:
        return pl.concat(frame for name in self._numbers for frame in self._doubled(name))

    def _doubled(self, name: str) -> list[pl.DataFrame]:
        """Return who may not have a number, because several people would."""
        numbers = [
            scan_objects(self.run.desired(TRACKED_ENTITIES.name, number)).select("key", name)
            for number in range(self.partitions)
        ]
        before = [
            with_missing_columns(frame, [name]).select("key", "state", name)
            for _, frame in self.acknowledged(TRACKED_ENTITIES)
        ]
        has_number = pl.col(name).is_not_null()
        sides = {
            "desired": pl.concat(numbers).filter(has_number),
            "acknowledged": pl.concat(before).filter(has_number),
        }
        folder = self.run.parts / "numbers"
        people = DesiredManifest.read(self.run).rows.get(TRACKED_ENTITIES.name, 0)
        return [
            doubled_numbers(some["desired"], some["acknowledged"], name).collect()
            for some in in_buckets(folder, sides, name, bucket_count(people))
        ]

    @cached_property
    def _sent_before(self) -> pl.DataFrame:
        return sent_pairs(self.target, self.current)

    @cached_property
    def _leaving(self) -> pl.Series:
        return read_links(self.target, self.current).filter(state=STALE)["uid"]

    def _in_buckets(self, sides: Sides, by: str) -> Iterator[Sides]:
        created = sides["created"].select(pl.len()).collect(engine="streaming").item()
        return in_buckets(self.run.parts / "created", sides, by, bucket_count(created))

    def _by_partition(self, resource: Resource) -> Partitioned:
        """Return what lies in the partitions of a resource, with their numbers."""
        name, numbers = resource.name, range(self.partitions)
        return Partitioned(
            resource,
            changes=_with_numbers(
                changes_of_resource(self.run, resource, each) for each in numbers
            ),
            desired=_with_numbers(
                desired_of(self.run, resource, each).select("key") for each in numbers
            ),
            acknowledged=_with_numbers(
                frame.select("key", "uid") for _, frame in self.acknowledged(resource)
            ),
            first_generation=self.current.first_generation(name),
        )


def _with_numbers(partitions: Iterable[pl.LazyFrame]) -> pl.LazyFrame:
    return pl.concat(
        frame.with_columns(partition=pl.lit(number)) for number, frame in enumerate(partitions)
    )
