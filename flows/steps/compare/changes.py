"""Compare what DHIS2 should hold with what it has confirmed, and stage the changes.

desired, acknowledged ─► numbers settled ─► delta of every resource, parents first
                                              │
   once more, if an object changed its partition or its UID is taken ◄─┘
                                              └─► selection ─► changes, rejects
                                                                  │
           once more, without what a guard holds back ◄───────────┘
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from flows.steps.compare.desired import KEY, Asked, spared_in
from staging.acknowledged import scan
from staging.current import Current
from staging.frames import (
    declare_done,
    is_done,
    read_stage,
    scan_frame,
    scan_objects,
    write_frame,
)
from staging.layout import Run, Target
from staging.rejects import write_held_back, write_rejects
from transforms import VERSION
from transforms.changes.change_counts import (
    Measured,
    acknowledged_at,
    counted,
    created_at,
    emptied_values,
    had,
    measured,
)
from transforms.changes.deltas import Delta, delta
from transforms.changes.holding_back import (
    fields_held_back,
    keeping,
    kinds_held_back,
    without_held_back,
)
from transforms.changes.magnitude import Finding, LastLoad, judged
from transforms.changes.metadata_changes import CONFIRMED, unconfirmed
from transforms.changes.needs import codes_by_option_set, org_units_with_those_above
from transforms.changes.partitions import MOVERS, collided, movers
from transforms.changes.permissions import NOTHING, Permissions
from transforms.changes.reject_rows import note_counts, noted_rows, reject_rows
from transforms.changes.schemas import Change, acknowledged_schema, desired_schema
from transforms.changes.selection import selected, wholly_selected
from transforms.core.errors import StagingError
from transforms.model.insurees import NUMBER, doubled_numbers, settle_numbers
from transforms.model.privacy import Policy, policy_of
from transforms.model.resources import (
    METADATA,
    OPTIONS,
    ORG_UNITS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
    Scope,
    TrackerType,
)
from transforms.reports.summaries import Counts

STAGE = "changes"
SCOPE_OF = {OPTIONS: Scope.OPTIONSET, ORG_UNITS: Scope.ORGUNIT}
DESIRED = "desired"

Noted = dict[str, dict[str, int]]
"""Resource → reason → objects, changed or not, of which something is left out for it."""


@dataclass(frozen=True)
class PartitionDoubts:
    """What a first comparison cannot know.

    Attributes:
        movers: Objects whose acknowledged row lies in another partition.
        collided: resource and key of new objects whose UID another object has.
    """

    movers: pl.DataFrame
    collided: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether the comparison may be believed."""
        return self.movers.is_empty() and self.collided.is_empty()


@dataclass(frozen=True)
class Selection:
    """Which changes are posted; see `transforms.changes.selection`."""

    scopes: Sequence[Scope]
    windowed: bool = False


EVERYTHING = Selection([Scope.ALL])
NO_PARTITION_DOUBTS = PartitionDoubts(
    pl.DataFrame(schema=MOVERS), pl.DataFrame(schema={"resource": pl.String, "key": pl.String})
)


def stage_changes(
    run: Run, target: Target, current: Current, asked: Asked, allow: Permissions = NOTHING
) -> Counts:
    """Stage what DHIS2 has still to hear, and return how much; once is enough.

    What is much is left out, and goes with a run that is permitted it:
    transforms/changes/magnitude.py

    Raises:
        StagingError: What is acknowledged is divided otherwise than what is desired.
    """
    if is_done(run, STAGE):
        return staged_counts(run)
    comparison = Comparison(run, target, current)
    _check_divided_alike(run, comparison.partitions, current)
    chosen = Selection(asked.scopes, windowed=asked.window is not None)
    noted = comparison.write(NO_PARTITION_DOUBTS, chosen)
    doubts = comparison.doubts()
    if not doubts.is_empty:
        noted = comparison.write(doubts, chosen)
    findings = comparison.findings(asked, allow)
    if any(not each.why for each in findings):
        noted = comparison.write(doubts, chosen, findings)
    for name in METADATA:
        changed = changed_metadata(run, target, current, name)
        write_frame(run.changes(name, 0), comparison.chosen_metadata(name, changed, asked.scopes))
    key = read_stage(run, DESIRED).get(KEY, asked.key_fingerprint)
    wholly = wholly_selected(asked.scopes, windowed=asked.window is not None)
    _declare(comparison, doubts, key, wholly, findings, noted, policy_of(asked.country))
    return staged_counts(run)


