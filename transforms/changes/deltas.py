"""The delta: what DHIS2 has still to hear, one resource of one partition at a time.

    desired ──┐                                  ┌─► changes   create, update, delete, replace
              ├─ joined on key ─ classed ─ ruled ┤
    acknowledged ─┘        ▲                     ├─► rejects   held back, with reasons
                    the delta of the parent      └─► after     key and UID of what DHIS2 will hold

Parents come first: a child's parent UID is the one that its parent will have after this run.
Rules come after the delta, so a row that breaks one is never taken for deleted.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from transforms.core.uids import hashed_uid, uid_of_generation, uid_of_uuid
from transforms.model.resources import Resource, UidSource

BEFORE = "Before"
TEXTS = pl.List(pl.String)
NO_ROW_SPARED = pl.Series("row", [], pl.String)
PLAIN = ("orgUnit", "status", "occurredAt")
FORMER = frozenset({"completedAt"})
"""Columns that 0.1 kept. DHIS2 ignores the day that is sent (2.40, 2.41) or never changes it."""
UNKNOWN = ""
"""What an acknowledged value is whose fate is not known: it differs from every value we send."""
FIXED = (
    "key", "uid", "uidBefore", "generation", "change", "parent", "parentUid", "parentUidBefore",
    "person", "personBefore", "orgUnitBefore", *PLAIN,
    "cleared", "released", "moves", "owner", "transfer", "in_window",
)  # fmt: skip


class Change(StrEnum):
    """What has to happen to an object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


CHANGE = pl.Enum([change.value for change in Change])


class Move(StrEnum):
    """What an update does to one value of what DHIS2 holds."""

    FILL = "fill"  # it was empty
    ALTER = "alter"  # it was another
    EMPTY = "empty"  # it was there
    DUE = "due"  # it follows a day that has come since the last load


@dataclass(frozen=True)
class Delta:
    """What a comparison found; see `delta`."""

    changes: pl.DataFrame
    rejects: pl.DataFrame
    after: pl.DataFrame
    gone: pl.DataFrame


def acknowledged_schema(resource: Resource) -> dict[str, pl.DataType]:
    """Return the columns of an acknowledged frame of `resource`, and their types."""
    text = pl.String()
    plain = ("key", "uid", "state", "parent", "parentUid", "person", *PLAIN, "owner", "run")
    return {
        **dict.fromkeys(plain, text),
        "generation": pl.Int32(),
        "isLate": pl.Boolean(),
        **dict.fromkeys((field.key for field in resource.fields), text),
    }


def desired_schema(resource: Resource) -> dict[str, pl.DataType]:
    """Return the columns of a desired frame of `resource`, and their types."""
    text = pl.String()
    return {
        **dict.fromkeys(("key", "parent", "person", *PLAIN), text),
        **dict.fromkeys((field.key for field in resource.fields), text),
        "faults": TEXTS,
        "notes": TEXTS,
        "in_window": pl.Boolean(),
    }


