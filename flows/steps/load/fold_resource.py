"""Fold a resource, partition by partition: what no run has touched stays as it is on disk."""

from dataclasses import dataclass

import polars as pl

from flows.steps.load.confirmed import is_of_partition
from flows.steps.shared.acknowledged_frames import acknowledged_of
from flows.steps.shared.staged_changes import changes_of
from flows.steps.shared.units import Units
from staging.acknowledged import keep, write
from staging.current import Current
from staging.frames import row_count, scan_frame
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from transforms.changes.answers.fold import fold_partition
from transforms.changes.sending.leaving_out import LeftOut, as_sent
from transforms.model.resources import Resource


@dataclass(frozen=True)
class Folding:
    """A resource that is folded, partition by partition: each is a unit of work.

    Attributes:
        run: The run; what DHIS2 answered is gathered.
        target: The target's files.
        current: The acknowledged state.
        resource: The resource.
        left_out: Values that were left out of requests.
    """

    run: Run
    target: Target
    current: Current
    resource: Resource
    left_out: LeftOut

    @property
    def is_new(self) -> bool:
        """Whether nothing of the resource is acknowledged yet."""
        return self.resource.name not in self.current.versions

    def touched(self, partitions: int) -> set[int]:
        """Return the partitions of which something may change."""
        moved, name = self._moved(), self.resource.name
        changed = {number for number in range(partitions) if _rows(self.run, name, number)}
        return changed | set(moved["source"]) | set(moved["destination"])

    def write(self, number: int) -> str:
        """Write the new version of a partition, and return its checksum."""
        base = acknowledged_of(self.target, self.current, self.resource, number, self._moved())
        changes = changes_of(self.run, number)[self.resource.name]
        own = scan_frame(self.run.outcomes).filter(is_of_partition(number))
        sent = as_sent(self.resource, changes, base, self.left_out)
        rows = fold_partition(self.resource, base, sent, own, self.run.run_id)
        return write(self.target, self.run.run_id, self.resource.name, number, rows)

    def keep(self, number: int) -> str:
        """Take a partition over as it is, and return its checksum."""
        return keep(self.target, self.current, self.run.run_id, self.resource.name, number)

    def _moved(self) -> pl.DataFrame:
        movers = scan_frame(self.run.changes("movers", 0))
        return movers.filter(resource=self.resource.name).collect()


def fold_resource(folding: Folding, units: Units) -> list[str]:
    """Write the new version of a resource, and return its checksums; none if nothing changes."""
    partitions = range(ChangesManifest.read(folding.run).partitions)
    touched = folding.touched(len(partitions))
    if not touched:
        return []
    numbers = list(partitions) if folding.is_new else sorted(touched)
    written = dict(zip(numbers, units.run(folding.write, numbers), strict=True))
    return [written[number] if number in written else folding.keep(number) for number in partitions]


def _rows(run: Run, resource: str, partition: int) -> int:
    return row_count(run.changes(resource, partition))
