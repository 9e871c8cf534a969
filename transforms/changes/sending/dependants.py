"""What must not be posted any more, because something it builds on was refused in this run.

a refused deletion     keeps the parents of the object, and its own replacement, from going on:
DHIS2 deletes what lies below a deleted parent, without a word
a refused creation     keeps what lies below from being posted: DHIS2 accepts an event into a
deleted enrollment, answers OK, and never shows it
"""

from collections.abc import Collection, Mapping

import orjson
import polars as pl

from transforms.changes.objects.phases import DELETES, IDENTIFIERS, LISTS, TRANSFERS
from transforms.changes.objects.schemas import ARRIVING, Change
from transforms.changes.sending.waiting import NOTHING_WAITS
from transforms.model.resources import RESOURCE_BY_NAME, RESOURCES, Resource, TrackerType

PARENT_REFUSED = "parent_refused"
IDENTIFIED = {LISTS[kind]: (kind.value, IDENTIFIERS[kind]) for kind in TrackerType} | {
    TRANSFERS: (TrackerType.TRACKED_ENTITY.value, IDENTIFIERS[TrackerType.TRACKED_ENTITY])
}

BLOCKED: dict[str, pl.DataType] = {
    "type": pl.String(),
    "uid": pl.String(),
    "is_delete": pl.Boolean(),
}


def dependants(
    changes: Mapping[str, pl.LazyFrame],
    refused: pl.DataFrame,
    waiting: pl.DataFrame = NOTHING_WAITS,
) -> pl.DataFrame:
    """Return what may no longer be posted.

    Args:
        changes: Resource name to all its changes of the run.
        refused: phase, type and uid of what DHIS2 refused so far.
        waiting: type, uid and is_delete of what waits because DHIS2 lacks what it uses.

    Returns:
        type, uid, is_delete: whether it is the object's deletion or its creation or update.
    """
    blocked = refused.select(
        "type", "uid", is_delete=pl.col("phase").is_in([phase.value for phase in DELETES])
    )
    blocked = pl.concat([blocked, waiting.select(*BLOCKED)])
    for resource in reversed(RESOURCES):
        blocked = pl.concat([blocked, _deletions_above(resource, changes[resource.name], blocked)])
    for resource in RESOURCES:
        blocked = pl.concat([blocked, _replacements(resource, changes[resource.name], blocked)])
        blocked = pl.concat([blocked, _creations_below(resource, changes, blocked)])
    return blocked.unique()


def without(
    body: bytes, blocked: Collection[tuple[str, str]]
) -> tuple[bytes, list[tuple[str, str]]]:
    """Return a request body without what is blocked, and what was taken out.

    Args:
        body: A request body of tracker objects; transfers count as their tracked entity.
        blocked: type and uid.
    """
    content = orjson.loads(body)
    removed: list[tuple[str, str]] = []
    for name, (kind, identifier) in IDENTIFIED.items():
        named = [((kind, each[identifier]), each) for each in content.get(name, ())]
        removed += [identity for identity, _ in named if identity in blocked]
        content[name] = [each for identity, each in named if identity not in blocked]
    kept = {name: objects for name, objects in content.items() if objects}
    return orjson.dumps(kept), removed


def objects_of(body: bytes) -> list[tuple[str, str]]:
    """Return type and UID of every object of a request body; transfers count as their person."""
    content = orjson.loads(body)
    return [
        (kind, each[identifier])
        for name, (kind, identifier) in IDENTIFIED.items()
        for each in content.get(name, ())
    ]


def _uids(blocked: pl.DataFrame, resource: Resource, *, deletes: bool) -> pl.Series:
    chosen = blocked.filter(type=resource.tracker_type.value, is_delete=deletes)
    return chosen["uid"].implode()


def _frame(resource: Resource, uids: pl.LazyFrame, *, is_delete: bool) -> pl.DataFrame:
    return uids.select(
        type=pl.lit(resource.tracker_type.value), uid="uid", is_delete=pl.lit(is_delete)
    ).collect()


def _deletions_above(
    resource: Resource, changes: pl.LazyFrame, blocked: pl.DataFrame
) -> pl.DataFrame:
    if resource.parent is None:
        return pl.DataFrame(schema=BLOCKED)
    staying = changes.filter(
        pl.col("uidBefore").is_in(_uids(blocked, resource, deletes=True)),
        pl.col("parentUidBefore").is_not_null(),
    )
    parent = RESOURCE_BY_NAME[resource.parent]
    return _frame(parent, staying.select(uid="parentUidBefore"), is_delete=True)


def _replacements(resource: Resource, changes: pl.LazyFrame, blocked: pl.DataFrame) -> pl.DataFrame:
    staying = changes.filter(
        pl.col("uidBefore").is_in(_uids(blocked, resource, deletes=True)),
        pl.col("change") == Change.REPLACE.value,
    )
    return _frame(resource, staying.select("uid"), is_delete=False)


def _creations_below(
    resource: Resource, changes: Mapping[str, pl.LazyFrame], blocked: pl.DataFrame
) -> pl.DataFrame:
    lost = changes[resource.name].filter(
        pl.col("change").is_in(ARRIVING),
        pl.col("uid").is_in(_uids(blocked, resource, deletes=False)),
    )
    parents = lost.select(parentUid="uid")
    below = [child for child in RESOURCES if child.parent == resource.name]
    empty = pl.DataFrame(schema=BLOCKED)
    return pl.concat(
        [
            empty,
            *(
                _frame(child, changes[child.name].join(parents, on="parentUid"), is_delete=False)
                for child in below
            ),
        ]
    )