def delta(
    resource: Resource,
    desired: pl.LazyFrame,
    acknowledged: pl.LazyFrame,
    *,
    above: Delta | None,
    collided: Sequence[str] = (),
    spared: pl.Series = NO_ROW_SPARED,
    first: int = 0,
    since: str | None = None,
) -> Delta:
    """Compare what DHIS2 should hold with what it has confirmed.

    Args:
        resource: The resource; both frames are one partition of it.
        desired: See `transforms.model.resources`.
        acknowledged: See `transforms.model.resources`; it may lack value columns, or have columns
            of fields that are no longer sent: those are sent as null.
        above: The delta of the parent resource in the same partition; None for a tracked entity.
        collided: Keys whose new UID another object has.
        spared: Rows of openIMIS of which nothing may be deleted; with a null, nothing at all.
        first: The generation with which objects begin; see `transforms.changes.renumbering`.
        since: ISO day from which on days have come that had not at the last load; None for none.

    Returns:
        `changes`: the columns of `FIXED` and one a value. `cleared` names the values to empty,
        `released` the unique values to give up first, `moves` what an update does to each of its
        values and to `PLAIN` (`<Move>:<name>`; of what was unknown, nothing), `owner` is the
        known owner org unit, `transfer` (Boolean) says that it must move.
        `rejects`: key, stage, reasons (List(String), never empty).
        `after`: key and uid of every object that DHIS2 holds if all changes are accepted.
        `gone`: uid of every object that this delta deletes or replaces.
    """
    values = value_columns(resource, acknowledged)
    sides = (desired.drop("notes", strict=False), acknowledged)
    wanted, known = pl.collect_all([_with_columns(side, values) for side in sides])
    same = _same(resource, wanted, known, values, above)
    compared, unusable = pl.collect_all(
        _compared(
            resource,
            _rows(wanted, same["at"], others=True).lazy(),
            _rows(known, same["atBefore"], others=True).lazy(),
            values,
            above,
            _rows_held_back(wanted, spared),
            first,
            spares_all=spared.null_count() > 0,
        )
    )
    changed = compared.filter(pl.col("change").is_not_null())
    kept = compared.filter(pl.col("change").is_null() & _held()).select("key", uid="uidBefore")
    unchanged = _rows(known.select("key", "uid"), same["atBefore"])
    judged = _judged(_with_uids(resource, changed), above, collided)
    return _split(resource, judged, pl.concat([unchanged, kept]), unusable, values, since)


def value_columns(resource: Resource, acknowledged: pl.LazyFrame) -> list[str]:
    """Return the names of all values to compare: the fields, and what DHIS2 has besides."""
    columns = acknowledged_schema(resource)
    others = [name for name in acknowledged.collect_schema().names() if name not in columns]
    return [field.key for field in resource.fields] + others


def values_in(columns: Sequence[str]) -> list[str]:
    """Return the columns of a frame of changes that are values."""
    return [name for name in columns if name not in FIXED and name not in FORMER]


def _is_usable() -> pl.Expr:
    return pl.col("key").is_not_null() & (pl.len().over("key") == 1)


