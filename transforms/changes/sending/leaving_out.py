"""Values that are left out of what is sent, since DHIS2 cannot take them: bodies, fold, notes.

a code or org unit that DHIS2 lacks    the object goes out without it; another value that DHIS2 has
                                       is emptied. It is unknown: the next run sends it again
a field that DHIS2 lacks or hides      DHIS2 keeps what it has of it, and so does what is
                                       acknowledged
"""

from collections.abc import Iterator, Mapping

import orjson
import polars as pl

from transforms.changes.answers.reject_rows import NOTE
from transforms.changes.objects.moves import Move
from transforms.changes.objects.phases import LISTS
from transforms.changes.objects.schemas import (
    BEFORE,
    TEXTS,
    UNKNOWN,
    State,
    differs,
    is_kept,
    with_missing_columns,
)
from transforms.changes.sending.lacks import (
    FIELD_HIDDEN,
    VALUE_MISSING,
    Lacks,
    is_descriptive,
    is_vital,
)
from transforms.core.fields import Field
from transforms.core.json_texts import Json
from transforms.model.field_keys import UID_OF_KEY
from transforms.model.resources import RESOURCES, Resource, TrackerType
from transforms.model.values import field_reason

LEFT_OUT: dict[str, pl.DataType] = {"field": pl.String(), "value": pl.String()}
"""Field key and value that is left out; a null stands for every value of the field."""
NOTHING_LEFT_OUT = pl.DataFrame(schema=LEFT_OUT)

LeftOut = Mapping[str, frozenset[str] | None]
"""Key of a field to the values of it that are left out; None: every one."""

Emptied = frozenset[tuple[str, str]]
"""UID of an object, and of the field of which DHIS2 has another value than the one left out."""

PAIRS = {
    LISTS[TrackerType.TRACKED_ENTITY]: ("trackedEntity", "attributes", "attribute"),
    LISTS[TrackerType.EVENT]: ("event", "dataValues", "dataElement"),
}


def find_left_out(lacks: Lacks) -> pl.DataFrame:
    """Return which values are left out of the objects that are sent: the columns of `LEFT_OUT`."""
    rows = [row for resource in RESOURCES for row in _left_out_of(resource, lacks)]
    return pl.DataFrame(rows, schema=LEFT_OUT, orient="row").unique().sort("field", "value")


def _left_out_of(resource: Resource, lacks: Lacks) -> Iterator[tuple[str, str | None]]:
    for each in resource.fields:
        if each.key in lacks.hidden and not is_vital(resource, each):
            yield each.key, None
        elif is_descriptive(resource, each):
            yield from ((each.key, value) for value in lacks.values.get(each.key, ()))


def by_field(rows: pl.DataFrame) -> LeftOut:
    """Return the rows of `left_out` by field."""
    values: dict[str, set[str | None]] = {}
    for key, value in rows.select("field", "value").iter_rows():
        values.setdefault(key, set()).add(value)
    return {
        key: None if None in some else frozenset(each for each in some if each is not None)
        for key, some in values.items()
    }


def values_to_empty(changes: Mapping[str, pl.LazyFrame], values: LeftOut) -> Emptied:
    """Return of which objects DHIS2 has another value than the one that is left out.

    Args:
        changes: Resource name to its changes.
        values: Which values are left out.
    """
    found = [
        _altered_objects(changes[resource.name], each, values)
        for resource in RESOURCES
        for each in resource.fields
        if values.get(each.key)
    ]
    return frozenset().union(*found)


def _altered_objects(changes: pl.LazyFrame, each: Field, values: LeftOut) -> set[tuple[str, str]]:
    alters = pl.col("moves").list.contains(pl.lit(f"{Move.ALTER}:{each.key}"))
    uids = changes.filter(alters & _is_left_out(each.key, values)).select("uid").collect()
    return {(uid, each.uid) for uid in uids["uid"]}


def without_values(body: bytes, values: LeftOut, emptied: Emptied) -> bytes:
    """Return a request body without the values that are left out.

    Args:
        body: A request body of tracker objects.
        values: Which values are left out.
        emptied: Where DHIS2 has another value, which goes out as null.
    """
    by_uid = {UID_OF_KEY[key]: some for key, some in values.items()}
    content = orjson.loads(body)
    for name, (identifier, pairs, of) in PAIRS.items():
        for each in content.get(name, ()):
            if pairs in each:
                each[pairs] = list(_sendable(each[identifier], each[pairs], of, by_uid, emptied))
    return orjson.dumps(content)


def _sendable(
    uid: str, pairs: list[Json], of: str, by_uid: LeftOut, emptied: Emptied
) -> Iterator[Json]:
    for pair in pairs:
        if not _is_out(pair[of], pair["value"], by_uid):
            yield pair
        elif (uid, pair[of]) in emptied:
            yield pair | {"value": None}


def _is_out(field: str, value: str | None, by_uid: LeftOut) -> bool:
    if field not in by_uid:
        return False
    values = by_uid[field]
    return values is None or value in values


def as_sent(
    resource: Resource, changes: pl.LazyFrame, acknowledged: pl.LazyFrame, values: LeftOut
) -> pl.LazyFrame:
    """Return the changes of a resource as DHIS2 got them.

    A field that DHIS2 lacks keeps its acknowledged value. A value whose option DHIS2 lacks is
    acknowledged as unknown, unless it has not changed, whatever an earlier attempt sent.

    Args:
        resource: The resource.
        changes: One partition of its changes.
        acknowledged: The same of what DHIS2 had confirmed before.
        values: Which values were left out.
    """
    names = [each.key for each in resource.fields if each.key in values]
    if not names:
        return changes
    whole = [name for name in names if values[name] is None]
    before = with_missing_columns(acknowledged, names).filter(state=State.HELD.value)
    earlier = before.select("key", "uid", pl.col(names).name.suffix(BEFORE))
    joined = changes.join(earlier, on=["key", "uid"], how="left", maintain_order="left")
    return joined.with_columns(
        *(_acknowledgeable(name, values).alias(name) for name in names),
        released=pl.col("released").list.set_difference(pl.lit(whole, TEXTS)),
    ).drop(f"{name}{BEFORE}" for name in names)


def _acknowledgeable(name: str, values: LeftOut) -> pl.Expr:
    if values[name] is None:
        return pl.col(f"{name}{BEFORE}")
    is_unknown = _is_left_out(name, values) & differs(name)
    return pl.when(is_unknown).then(pl.lit(UNKNOWN)).otherwise(name)


def _is_left_out(name: str, values: LeftOut) -> pl.Expr:
    some = values[name]
    if some is None:
        return pl.lit(value=True)
    return pl.col(name).is_in(some).fill_null(value=False)


def left_out_notes(resource: Resource, changes: pl.LazyFrame, values: LeftOut) -> pl.LazyFrame:
    """Return which objects are sent without a value: key, stage (`note`), reasons."""
    notes = [_note(each, values) for each in resource.fields if each.key in values]
    reasons = pl.concat_list(notes).list.drop_nulls() if notes else pl.lit([], TEXTS)
    sent = changes.filter(is_kept())
    rows = sent.select("key", stage=pl.lit(NOTE), reasons=reasons)
    return rows.filter(pl.col("reasons").list.len() > 0)


def _note(each: Field, values: LeftOut) -> pl.Expr:
    ending = FIELD_HIDDEN if values[each.key] is None else VALUE_MISSING
    is_out = pl.col(each.key).is_not_null() & _is_left_out(each.key, values)
    return pl.when(is_out).then(pl.lit(field_reason(each, ending)))