def staged_counts(run: Run) -> Counts:
    """Return how much is to be created, updated, replaced, deleted, and pushed of metadata."""
    counts = read_stage(run, STAGE)["changes"]
    changes = {
        name: {f"to {kind}": count for kind, count in kinds.items()}
        for name, kinds in counts.items()
    }
    pushed = {name: scan_frame(run.changes(name, 0)) for name in METADATA}
    return changes | {
        name: {"to push": frame.select(pl.len()).collect().item()} for name, frame in pushed.items()
    }


def _check_divided_alike(run: Run, partitions: int, current: Current) -> None:
    if tracked_versions(current) and partitions != current.partitions:
        raise StagingError(
            f"Run {run.run_id} has divided what openIMIS has into {partitions} partitions, but the "
            f"target has {current.partitions} since run {current.last_run} was loaded. What it "
            f"would compare is out of date: start a new run. Nothing was posted."
        )


def stage_withdrawal(run: Run, target: Target, current: Current) -> None:
    """Stage the deletion of everything that DHIS2 holds; does nothing if that is done."""
    if is_done(run, STAGE):
        return
    for resource in RESOURCES:
        nothing = pl.LazyFrame(schema=desired_schema(resource))
        for partition in range(current.partitions):
            write_frame(run.desired(resource.name, partition), nothing)
    declare_done(run, DESIRED, {"partitions": current.partitions, "rows": {}})
    comparison = Comparison(run, target, current)
    noted = comparison.write(NO_PARTITION_DOUBTS, EVERYTHING)
    for name in METADATA:
        write_frame(run.changes(name, 0), pl.LazyFrame(schema=CONFIRMED))
    _declare(comparison, NO_PARTITION_DOUBTS, current.pseudonym_fingerprint, [], [], noted, {})


def _declare(
    comparison: "Comparison",
    doubts: PartitionDoubts,
    key: str | None,
    wholly: Sequence[str],
    findings: Sequence[Finding],
    noted: Noted,
    treatments: Policy,
) -> None:
    write_held_back(comparison.run, findings)
    write_frame(comparison.run.changes("movers", 0), doubts.movers.lazy())
    manifest = {
        "partitions": comparison.partitions,
        "ended": comparison.current.ended,
        "versions": tracked_versions(comparison.current),
        "changes": comparison.counts(),
        "pseudonym_fingerprint": key,
        "package": VERSION,
        "wholly": list(wholly),
        "treatments": {key: each.value for key, each in treatments.items()},
        "magnitude": [each.as_json() for each in findings],
        "noted": noted,
    }
    declare_done(comparison.run, STAGE, manifest)


def changed_metadata(run: Run, target: Target, current: Current, name: str) -> pl.LazyFrame:
    """Return the org units or options that DHIS2 has not confirmed as they are wanted."""
    confirmed = scan(target, current, name, 0, CONFIRMED)
    return unconfirmed(scan_frame(run.desired(name, 0)), confirmed)


def tracked_versions(current: Current) -> dict[str, str]:
    """Return the versions of people, policies and claims."""
    names = [resource.name for resource in RESOURCES]
    return {name: current.versions[name] for name in names if name in current.versions}


def acknowledged_of(
    target: Target, current: Current, resource: Resource, partition: int, moved: pl.DataFrame
) -> pl.LazyFrame:
    """Return an acknowledged partition, with movers where they belong now."""
    schema = acknowledged_schema(resource)
    own = scan(target, current, resource.name, partition, schema)
    mine = moved.filter(resource=resource.name)
    left = mine.filter(source=partition).lazy()
    arrived = mine.filter(destination=partition)
    parts = [
        scan(target, current, resource.name, source, schema).join(keys.lazy(), on="key", how="semi")
        for (source,), keys in arrived.group_by("source")
    ]
    return pl.concat([own.join(left, on="key", how="anti"), *parts], how="diagonal")


def _summed(counts: list[pl.DataFrame]) -> dict[str, int]:
    summed = pl.concat(counts).group_by("reason").agg(pl.col("count").sum()).sort("reason")
    return dict(summed.iter_rows())


