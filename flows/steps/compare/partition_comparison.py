"""The delta of every resource in one partition, parents first: a unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from flows.steps.compare.figures import with_standing_values
from flows.steps.compare.partition_report import PartitionReport, as_rows, with_rejects
from flows.steps.shared.acknowledged_frames import acknowledged, acknowledged_of
from flows.steps.shared.staged_changes import desired_of, resources_in
from staging.current import Current
from staging.frames import write_frame
from staging.layout import Run, Target
from transforms.changes.answers.reject_rows import note_counts, noted_rows
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.delta.partition_doubts import PartitionDoubts
from transforms.changes.guards.holding_back import (
    fields_held_back,
    fields_withheld,
    keep_values,
    kinds_held_back,
    without_held_back,
)
from transforms.changes.guards.magnitude import Finding
from transforms.changes.objects.links import with_leaving
from transforms.changes.objects.moves import first_due_day
from transforms.changes.sending.selection import select_changes
from transforms.model.insurees import settle_numbers
from transforms.model.resources import (
    DATA_VALUES,
    EVERY_BY_NAME,
    TRACKED_ENTITIES,
    Resource,
    Scope,
)


@dataclass(frozen=True)
class Selection:
    """Which changes are posted; see `transforms.changes.sending.selection`."""

    scopes: Sequence[Scope]
    windowed: bool = False


def day_after_load(current: Current) -> str | None:
    """Return the ISO day from which on days have come since the last load."""
    return first_due_day(current.source.as_of if current.source else None)


@dataclass(frozen=True)
class PartitionComparison:
    """What the partitions of a run are compared with, and what is posted of them.

    Attributes:
        run: The run; what DHIS2 should hold is written.
        target: The target's files.
        current: Its acknowledged state.
        doubled_numbers: See `transforms.changes.delta.doubled_numbers`.
        undeletable: See `flows.steps.compare.desired.undeletable_in`.
        doubts: What a comparison before this one could not know.
        chosen: Which changes are posted.
        findings: What is much.
        leaving: UIDs of people who have to leave a person of DHIS2's own.
        numbers: Keys of the numbers that one person alone may have.
        sent: See `transforms.aggregates.standing.sent_before`.
        restates: Whether closed periods may be sent again.
    """

    run: Run
    target: Target
    current: Current
    doubled_numbers: pl.DataFrame
    undeletable: pl.DataFrame
    doubts: PartitionDoubts
    chosen: Selection
    findings: Sequence[Finding]
    leaving: pl.Series
    numbers: Sequence[str]
    sent: pl.DataFrame
    restates: bool = False

    def write(self, partition: int) -> PartitionReport:
        """Write the changes of a partition, and return what is reported of its objects.

        What is reported again while nothing of the partition changes is written too.
        """
        deltas = self._deltas(partition)
        posted = self._write_changes(partition, deltas)
        desired = {name: self._desired(EVERY_BY_NAME[name], partition) for name in deltas}
        lasting = PartitionReport(
            {name: found.rejects for name, found in deltas.items()},
            {name: note_counts(frame) for name, frame in desired.items()},
            {name: found.counted_only for name, found in deltas.items()},
        )
        write_frame(self.run.reported(partition), as_rows(lasting))
        notes = {name: noted_rows(desired[name], posted[name]) for name in deltas}
        return with_rejects(lasting, notes)

    def _write_changes(
        self, partition: int, deltas: Mapping[str, Delta]
    ) -> dict[str, pl.DataFrame]:
        """Write the changes of a partition that are posted, and return them."""
        changes = {name: found.changes for name, found in deltas.items()}
        some = select_changes(changes, self.chosen.scopes, windowed=self.chosen.windowed)
        posted = without_held_back(some, kinds_held_back(self.findings))
        for name, frame in posted.items():
            write_frame(self.run.changes(name, partition), frame.lazy().sort("person", "key"))
        return posted

    def _deltas(self, partition: int) -> dict[str, Delta]:
        deltas: dict[str, Delta] = {}
        for resource in resources_in(self.run):
            before = acknowledged_of(
                self.target, self.current, resource, partition, self.doubts.movers
            )
            if resource is TRACKED_ENTITIES:
                before = with_leaving(before, self.leaving)
            desired = self._desired(resource, partition)
            names = fields_held_back(self.findings, resource.name)
            deltas[resource.name] = delta(
                resource,
                keep_values(desired, before, names, fields_withheld(self.findings, resource.name)),
                before,
                above=deltas.get(resource.parent or ""),
                collided=self.doubts.collided.filter(resource=resource.name)["key"].to_list(),
                undeletable=self.undeletable.filter(resource=resource.name)["row"],
                first=self.current.first_generation(resource.name),
                since=day_after_load(self.current),
            )
        return deltas

    def _desired(self, resource: Resource, partition: int) -> pl.LazyFrame:
        frame, name = desired_of(self.run, resource, partition), resource.name
        if name == DATA_VALUES.name:
            before = acknowledged(self.target, self.current, DATA_VALUES, partition)
            return with_standing_values(self.run, frame, before, self.sent, restates=self.restates)
        if name != TRACKED_ENTITIES.name:
            return frame
        return settle_numbers(frame, self.doubled_numbers.lazy(), self.numbers)
