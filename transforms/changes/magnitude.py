"""Magnitude: how much of what DHIS2 holds a run would change, and what of that waits for a person.

    what               held back if it exceeds both                  lifted by
    creates            create_share of what DHIS2 holds, create_count  creates
    changes of a field change_share of what DHIS2 holds, change_count  changes
    updates, replaces  the same, where no single field stands out      changes
    a field emptied    empty_share of those that have it, empty_count  empties
    deletes            delete_share of what DHIS2 holds, delete_count, deletes
                       or all of more than ten

Whatever the cause: another release, a lost column, another time zone. Counts are of one resource of
one partition, and are added up, so memory does not grow with the scheme.

Counted and told, never held back: a first load, what falls due by date, a place's first day, what
was empty and is filled, and what the privacy policy lets out no longer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import polars as pl

from transforms.changes.deltas import BEFORE, UNKNOWN, Change, Move
from transforms.changes.permissions import Allow, Permissions
from transforms.core.fields import Treatment
from transforms.model.resources import RESOURCE_BY_NAME, RESOURCES, Resource
from transforms.openimis.country import Guards

ALL_OF_SO_MANY = 10  # a pilot of few insurees is not emptied without a word
COUNTS: dict[str, pl.DataType] = {"kind": pl.String(), "name": pl.String(), "objects": pl.Int64()}
PLACES: dict[str, pl.DataType] = {"orgUnit": pl.String(), "objects": pl.Int64()}
LEAVING = (Change.DELETE.value, Change.REPLACE.value)
ARRIVING = (Change.CREATE.value, Change.REPLACE.value)
DUE, TOUCHED = "due", "touched"
FIRST_LOAD = "a first load"
BY_DATE = "due by date"
FIRST_DAY = "the first day of its places"
FILLED = "it was empty before"
BY_POLICY = "the privacy policy lets it out no longer as it was"
STRICTER = (Treatment.SEND, Treatment.GENERALISE, Treatment.PSEUDONYM, Treatment.DROP)


class Kind(StrEnum):
    """What is counted."""

    CREATES = "creates"
    CHANGES = "changes"
    EMPTIES = "empties"
    DELETES = "deletes"
    FILLS = "fills"
    DUE = "due"


LIFTED_BY = {
    Kind.CREATES: Allow.CREATES,
    Kind.CHANGES: Allow.CHANGES,
    Kind.EMPTIES: Allow.EMPTIES,
    Kind.DELETES: Allow.DELETES,
}
OF_VALUES = (Kind.CHANGES, Kind.EMPTIES)
HOLDS: dict[Kind, tuple[str, ...]] = {
    Kind.CREATES: (Change.CREATE.value,),
    Kind.CHANGES: (Change.UPDATE.value, Change.REPLACE.value),
    Kind.DELETES: (Change.DELETE.value,),
}
"""The changes of a resource that wait, where all of a kind does."""


@dataclass(frozen=True)
class Finding:
    """Something that is much.

    Attributes:
        resource: Its name.
        kind: What is much.
        name: Of the value (a field's key or one of `PLAIN`); "" for the objects themselves.
        objects: How many.
        of: Of how many: those that DHIS2 holds, or that have the value.
        why: Why it is told and not held back; "" if it is held back.
    """

    resource: str
    kind: Kind
    name: str
    objects: int
    of: int
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it for a manifest."""
        return asdict(self)


@dataclass(frozen=True)
class Known:
    """What an earlier load has left to judge by.

    Attributes:
        loaded: Resources of which all was sent once: what is new of others is a first load.
        refused: How many objects DHIS2 refused then; they are tried again.
        treatments: Field key to its treatment then; what was not known is not there.
    """

    loaded: Collection[str]
    refused: int = 0
    treatments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What a run would do to one resource.

    Attributes:
        held: Objects that DHIS2 holds.
        counts: Kind of change or `Move` and name ("" for objects) to objects.
        at_known_places: Creates that are not due, where DHIS2 holds objects of the resource.
        had: Name of a value to objects that DHIS2 holds and that have it.
    """

    held: int
    counts: Mapping[tuple[str, str], int]
    at_known_places: int
    had: Mapping[str, int]


def counted(changes: pl.LazyFrame, since: str | None) -> pl.LazyFrame:
    """Count the changes of one resource of one partition: the columns of `COUNTS`.

    Args:
        changes: See `transforms.changes.deltas`.
        since: As of `delta`.
    """
    kind = pl.when(_is_due(since)).then(pl.lit(DUE)).otherwise(pl.col("change").cast(pl.String))
    marks = pl.col("moves").list.eval(
        pl.element().str.starts_with(Move.ALTER) | pl.element().str.starts_with(Move.EMPTY)
    )
    is_touched = marks.list.any() | pl.col("transfer")
    move = pl.col("moves").str.splitn(":", 2)
    moves = changes.select(pl.col("moves").explode()).drop_nulls()
    rows = [
        changes.select(kind=kind, name=pl.lit("")),
        changes.filter((pl.col("change") == Change.UPDATE.value) & is_touched)
        .with_columns(kind=pl.lit(TOUCHED), name=pl.lit(""))
        .select("kind", "name"),
        moves.select(kind=move.struct.field("field_0"), name=move.struct.field("field_1")),
    ]
    return pl.concat(rows).group_by("kind", "name").agg(objects=pl.len().cast(pl.Int64))


def created_at(changes: pl.LazyFrame, since: str | None) -> pl.LazyFrame:
    """Count what is created and does not fall due, by org unit: the columns of `PLACES`."""
    return _by_place(changes.filter((pl.col("change") == Change.CREATE.value) & ~_is_due(since)))


def held_at(acknowledged: pl.LazyFrame) -> pl.LazyFrame:
    """Count what DHIS2 holds, by org unit: the columns of `PLACES`."""
    return _by_place(acknowledged.filter(state="held"))


def _by_place(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.group_by("orgUnit").agg(objects=pl.len().cast(pl.Int64))


def _is_due(since: str | None) -> pl.Expr:
    """Whether something is new because its day has come since the last load."""
    if since is None:
        return pl.lit(value=False)
    is_new = pl.col("change") == Change.CREATE.value
    return (is_new & (pl.col("occurredAt") >= since)).fill_null(value=False)


def measured(
    counts: Sequence[pl.DataFrame],
    created: Sequence[pl.DataFrame],
    held: Sequence[pl.DataFrame],
    had: Mapping[str, int],
) -> Measured:
    """Add up what was counted partition by partition."""
    total = pl.concat([pl.DataFrame(schema=COUNTS), *counts])
    summed = total.group_by("kind", "name").agg(pl.col("objects").sum())
    places, new = (
        pl.concat([pl.DataFrame(schema=PLACES), *frames])
        .group_by("orgUnit")
        .agg(pl.col("objects").sum())
        for frames in (held, created)
    )
    known = new.join(places, on="orgUnit", how="semi")
    return Measured(
        held=int(places["objects"].sum()),
        counts={(kind, name): objects for kind, name, objects in summed.iter_rows()},
        at_known_places=int(known["objects"].sum()),
        had=had,
    )


def judged(
    resource: Resource,
    found: Measured,
    known: Known,
    treatments: Mapping[str, Treatment],
    guards: Guards,
    allow: Permissions,
) -> list[Finding]:
    """Return what is much, of one resource; what is permitted is told.

    Args:
        resource: The resource.
        found: What the run would do to it.
        known: What the last load has left.
        treatments: Field key to what the privacy policy does with it now.
        guards: The limits.
        allow: What is permitted.
    """
    of_fields = [
        finding
        for (kind, name), objects in sorted(found.counts.items())
        if name
        for finding in _of_field(resource, kind, name, objects, found, guards)
    ]
    of_objects = _of_objects(resource, found, known, guards)
    if not any(each.kind in OF_VALUES for each in of_fields):
        of_objects += _updates(resource, found, guards)
    return [_explained(each, known, treatments, allow) for each in (*of_objects, *of_fields)]


def _of_objects(resource: Resource, found: Measured, known: Known, guards: Guards) -> list[Finding]:
    created, due = _count(found, Change.CREATE), found.counts.get((DUE, ""), 0)
    deleted = _count(found, Change.DELETE)
    findings = []
    limit = max(guards.create_count, guards.create_share * found.held)
    if resource.name not in known.loaded:
        if created + due:
            findings.append(_finding(resource, Kind.CREATES, created + due, found, FIRST_LOAD))
    elif found.at_known_places - known.refused > limit:
        findings.append(_finding(resource, Kind.CREATES, created, found))
    elif created > limit:
        findings.append(_finding(resource, Kind.CREATES, created, found, FIRST_DAY))
    if resource.name in known.loaded and due > limit:
        findings.append(_finding(resource, Kind.CREATES, due, found, BY_DATE))
    if _is_mass_deletion(deleted, found.held, guards):
        findings.append(_finding(resource, Kind.DELETES, deleted, found))
    return findings


def _count(found: Measured, change: Change) -> int:
    return found.counts.get((change.value, ""), 0)


def _finding(
    resource: Resource, kind: Kind, objects: int, found: Measured, why: str = ""
) -> Finding:
    return Finding(resource.name, kind, "", objects, found.held, why)


def _is_mass_deletion(deleted: int, held: int, guards: Guards) -> bool:
    if deleted == held > ALL_OF_SO_MANY:
        return True
    return deleted > guards.delete_count and deleted > guards.delete_share * held


def _updates(resource: Resource, found: Measured, guards: Guards) -> list[Finding]:
    """Return many updates of which no single field says what they are, and many replaces."""
    touched = found.counts.get((TOUCHED, ""), 0) + _count(found, Change.REPLACE)
    if touched > max(guards.change_count, guards.change_share * found.held):
        return [_finding(resource, Kind.CHANGES, touched, found)]
    return []


def _of_field(
    resource: Resource, kind: str, name: str, objects: int, found: Measured, guards: Guards
) -> list[Finding]:
    had = found.had.get(name, found.held)
    limits = {
        Move.EMPTY: (Kind.EMPTIES, had, max(guards.empty_count, guards.empty_share * had), ""),
        Move.ALTER: (Kind.CHANGES, found.held, _change_limit(found, guards), ""),
        Move.FILL: (Kind.FILLS, found.held, _change_limit(found, guards), FILLED),
        Move.DUE: (Kind.DUE, found.held, _change_limit(found, guards), BY_DATE),
    }
    of_kind, of, limit, why = limits[Move(kind)]
    return [Finding(resource.name, of_kind, name, objects, of, why)] if objects > limit else []


def _change_limit(found: Measured, guards: Guards) -> float:
    return max(guards.change_count, guards.change_share * found.held)


def _explained(
    finding: Finding,
    known: Known,
    treatments: Mapping[str, Treatment],
    allow: Permissions,
) -> Finding:
    """Return a finding with why it is not held back, if it is not."""
    return replace(finding, why=finding.why or _why(finding, known, treatments, allow))


def _why(
    finding: Finding,
    known: Known,
    treatments: Mapping[str, Treatment],
    allow: Permissions,
) -> str:
    now = treatments.get(finding.name, Treatment.SEND)
    before = Treatment(known.treatments.get(finding.name, now))
    if finding.name in treatments and (
        now is Treatment.DROP or STRICTER.index(now) > STRICTER.index(before)
    ):
        return BY_POLICY
    if finding.kind in OF_VALUES and finding.resource not in known.loaded:
        return FIRST_LOAD
    if now is Treatment.PSEUDONYM and Allow.NEW_PSEUDONYM_KEY in allow:
        return permitted(Allow.NEW_PSEUDONYM_KEY)
    return permitted(LIFTED_BY[finding.kind]) if LIFTED_BY[finding.kind] in allow else ""


def permitted(allow: Allow) -> str:
    """Say that something is permitted."""
    return f"permitted by {allow.value}"


def sentence(finding: Finding) -> str:
    """Say what was found, what becomes of it, and what to do."""
    told = _what(finding)
    if finding.why:
        return f"{told}: {finding.why}; it goes."
    return (
        f"{told}, more than the country file's [guards] let through. It is held back, DHIS2 keeps "
        f"what it has of it, and everything else goes. If openIMIS and this release are right, "
        f"{LIFTED_BY[finding.kind].lifts} in a new run; else find out what has changed it: another "
        f"release, a lost column, another time zone. Of this, nothing was posted."
    )


def _what(finding: Finding) -> str:
    name = value_name(finding.resource, finding.name)
    share = f"{finding.objects:,} of {finding.of:,} {finding.resource}"
    whole = {
        Kind.CREATES: f"The run would create {finding.objects:,} {finding.resource}, where DHIS2 "
        f"holds {finding.of:,}",
        Kind.DELETES: f"The run would delete {share}",
        Kind.CHANGES: f"The run would change {share}",
    }
    of_value = {
        Kind.CHANGES: f"{name} becomes another for {share}",
        Kind.EMPTIES: f"{name} becomes empty for {share}",
        Kind.FILLS: f"{name} gets a first value for {share}",
        Kind.DUE: f"{name} moves on for {share}",
    }
    return of_value[finding.kind] if finding.name else whole[finding.kind]


def value_name(resource: str, name: str) -> str:
    """Return what a value is called in DHIS2; one that is no longer sent has only its key."""
    names = {each.key: each.name for each in RESOURCE_BY_NAME[resource].fields}
    return names.get(name, name)


def fields_held(findings: Sequence[Finding], resource: str) -> list[str]:
    """Return the values of a resource that keep what DHIS2 has."""
    held = {f.name for f in findings if f.resource == resource and f.name and not f.why}
    return sorted(held)


def kinds_held(findings: Sequence[Finding]) -> dict[str, set[str]]:
    """Return resource → kinds of change that wait."""
    held: dict[str, set[str]] = {}
    for each in findings:
        if not each.name and not each.why:
            held.setdefault(each.resource, set()).update(HOLDS[each.kind])
    return held


def keeping(
    desired: pl.LazyFrame, acknowledged: pl.LazyFrame, names: Sequence[str]
) -> pl.LazyFrame:
    """Return `desired` with the values of `names` as DHIS2 has them, of what it holds.

    What is new has them as openIMIS says; so has what DHIS2 may have or not.
    """
    if not names:
        return desired
    desired, acknowledged = (_with(side, names) for side in (desired, acknowledged))
    before = acknowledged.filter(state="held").select(
        "key", *(pl.col(name).alias(f"{name}{BEFORE}") for name in names), isHeld=True
    )
    joined = desired.join(before.unique("key"), on="key", how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col("isHeld") & pl.col(f"{name}{BEFORE}").ne_missing(UNKNOWN))
        .then(f"{name}{BEFORE}")
        .otherwise(name)
        .alias(name)
        for name in names
    ).drop("isHeld", *(f"{name}{BEFORE}" for name in names))


def _with(frame: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    present = frame.collect_schema().names()
    absent = [name for name in names if name not in present]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def had(acknowledged: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """Count, in one row, how many objects that DHIS2 holds have each of some values."""
    known = _with(acknowledged, names).filter(state="held")
    return known.select(pl.col(name).count().cast(pl.Int64) for name in names)


def emptied_values(counts: Sequence[pl.DataFrame]) -> list[str]:
    """Return the values that are emptied at all."""
    rows = pl.concat([pl.DataFrame(schema=COUNTS), *counts]).filter(kind=Move.EMPTY.value)
    return sorted(set(rows["name"]))


def without_held(
    changes: Mapping[str, pl.DataFrame], held: Mapping[str, Collection[str]]
) -> dict[str, pl.DataFrame]:
    """Return the changes of one partition without those that wait, and what depends on them.

    What lies below an object that is not created waits; so does the deletion of what lies below one
    that is not deleted, and of what lies above one: DHIS2 deletes that with its parent.

    Args:
        changes: Resource name to its changes.
        held: Resource name to the kinds of change that wait.
    """
    if not held:
        return dict(changes)
    marked = {
        name: frame.with_columns(
            waits=pl.col("change").cast(pl.String).is_in(sorted(held.get(name, ())))
        )
        for name, frame in changes.items()
    }
    before = -1
    while before != (before := _waiting(marked)):
        for resource in reversed(RESOURCES):
            _let_parents_wait(marked, resource)
        for resource in RESOURCES:
            _let_children_wait(marked, resource)
    return {name: frame.filter(~pl.col("waits")).drop("waits") for name, frame in marked.items()}


def _waiting(marked: Mapping[str, pl.DataFrame]) -> int:
    return sum(int(frame["waits"].sum()) for frame in marked.values())


def _let_parents_wait(marked: dict[str, pl.DataFrame], resource: Resource) -> None:
    if resource.parent is None:
        return
    staying = marked[resource.name].filter("waits", pl.col("change").is_in(LEAVING))
    is_above = pl.col("uidBefore").is_in(staying["parentUidBefore"].implode())
    _let_wait(marked, resource.parent, pl.col("change").is_in(LEAVING) & is_above)


def _let_children_wait(marked: dict[str, pl.DataFrame], resource: Resource) -> None:
    if resource.parent is None:
        return
    above = marked[resource.parent].filter("waits")
    new = above.filter(pl.col("change").is_in(ARRIVING))["uid"].implode()
    old = above.filter(pl.col("change").is_in(LEAVING))["uidBefore"].implode()
    below_new = pl.col("change").is_in(ARRIVING) & pl.col("parentUid").is_in(new)
    below_old = pl.col("change").is_in(LEAVING) & pl.col("parentUidBefore").is_in(old)
    _let_wait(marked, resource.name, below_new | below_old)


def _let_wait(marked: dict[str, pl.DataFrame], name: str, also: pl.Expr) -> None:
    waits = pl.col("waits") | also.fill_null(value=False)
    marked[name] = marked[name].with_columns(waits=waits)
