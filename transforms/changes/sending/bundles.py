"""Bundles: changes as the request bodies that DHIS2 accepts, phase after phase.

One person's objects lie in one bundle of a phase, which may then be larger than the size that is
set. One row becomes one JSON object, as text: no Python object is made for it.
"""

from collections.abc import Callable, Mapping

import polars as pl

from transforms.changes.objects.phases import (
    DELETES,
    IDENTIFIERS,
    LISTS,
    OF_VALUES,
    TRANSFERS,
    Part,
    Phase,
    parts,
)
from transforms.changes.objects.schemas import values_in
from transforms.core.json_texts import (
    NULL,
    Pieces,
    constant,
    json_list,
    json_object,
    quote,
    quoted_or_null,
)
from transforms.model.chosen_resources import is_of_nobody
from transforms.model.field_keys import UID_OF_KEY, uid_of
from transforms.model.resources import FIGURE_VALUE, Resource, TrackerType
from transforms.model.tables.programs import PERSON_TYPE
from transforms.model.value_keys import PARTS, parts_of_key


def number_bundles(people: pl.LazyFrame, size: int) -> pl.DataFrame:
    """Say which bundle each person's objects lie in.

    Args:
        people: One row an object of the phase, with the column `person`.
        size: Objects a bundle; a person with more has a bundle of its own size.

    Returns:
        person, objects (UInt32), bundle (UInt32, from 0), in the order of person.
    """
    objects = pl.col("objects").cast(pl.UInt64)
    return (
        people.group_by("person")
        .agg(objects=pl.len())
        .sort("person")
        .with_columns(bundle=((objects.cum_sum() - objects) // size).rle_id())
        .collect(engine="streaming")
    )


def render_bundles(
    phase: Phase, changes: Mapping[str, pl.LazyFrame], people: pl.DataFrame
) -> pl.DataFrame:
    """Render the bundles of the given people.

    Args:
        phase: The phase.
        changes: Resource name to its changes.
        people: person and bundle, from `number_bundles`; other people's rows are left out.

    Returns:
        bundle, objects (UInt32), body (String, the request body), in the order of bundle.
    """
    texts = [_texts(phase, part, changes[part.resource.name], people) for part in parts(phase)]
    lists = (
        pl.concat(pl.collect_all(texts))
        .group_by("bundle", "list", maintain_order=True)
        .agg(objects=pl.len(), text=pl.col("text").str.join(","))
        .with_columns(text=pl.format('"{}":[{}]', "list", "text"))
    )
    return (
        lists.group_by("bundle", maintain_order=True)
        .agg(pl.col("objects").sum(), body=pl.col("text").str.join(","))
        .with_columns(body="{" + pl.col("body") + "}")
        .sort("bundle")
    )


def _texts(phase: Phase, part: Part, changes: pl.LazyFrame, people: pl.DataFrame) -> pl.LazyFrame:
    first, last = (
        pl.lit(end, pl.String) for end in (people["person"].min(), people["person"].max())
    )
    # The rows of a file lie in the order of person: all but a few of its row groups are skipped.
    in_range = pl.col(part.person).is_between(first, last)
    chosen = changes.filter(part.changes, in_range).join(
        people.lazy().select("person", "bundle"),
        left_on=part.person,
        right_on="person",
        maintain_order="left",
    )
    text = _object(phase, part.resource, values_in(changes.collect_schema().names()))
    name = TRANSFERS if phase is Phase.OWNERS else LISTS[part.resource.tracker_type]
    return chosen.select("bundle", list=pl.lit(name), text=text).sort("bundle", maintain_order=True)


def _object(phase: Phase, resource: Resource, values: list[str]) -> pl.Expr:
    if phase in OF_VALUES:
        return _data_value(is_delete=phase in DELETES)
    if phase in DELETES:
        return json_object({IDENTIFIERS[resource.tracker_type]: _text("uidBefore")})
    if phase is Phase.RELEASE:
        return _release_object()
    if phase is Phase.OWNERS:
        return _transfer_object(resource)
    return OBJECTS[resource.tracker_type](resource, values)


def _text(column: str) -> Pieces:
    return quoted_or_null(pl.col(column))


def _release_object() -> pl.Expr:
    return json_object(
        {
            "trackedEntity": _text("uid"),
            "trackedEntityType": constant(PERSON_TYPE),
            "orgUnit": _text("orgUnitBefore"),
            "attributes": json_list([_null_pairs("attribute", "released")]),
        }
    )


def _transfer_object(resource: Resource) -> pl.Expr:
    return json_object(
        {
            "trackedEntity": _text("parentUid"),
            "program": constant(resource.program),
            "orgUnit": _text("orgUnit"),
        }
    )


def _tracked_entity(resource: Resource, values: list[str]) -> pl.Expr:
    del resource
    return json_object(
        {
            "trackedEntity": _text("uid"),
            "trackedEntityType": constant(PERSON_TYPE),
            "orgUnit": _text("orgUnit"),
            "attributes": _values("attribute", values),
        }
    )


def _enrollment(resource: Resource, values: list[str]) -> pl.Expr:
    del values
    return json_object(
        {
            "enrollment": _text("uid"),
            "trackedEntity": _text("parentUid"),
            "program": constant(resource.program),
            "orgUnit": _text("orgUnit"),
            "status": _text("status"),
            "enrolledAt": _text("occurredAt"),
            "occurredAt": _text("occurredAt"),
        }
    )


def _event(resource: Resource, values: list[str]) -> pl.Expr:
    of_person = {} if is_of_nobody(resource) else {"enrollment": _text("parentUid")}
    return json_object(
        {"event": _text("uid")}
        | of_person
        | {
            "program": constant(resource.program),
            "programStage": constant(resource.stage),
            "orgUnit": _text("orgUnit"),
            "status": _text("status"),
            "occurredAt": _text("occurredAt"),
            "dataValues": _values("dataElement", values),
        }
    )


def _data_value(*, is_delete: bool) -> pl.Expr:
    """Return a data value by its key; what its options make together is known when it is posted."""
    parts = parts_of_key(pl.col("key"))
    named = {name: quoted_or_null(parts[name]) for name in PARTS[1:]}
    uid = {"uid": _text("uidBefore" if is_delete else "uid")}
    return json_object(uid | named | ({} if is_delete else {"value": _text(FIGURE_VALUE.key)}))


def _values(identifier: str, values: list[str]) -> Pieces:
    """Return the list of pairs to send: what is there, and null for what is to be emptied.

    DHIS2 keeps a value that is left out, and stores an empty row for a null where nothing was.
    """
    return json_list([*(_pair(identifier, value) for value in values), _null_pairs(identifier)])


def _pair(identifier: str, value: str) -> pl.Expr:
    """Return one value with the UID of what it is of; null if there is none."""
    return json_object({identifier: constant(uid_of(value)), "value": quote(pl.col(value))})


def _null_pairs(identifier: str, column: str = "cleared") -> pl.Expr:
    """Return a pair with the value null for every value that `column` names; null if none."""
    uid = pl.element().replace(UID_OF_KEY)
    pair = json_object({identifier: quote(uid), "value": [NULL]})
    listed = pl.col(column)
    return pl.when(listed.list.len() > 0).then(listed.list.eval(pair).list.join(","))


# What is posted to the tracker; data values have a function of their own.
OBJECTS: dict[TrackerType, Callable[[Resource, list[str]], pl.Expr]] = {
    TrackerType.TRACKED_ENTITY: _tracked_entity,
    TrackerType.ENROLLMENT: _enrollment,
    TrackerType.EVENT: _event,
}
