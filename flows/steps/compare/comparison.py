"""The comparison of one run: the delta of every resource, partition by partition, parents first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from flows.steps.compare.desired import undeletable_in
from flows.steps.compare.partition_report import ObjectCounts, PartitionReport, sum_reports
from flows.steps.shared.acknowledged_frames import acknowledged, acknowledged_of
from staging.current import Current
from staging.divided import bucket_count, in_buckets
from staging.frames import scan_objects, write_frame
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from staging.rejects import write_rejects
from transforms.changes.answers.reject_rows import note_counts, noted_rows, reject_rows
from transforms.changes.delta.change_counts import count_by_kind
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.delta.partition_doubts import (
    PartitionDoubts,
    Partitioned,
    Sides,
    partition_doubts,
)
from transforms.changes.guards.holding_back import (
    fields_held_back,
    fields_withheld,
    keep_values,
    kinds_held_back,
    without_held_back,
)
from transforms.changes.guards.magnitude import Finding
from transforms.changes.objects.moves import first_due_day
from transforms.changes.sending.selection import select_changes
from transforms.model.insurees import NUMBER, doubled_numbers, settle_numbers
from transforms.model.resources import (
    RESOURCE_BY_NAME,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
    Scope,
)


@dataclass(frozen=True)
class Selection:
    """Which changes are posted; see `transforms.changes.sending.selection`."""

    scopes: Sequence[Scope]
    windowed: bool = False


class Comparison:
    """Everything that one run compares."""

    def __init__(self, run: Run, target: Target, current: Current) -> None:
        self.run = run
        self.target = target
        self.current = current
        self.partitions = DesiredManifest.read(run).partitions
        self.undeletable = undeletable_in(run)
        self._reports: dict[int, PartitionReport] = {}

    @property
    def since(self) -> str | None:
        """ISO day from which on days have come since the last load."""
        return first_due_day(self.current.source.as_of if self.current.source else None)

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
        for partition in range(self.partitions) if only is None else sorted(only):
            self._reports[partition] = self._write_partition(partition, doubts, chosen, findings)
        reports = [self._reports[partition] for partition in sorted(self._reports)]
        rejects = {name: [each.rejects[name] for each in reports] for name in RESOURCE_BY_NAME}
        rows = {name: reject_rows(name, pl.concat(frames)) for name, frames in rejects.items()}
        write_rejects(self.run, rows)
        return sum_reports(reports)

    def doubts(self) -> PartitionDoubts:
        """Return what the comparison that was written could not know."""
        whole = [self._by_partition(each) for each in RESOURCES]
        return partition_doubts(whole, self.partitions, self._in_buckets)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return resource → kind of change → objects."""
        return {name: count_by_kind(changes) for name, changes in self.changes().items()}

    def changes(self) -> dict[str, pl.LazyFrame]:
        """Return resource name → the changes that were written, of all partitions."""
        return {
            resource.name: pl.concat(
                scan_objects(self.run.changes(resource.name, number))
                for number in range(self.partitions)
            )
            for resource in RESOURCES
        }

    def acknowledged(self, resource: Resource) -> Iterator[tuple[int, pl.LazyFrame]]:
        """Yield number and acknowledged rows of each partition."""
        for number in range(self.partitions):
            yield number, acknowledged(self.target, self.current, resource, number)

    def _write_partition(
        self,
        partition: int,
        doubts: PartitionDoubts,
        chosen: Selection,
        findings: Sequence[Finding],
    ) -> PartitionReport:
        """Write the changes of a partition, and return what is reported of its objects."""
        deltas = self._deltas(partition, doubts, findings)
        posted = self._write_changes(partition, deltas, chosen, findings)
        desired = {name: self._desired(name, partition) for name in deltas}
        return PartitionReport(
            {
                name: pl.concat([found.rejects, noted_rows(desired[name], posted[name])])
                for name, found in deltas.items()
            },
            {name: note_counts(frame) for name, frame in desired.items()},
            {name: found.counted_only for name, found in deltas.items()},
        )

    def _write_changes(
        self,
        partition: int,
        deltas: Mapping[str, Delta],
        chosen: Selection,
        findings: Sequence[Finding],
    ) -> dict[str, pl.DataFrame]:
        """Write the changes of a partition that are posted, and return them."""
        changes = {name: found.changes for name, found in deltas.items()}
        some = select_changes(changes, chosen.scopes, windowed=chosen.windowed)
        posted = without_held_back(some, kinds_held_back(findings))
        for name, frame in posted.items():
            write_frame(self.run.changes(name, partition), frame.lazy().sort("person", "key"))
        return posted

    def _deltas(
        self, partition: int, doubts: PartitionDoubts, findings: Sequence[Finding]
    ) -> dict[str, Delta]:
        deltas: dict[str, Delta] = {}
        for resource in RESOURCES:
            before = acknowledged_of(self.target, self.current, resource, partition, doubts.movers)
            desired = self._desired(resource.name, partition)
            names = fields_held_back(findings, resource.name)
            deltas[resource.name] = delta(
                resource,
                keep_values(desired, before, names, fields_withheld(findings, resource.name)),
                before,
                above=deltas.get(resource.parent or ""),
                collided=doubts.collided.filter(resource=resource.name)["key"].to_list(),
                undeletable=self.undeletable.filter(resource=resource.name)["row"],
                first=self.current.first_generation(resource.name),
                since=self.since,
            )
        return deltas

    def _desired(self, name: str, partition: int) -> pl.LazyFrame:
        frame = scan_objects(self.run.desired(name, partition))
        if name != TRACKED_ENTITIES.name:
            return frame
        return settle_numbers(frame, self._doubled_numbers)

    @cached_property
    def _doubled_numbers(self) -> pl.LazyFrame:
        numbers = [
            scan_objects(self.run.desired(TRACKED_ENTITIES.name, number)).select("key", NUMBER)
            for number in range(self.partitions)
        ]
        before = [
            frame.select("key", "state", NUMBER) for _, frame in self.acknowledged(TRACKED_ENTITIES)
        ]
        has_number = pl.col(NUMBER).is_not_null()
        sides = {
            "desired": pl.concat(numbers).filter(has_number),
            "acknowledged": pl.concat(before).filter(has_number),
        }
        folder = self.run.parts / "numbers"
        people = DesiredManifest.read(self.run).rows.get(TRACKED_ENTITIES.name, 0)
        found = [
            doubled_numbers(some["desired"], some["acknowledged"]).collect()
            for some in in_buckets(folder, sides, NUMBER, bucket_count(people))
        ]
        return pl.concat(found).lazy()

    def _in_buckets(self, sides: Sides, by: str) -> Iterator[Sides]:
        created = sides["created"].select(pl.len()).collect(engine="streaming").item()
        return in_buckets(self.run.parts / "created", sides, by, bucket_count(created))

    def _by_partition(self, resource: Resource) -> Partitioned:
        """Return what lies in the partitions of a resource, with their numbers."""
        name, numbers = resource.name, range(self.partitions)
        return Partitioned(
            resource,
            changes=_with_numbers(scan_objects(self.run.changes(name, each)) for each in numbers),
            desired=_with_numbers(
                scan_objects(self.run.desired(name, each)).select("key") for each in numbers
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