class Comparison:
    """Everything that one run compares."""

    def __init__(self, run: Run, target: Target, current: Current) -> None:
        self.run = run
        self.target = target
        self.current = current
        self.partitions: int = read_stage(run, DESIRED)["partitions"]
        self.spared = spared_in(run)

    def write(
        self, doubts: PartitionDoubts, asked: Selection, findings: Sequence[Finding] = ()
    ) -> Noted:
        """Write changes and rejects of all partitions, without what the findings hold back.

        Return what is left out of all objects.
        """
        held = kinds_held_back(findings)
        rejects: dict[str, list[pl.DataFrame]] = {each.name: [] for each in RESOURCES}
        noted: dict[str, list[pl.DataFrame]] = {each.name: [] for each in RESOURCES}
        doubled = self._doubled_numbers()
        for partition in range(self.partitions):
            deltas = self._deltas(partition, doubts, doubled, findings)
            changes = {name: found.changes for name, found in deltas.items()}
            chosen = selected(changes, asked.scopes, windowed=asked.windowed)
            posted = without_held_back(chosen, held)
            for name, frame in posted.items():
                ordered = frame.lazy().sort("person", "key")
                write_frame(self.run.changes(name, partition), ordered)
            for name, found in deltas.items():
                desired = self._desired(name, partition, doubled)
                rejects[name] += [found.rejects, noted_rows(desired, posted[name])]
                noted[name].append(note_counts(desired))
        rows = {name: reject_rows(name, pl.concat(frames)) for name, frames in rejects.items()}
        write_rejects(self.run, rows)
        return {name: _summed(frames) for name, frames in noted.items()}

    def chosen_metadata(
        self, name: str, changed: pl.LazyFrame, scopes: Sequence[Scope]
    ) -> pl.LazyFrame:
        """Return the changed org units or options of the scopes, and what the changes need."""
        if not {Scope.ALL, SCOPE_OF[name]}.isdisjoint(scopes):
            return changed
        changes = self._all_changes()
        if name == ORG_UNITS:
            units = scan_frame(self.run.desired(name, 0)).select("uid", "parentUid").collect()
            return changed.filter(pl.col("uid").is_in(org_units_with_those_above(changes, units)))
        codes = codes_by_option_set(changes)
        keys = [f"{uid}:{code}" for uid, each in codes.items() for code in each]
        return changed.filter(pl.col("key").is_in(keys))

    def _all_changes(self) -> dict[str, pl.LazyFrame]:
        return {
            resource.name: pl.concat(
                scan_objects(self.run.changes(resource.name, number))
                for number in range(self.partitions)
            )
            for resource in RESOURCES
        }

    def doubts(self) -> PartitionDoubts:
        """Return what the comparison that was written could not know."""
        return PartitionDoubts(
            pl.concat(
                [NO_PARTITION_DOUBTS.movers, *(self._all_movers() if self.partitions > 1 else ())]
            ),
            pl.concat(
                [NO_PARTITION_DOUBTS.collided, *(self._collided(kind) for kind in TrackerType)]
            ),
        )

    def counts(self) -> dict[str, dict[str, int]]:
        """Return resource → kind of change → objects."""
        return {
            resource.name: dict(
                pl.concat(self._changes(resource))
                .group_by("change")
                .len()
                .cast({"change": pl.String})
                .collect()
                .iter_rows()
            )
            for resource in RESOURCES
        }

    @property
    def since(self) -> str | None:
        """ISO day from which on days have come since the last load: a day earlier, for zones."""
        source = self.current.source
        return (source.as_of.date() - timedelta(days=1)).isoformat() if source else None

    def findings(self, asked: Asked, allow: Permissions) -> list[Finding]:
        """Return what is much of the changes that were written, and whether it is held back."""
        known = LastLoad(
            loaded=self.current.loaded,
            refused=sum(self.current.refused.values()),
            treatments=self.current.treatments,
        )
        policy, guards = policy_of(asked.country), asked.country.guards
        changes = self.counts()
        return [
            finding
            for each in RESOURCES
            if changes[each.name]
            for finding in judged(each, self._measured(each), known, policy, guards, allow)
        ]

    def _measured(self, resource: Resource) -> Measured:
        """Add up, partition by partition, what would be done to a resource."""
        counts: list[pl.DataFrame] = []
        created: list[pl.DataFrame] = []
        places: list[pl.DataFrame] = []
        for number, known in self._acknowledged(resource):
            changes = scan_objects(self.run.changes(resource.name, number))
            frames = (
                counted(changes, self.since),
                created_at(changes, self.since),
                acknowledged_at(known),
            )
            for found, frame in zip((counts, created, places), pl.collect_all(frames), strict=True):
                found.append(frame)
        return measured(counts, created, places, self._had(resource, emptied_values(counts)))

    def _had(self, resource: Resource, names: Sequence[str]) -> dict[str, int]:
        if not names:
            return {}
        rows = [had(known, names).collect() for _, known in self._acknowledged(resource)]
        return dict(zip(names, pl.concat(rows).sum().row(0), strict=True))

    def _deltas(
        self,
        partition: int,
        doubts: PartitionDoubts,
        doubled: pl.LazyFrame,
        findings: Sequence[Finding],
    ) -> dict[str, Delta]:
        deltas: dict[str, Delta] = {}
        for resource in RESOURCES:
            known = acknowledged_of(self.target, self.current, resource, partition, doubts.movers)
            wanted = self._desired(resource.name, partition, doubled)
            deltas[resource.name] = delta(
                resource,
                keeping(wanted, known, fields_held_back(findings, resource.name)),
                known,
                above=deltas.get(resource.parent or ""),
                collided=doubts.collided.filter(resource=resource.name)["key"].to_list(),
                spared=self.spared.filter(resource=resource.name)["row"],
                first=self.current.first_generation(resource.name),
                since=self.since,
            )
        return deltas

    def _desired(self, name: str, partition: int, doubled: pl.LazyFrame) -> pl.LazyFrame:
        frame = scan_objects(self.run.desired(name, partition))
        return settle_numbers(frame, doubled) if name == TRACKED_ENTITIES.name else frame

    def _doubled_numbers(self) -> pl.LazyFrame:
        numbers = [
            scan_objects(self.run.desired(TRACKED_ENTITIES.name, number)).select("key", NUMBER)
            for number in range(self.partitions)
        ]
        known = [
            frame.select("key", "state", NUMBER)
            for _, frame in self._acknowledged(TRACKED_ENTITIES)
        ]
        return doubled_numbers(pl.concat(numbers), pl.concat(known)).collect().lazy()

    def _acknowledged(self, resource: Resource) -> Iterator[tuple[int, pl.LazyFrame]]:
        schema = acknowledged_schema(resource)
        for number in range(self.partitions):
            yield number, scan(self.target, self.current, resource.name, number, schema)

    def _changes(self, resource: Resource) -> list[pl.LazyFrame]:
        return [
            scan_objects(self.run.changes(resource.name, number)).select(
                "key", "uid", "change", "generation", partition=pl.lit(number)
            )
            for number in range(self.partitions)
        ]

    def _created(self, resource: Resource) -> pl.LazyFrame:
        new = pl.col("change").is_in([Change.CREATE.value, Change.REPLACE.value])
        return pl.concat(self._changes(resource)).filter(new)

    def _all_movers(self) -> Iterator[pl.DataFrame]:
        """Yield the movers of every resource, parents first; a deleted parent takes along its own.

        What looks deleted stays where it is wanted: it may be held back there.
        """
        gone: dict[str | None, pl.Series] = {None: pl.Series([], dtype=pl.String)}
        for resource in RESOURCES:
            left = self._left(resource)
            orphaned = pl.col("parentUidBefore").is_in(gone[resource.parent].implode())
            alone = left.filter(~orphaned.fill_null(value=False))
            moved = pl.concat([self._arrived(resource), self._misplaced(resource, alone)])
            gone[resource.name] = left.join(moved, on="key", how="anti")["uidBefore"]
            yield moved.unique("key", keep="any")

    def _arrived(self, resource: Resource) -> pl.DataFrame:
        """Return what looks new in one partition and is known in another."""
        known = [
            frame.select("key", partition=pl.lit(number))
            for number, frame in self._acknowledged(resource)
        ]
        is_first = pl.col("generation") == self.current.first_generation(resource.name)
        first = self._created(resource).filter(is_first).select("key", "partition")
        return movers(resource.name, first, pl.concat(known))

    def _misplaced(self, resource: Resource, left: pl.DataFrame) -> pl.DataFrame:
        """Return what looks deleted in one partition and is wanted, or held back, in another."""
        wanted = [
            scan_objects(self.run.desired(resource.name, number))
            .filter(pl.col("key").is_in(left["key"].implode()))
            .select("key", partition=pl.lit(number))
            for number in range(self.partitions)
        ]
        return movers(resource.name, pl.concat(wanted), left.lazy().select("key", "partition"))

    def _left(self, resource: Resource) -> pl.DataFrame:
        """Return what looks deleted: key, uidBefore, parentUidBefore and partition."""
        return pl.concat(
            scan_objects(self.run.changes(resource.name, number))
            .filter(pl.col("change") == Change.DELETE.value)
            .select("key", "uidBefore", "parentUidBefore", partition=pl.lit(number))
            for number in range(self.partitions)
        ).collect()

    def _collided(self, kind: TrackerType) -> pl.DataFrame:
        resources = [each for each in RESOURCES if each.tracker_type is kind]
        created = [
            self._created(each).select("key", "uid", resource=pl.lit(each.name))
            for each in resources
        ]
        known = [
            frame.select("key", "uid", resource=pl.lit(each.name))
            for each in resources
            for _, frame in self._acknowledged(each)
        ]
        return collided(pl.concat(created), pl.concat(known))
