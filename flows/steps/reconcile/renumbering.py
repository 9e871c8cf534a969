"""Carry what is acknowledged over to the row numbers of an openIMIS that was migrated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from flows.steps.compare.source_identity import refuse_stranger, source_of
from flows.steps.reconcile.preconditions import find_desired_run, read_acknowledged
from flows.steps.shared.acknowledged_frames import acknowledged, tracked_versions
from staging.acknowledged import sweep, write
from staging.current import Current, switch, with_version
from staging.frames import scan_objects
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from transforms.changes.reconciliation.renumbering import RenumberedPartition, renumber_partition
from transforms.core.errors import GuardError, StagingError
from transforms.model.resources import NUMBERED, Resource
from transforms.openimis.country import Guards


@dataclass
class CarryOver:
    """What became of the rows of a resource.

    Attributes:
        rows_in_dhis2: How many of openIMIS's rows DHIS2 holds objects of.
        rows_found_again: How many of them were found again under their new numbers.
    """

    rows_in_dhis2: int = 0
    rows_found_again: int = 0


@dataclass(frozen=True)
class Renumbering:
    """What is compared.

    Attributes:
        target: The target.
        current: Its acknowledged state.
        desired: The run that says what the migrated openIMIS has.
    """

    target: Target
    current: Current
    desired: Run

    def first_generation(self, resource: Resource) -> int:
        """Return a generation that no object of the resource has, nor the one before it."""
        parts = [self._acknowledged(resource, number) for number in range(self.current.partitions)]
        greatest = pl.concat(parts, how="diagonal").select(pl.col("generation").max())
        return int(greatest.collect().item() or 0) + 2

    def parts(self, resource: Resource, first: int) -> Iterator[RenumberedPartition]:
        """Yield the partitions of a resource under the new numbers."""
        for number in range(self.current.partitions):
            rows = scan_objects(self.desired.desired(resource.name, number))
            yield renumber_partition(resource, self._acknowledged(resource, number), rows, first)

    def _acknowledged(self, resource: Resource, number: int) -> pl.LazyFrame:
        return acknowledged(self.target, self.current, resource, number)


def carry_over(run: Run, target: Target, desired_run: str, guards: Guards) -> dict[str, CarryOver]:
    """Write what is acknowledged under the new numbers; `current.json` is switched once, last.

    Args:
        run: Names the new version.
        target: The target.
        desired_run: The run that says what the migrated openIMIS has.
        guards: How much has to be found again.

    Returns:
        Resource to what became of its rows.

    Raises:
        GuardError: It is another openIMIS, or too little was found again.
        StagingError: A run is open, or the run is not at hand or divided otherwise.
    """
    current = read_acknowledged(target)
    work = Renumbering(target, current, _migrated_run(target, current, desired_run))
    first = {resource.name: work.first_generation(resource) for resource in NUMBERED}
    carried = {resource.name: CarryOver() for resource in NUMBERED}
    checksums: dict[str, list[str]] = {resource.name: [] for resource in NUMBERED}
    for resource in NUMBERED:
        for number, part in enumerate(work.parts(resource, first[resource.name])):
            rows = part.rows.lazy()
            checksums[resource.name].append(write(target, run.run_id, resource.name, number, rows))
            carried[resource.name].rows_in_dhis2 += part.rows_in_dhis2
            carried[resource.name].rows_found_again += part.rows_found_again
    refuse_strangers(carried, desired_run, guards)
    _switch(target, current, run, checksums, first)
    return carried


def _migrated_run(target: Target, current: Current, desired_run: str) -> Run:
    desired = find_desired_run(target.root, desired_run, needed=True)
    source = source_of(desired) if desired else None
    if desired is None or source is None:
        raise StagingError(
            f"Run {desired_run} has no snapshot any more, so it cannot be told of which openIMIS "
            f"it is. Run sync with until=transform once more, and name its run. Nothing was "
            f"changed."
        )
    if current.source is not None:
        refuse_stranger(current.source, source)
    divided = DesiredManifest.read(desired).partitions
    if divided != current.partitions or not tracked_versions(current):
        raise StagingError(
            f"Run {desired_run} is divided into {divided} partitions and the target into "
            f"{current.partitions}, or nothing was loaded yet. Run sync with until=transform once "
            f"more, and name its run. Nothing was changed."
        )
    return desired


def refuse_strangers(carried: Mapping[str, CarryOver], desired_run: str, guards: Guards) -> None:
    """Refuse a run in which too little is found again.

    Raises:
        GuardError: It is of another openIMIS, or of none that was migrated.
    """
    total = sum(each.rows_in_dhis2 for each in carried.values())
    found = sum(each.rows_found_again for each in carried.values())
    if found < guards.renumber_share * total:
        raise GuardError(
            f"Of {total} policies and claim lines of which DHIS2 holds objects, only {found} "
            f"were found again in run {desired_run}; of an openIMIS that was migrated, nearly all "
            f"are. Name a run of the openIMIS that was migrated. Nothing was changed."
        )


def _switch(
    target: Target,
    current: Current,
    run: Run,
    checksums: Mapping[str, list[str]],
    first: Mapping[str, int],
) -> None:
    begins = {**current.first_generations, **first}
    numbered = current.model_copy(update={"first_generations": begins})
    after = with_version(numbered, run.run_id, checksums)
    switch(target, after)
    sweep(target, kept=[current, after])