def _without(acknowledged: pl.LazyFrame, desired: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out keys that openIMIS has twice: nothing can be said of them."""
    doubled = desired.group_by("key").len().filter(pl.col("len") > 1)
    return acknowledged.join(doubled, on="key", how="anti")


def _unusable_keys(desired: pl.LazyFrame) -> pl.LazyFrame:
    reason = pl.when(pl.col("key").is_null()).then(pl.lit("key_missing"))
    return desired.filter(~_is_usable()).select(
        "key", reasons=pl.concat_list(reason.otherwise(pl.lit("key_double")))
    )


def _same(
    resource: Resource,
    wanted: pl.DataFrame,
    known: pl.DataFrame,
    values: list[str],
    above: Delta | None,
) -> pl.DataFrame:
    """Return where the rows are (`at`, `atBefore`) of which both sides say the same.

    Nearly all are, so they are found without a join of wide rows: both sides are sorted alike, and
    without what only one of them has they lie side by side.
    """
    pairs = _pairs(wanted, known)
    now = _rows(wanted.select("parent", *PLAIN, *values), pairs["at"])
    held = known.select(pl.col("state", "parentUid", "owner", *PLAIN, *values).name.suffix(BEFORE))
    before = _rows(held, pairs["atBefore"])
    compared = pl.concat([pairs, now, before], how="horizontal").with_columns(
        wanted=True, parentUid=_parent_uids(now["parent"], above)
    )
    classed = compared.lazy().pipe(_classed, resource, values)
    return classed.filter(pl.col("change").is_null()).select("at", "atBefore").collect()


def _pairs(wanted: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return where the rows with a key of both sides are, leaving out keys that one has twice."""
    at = wanted.lazy().select("key").with_row_index("at")
    before = known.lazy().select("key").with_row_index("atBefore")
    pairs = at.join(before, on="key").select("at", "atBefore").sort("at").collect()
    if all(pairs[side].n_unique() == len(pairs) for side in ("at", "atBefore")):
        return pairs
    return pairs.filter(pl.col("at").is_unique() & pl.col("atBefore").is_unique())


def _parent_uids(parents: pl.Series, above: Delta | None) -> pl.Series:
    """Return the UID that each parent will have; neighbours with one parent look it up once."""
    run = parents.rle_id()
    firsts = parents.filter(run.ne_missing(run.shift(1))).to_frame("parent").lazy()
    return _with_parents(firsts, above).collect()["parentUid"].gather(run)


def _rows(frame: pl.DataFrame, numbers: pl.Series, *, others: bool = False) -> pl.DataFrame:
    """Return the rows with these numbers, in their order; or all others."""
    if not others and not numbers.is_sorted():
        return frame[numbers]
    chosen = pl.repeat(others, len(frame), eager=True).scatter(numbers, not others)
    return frame.filter(chosen)


def _compared(
    resource: Resource,
    desired: pl.LazyFrame,
    acknowledged: pl.LazyFrame,
    values: list[str],
    above: Delta | None,
    held_back: pl.LazyFrame,
    first: int,
    *,
    spares_all: bool,
) -> list[pl.LazyFrame]:
    """Join both sides and class every key; unchanged ones have a null `change`.

    Besides, return the keys of which nothing can be said.
    """
    before = _without(acknowledged, desired).select(
        "key", pl.exclude("key").name.map(lambda name: f"{name}{BEFORE}")
    )
    usable = desired.filter(_is_usable()).with_columns(wanted=True)
    joined = usable.join(before, on="key", how="full", coalesce=True)
    compared = (
        joined.with_columns(wanted=pl.col("wanted").fill_null(value=False))
        .pipe(_with_parents, above)
        .pipe(_classed, resource, values)
        .pipe(_spared, held_back, above, spares_all=spares_all)
        .with_columns(generation=_generation(first))
    )
    return [compared, _unusable_keys(desired)]


def _classed(joined: pl.LazyFrame, resource: Resource, values: list[str]) -> pl.LazyFrame:
    return (
        joined.with_columns(_owner(resource))
        .with_columns(transfer=_transfer())
        .with_columns(change=_change(values))
    )


def _row() -> pl.Expr:
    """The openIMIS row that an object is of: an event's key is its row's, a colon, and more."""
    return pl.col("key").str.splitn(":", 2).struct.field("field_0")


def _rows_held_back(desired: pl.DataFrame, spared: pl.Series) -> pl.LazyFrame:
    """Return the rows (`row`) of which an object breaks a rule, or that are spared."""
    broken = desired.lazy().filter(pl.col("faults").list.len() > 0).select(row=_row()).drop_nulls()
    named = spared.alias("row").drop_nulls().to_frame().lazy()
    return pl.concat([broken, named]).unique()


def _spared(
    compared: pl.LazyFrame, held_back: pl.LazyFrame, above: Delta | None, *, spares_all: bool
) -> pl.LazyFrame:
    """Delete nothing of a row that is held back, unless its parent takes it along.

    Which events there are depends on the row: of one that says what cannot be, nobody knows.
    """
    joined = compared.with_columns(row=_row()).join(
        held_back.with_columns(isHeldBack=pl.lit(value=True)), on="row", how="left"
    )
    is_held_back = pl.col("isHeldBack").fill_null(value=spares_all)
    is_spared = (
        (pl.col("change") == Change.DELETE.value) & is_held_back & ~_is_orphaned(above)
    ).fill_null(value=False)
    return joined.with_columns(change=pl.when(~is_spared).then("change")).drop("row", "isHeldBack")


def _with_columns(frame: pl.LazyFrame, values: list[str]) -> pl.LazyFrame:
    present = frame.collect_schema().names()
    absent = [name for name in values if name not in present]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _with_parents(joined: pl.LazyFrame, above: Delta | None) -> pl.LazyFrame:
    if above is None:
        return joined.with_columns(parentUid=pl.lit(None, pl.String))
    parents = above.after.lazy().select(parent="key", parentUid="uid")
    return joined.join(parents, on="parent", how="left", maintain_order="left")


def _held() -> pl.Expr:
    return pl.col("stateBefore").eq_missing(pl.lit("held"))


def _same_parent() -> pl.Expr:
    return pl.col("parentUid").eq_missing(pl.col("parentUidBefore"))


def _owner(resource: Resource) -> pl.Expr:
    """The owner that DHIS2 is known to have: it outlives the enrollment, not the person."""
    known = pl.when(_same_parent()).then(pl.col("ownerBefore"))
    return (known if resource.owned else pl.lit(None, pl.String)).alias("owner")


def _transfer() -> pl.Expr:
    return pl.col("wanted") & (pl.col("owner") != pl.col("orgUnit")).fill_null(value=False)


def _change(values: list[str]) -> pl.Expr:
    differs = [_differs(name) for name in (*PLAIN, *values)]
    return (
        pl.when(pl.col("wanted") & ~_held())
        .then(pl.lit(Change.CREATE.value))
        .when(pl.col("wanted") & ~_same_parent())
        .then(pl.lit(Change.REPLACE.value))
        .when(pl.col("wanted") & pl.any_horizontal(*differs, "transfer"))
        .then(pl.lit(Change.UPDATE.value))
        .when(~pl.col("wanted") & _held())
        .then(pl.lit(Change.DELETE.value))
        .cast(CHANGE)
    )


def _generation(first: int) -> pl.Expr:
    before = pl.col("generationBefore")
    return (
        pl.when(_is_new() & before.is_not_null())
        .then(before + 1)
        .otherwise(before.fill_null(first))
        .cast(pl.Int32)
    )


def _is_new() -> pl.Expr:
    """Whether the object gets a UID that it does not have."""
    return (
        pl.col("change").is_in([Change.CREATE.value, Change.REPLACE.value]).fill_null(value=False)
    )


def _with_uids(resource: Resource, changed: pl.DataFrame) -> pl.DataFrame:
    first = changed.filter(_is_new() & (pl.col("generation") == 0))
    later = changed.filter(_is_new() & (pl.col("generation") > 0))
    known = changed.filter(~_is_new())
    generation = uid_of_generation(resource.name, pl.col("key"), pl.col("generation"))
    return pl.concat(
        [
            first.with_columns(uid=first_uid(resource)),
            later.with_columns(uid=generation),
            known.with_columns(uid=pl.col("uidBefore")),
        ]
    )


def first_uid(resource: Resource) -> pl.Expr:
    """Return the UID of generation 0 of the object that the column `key` names."""
    key = pl.col("key")
    if resource.uid_source is UidSource.UUID:
        return uid_of_uuid(key)
    if resource.uid_source is UidSource.SALTED:
        return hashed_uid(pl.lit(resource.salt) + key)
    return uid_of_generation(resource.name, key, pl.lit(0))


def _judged(changed: pl.DataFrame, above: Delta | None, collided: Sequence[str]) -> pl.DataFrame:
    """Add `reasons` (why a change is held back) and `orphaned` (its old parent goes away)."""
    orphan = pl.lit(value=above is not None) & pl.col("parentUid").is_null()
    reasons = pl.concat_list(
        pl.col("faults").fill_null([]),
        _reason(orphan, "parent_rejected"),
        _reason(pl.col("orgUnit").is_null(), "org_unit_missing"),
        _reason(pl.lit(value=above is not None) & pl.col("occurredAt").is_null(), "date_missing"),
        _reason(pl.col("uid").is_null(), "key_malformed"),
        _reason(_is_new() & pl.col("key").is_in(list(collided)), "uid_double"),
    ).list.unique(maintain_order=True)
    is_delete = pl.col("change") == Change.DELETE.value
    return changed.with_columns(
        reasons=pl.when(~is_delete).then(reasons).otherwise(pl.lit([], TEXTS)),
        orphaned=_is_orphaned(above),
    )


def _is_orphaned(above: Delta | None) -> pl.Expr:
    """Whether the old parent goes away."""
    gone = [] if above is None else above.gone["uid"].to_list()
    return pl.col("parentUidBefore").is_in(gone).fill_null(value=False)


def _reason(broken: pl.Expr, code: str) -> pl.Expr:
    return pl.when(broken).then(pl.lit([code], TEXTS)).otherwise(pl.lit([], TEXTS))


def _split(
    resource: Resource,
    judged: pl.DataFrame,
    kept: pl.DataFrame,
    unusable: pl.DataFrame,
    values: list[str],
    since: str | None,
) -> Delta:
    broken = pl.col("reasons").list.len() > 0
    is_replace = pl.col("change") == Change.REPLACE.value
    held_back = judged.filter(broken)
    going = judged.filter(~broken)
    # A replace that is held back stays where it is, unless its old parent takes it along.
    leaving = held_back.filter(is_replace & pl.col("orphaned")).with_columns(
        change=pl.lit(Change.DELETE.value).cast(CHANGE), uid=pl.col("uidBefore")
    )
    staying = held_back.filter(~(is_replace & pl.col("orphaned")))
    changes = pl.concat([going, leaving]).pipe(_outgoing, resource, values, since)
    return Delta(
        changes=changes,
        rejects=_rejects(held_back, unusable),
        after=_after(kept, changes, staying),
        gone=changes.filter(_is_leaving()).select(uid="uidBefore"),
    )


def _is_leaving() -> pl.Expr:
    return pl.col("change").is_in([Change.DELETE.value, Change.REPLACE.value])


def _after(kept: pl.DataFrame, changes: pl.DataFrame, staying: pl.DataFrame) -> pl.DataFrame:
    """Return key and UID of every object that DHIS2 holds after the run."""
    present = changes.filter(pl.col("change") != Change.DELETE.value).select("key", "uid")
    old = staying.filter(_held()).select("key", uid="uidBefore")
    return pl.concat([kept, present, old])


def _outgoing(
    changes: pl.DataFrame, resource: Resource, values: list[str], since: str | None
) -> pl.DataFrame:
    unique = [field.key for field in resource.unique_fields]
    falling_due = {field.key for field in resource.fields if field.falls_due}
    return changes.with_columns(
        parent=pl.col("parent").fill_null(pl.col("parentBefore")),
        person=pl.col("person").fill_null(pl.col("personBefore")),
        personBefore=pl.col("personBefore").fill_null(pl.col("person")),
        cleared=_of_updates(values, lambda name: pl.col(name).is_null() & _had(name)),
        released=_of_updates(unique, lambda name: _differs(name) & _had(name)),
        moves=_moves((*PLAIN, *values), falling_due, since),
        in_window=pl.col("in_window").fill_null(value=False),
    ).select(*FIXED, *values)


def _had(name: str) -> pl.Expr:
    return pl.col(f"{name}{BEFORE}").is_not_null()


def _differs(name: str) -> pl.Expr:
    return pl.col(name).ne_missing(pl.col(f"{name}{BEFORE}"))


def _moves(names: Sequence[str], falling_due: Collection[str], since: str | None) -> pl.Expr:
    is_update = pl.col("change") == Change.UPDATE.value
    moved = [
        pl.when(is_update & _differs(name) & pl.col(f"{name}{BEFORE}").ne_missing(UNKNOWN)).then(
            _move(name, since if name in falling_due else None)
        )
        for name in names
    ]
    return pl.concat_list(moved).list.drop_nulls()


def _move(name: str, since: str | None) -> pl.Expr:
    """Return what an update does to a value; one that may fall due is a day."""
    is_due = pl.col(name) >= since if since else pl.lit(value=False)
    told = {move: pl.lit(f"{move.value}:{name}") for move in Move}
    return (
        pl.when(pl.col(name).is_null())
        .then(told[Move.EMPTY])
        .when(~_had(name))
        .then(told[Move.FILL])
        .when(is_due)
        .then(told[Move.DUE])
        .otherwise(told[Move.ALTER])
    )


def _of_updates(names: Sequence[str], holds: Callable[[str], pl.Expr]) -> pl.Expr:
    """Return the names that `holds` is true of; none for a change that is no update."""
    if not names:
        return pl.lit([], TEXTS)
    is_update = pl.col("change") == Change.UPDATE.value
    named = [pl.when(is_update & holds(name)).then(pl.lit(name)) for name in names]
    return pl.concat_list(named).list.drop_nulls()


def _rejects(held_back: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    stage = pl.lit("rule").alias("stage")
    return pl.concat(
        [
            held_back.select("key", stage, pl.col("reasons").cast(TEXTS)),
            unusable.select("key", stage, pl.col("reasons").cast(TEXTS)),
        ]
    )
