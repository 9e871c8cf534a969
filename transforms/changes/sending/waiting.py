"""Which objects a run holds back, because DHIS2 lacks what they use: each with its reason."""

from collections.abc import Iterator, Mapping

import polars as pl

from transforms.changes.objects.schemas import LEAVING, Change, is_kept
from transforms.changes.sending.lacks import (
    FIELD_HIDDEN,
    PLACE_CLOSED,
    PLACE_NOT_ASSIGNED,
    PROGRAM_CLOSED,
    STAGE_CLOSED,
    VALUE_MISSING,
    Lacks,
    is_descriptive,
    is_vital,
)
from transforms.model.kept_for_claims import NO_CLAIM_SENT
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    INSUREE_ENROLLMENTS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.values import field_reason

WAITING: dict[str, pl.DataType] = {
    "type": pl.String(),
    "uid": pl.String(),
    "is_delete": pl.Boolean(),
    "reason": pl.String(),
}
NOTHING_WAITS = pl.DataFrame(schema=WAITING)


def waiting_objects(changes: Mapping[str, pl.LazyFrame], lacks: Lacks) -> pl.DataFrame:
    """Return the objects that cannot be posted, because DHIS2 lacks what they use.

    Args:
        changes: Resource name to all its changes of the run.
        lacks: What DHIS2 lacks.

    Returns:
        type, uid, is_delete (whether it is the object's deletion or its creation or update) and
        reason; an object has one reason.
    """
    found = [_waiting_objects(resource, changes[resource.name], lacks) for resource in RESOURCES]
    waiting = pl.concat([NOTHING_WAITS, *(each for frames in found for each in frames)])
    return pl.concat([waiting, _people_of_waiting_claims(changes, waiting)])


def _people_of_waiting_claims(
    changes: Mapping[str, pl.LazyFrame], waiting: pl.DataFrame
) -> pl.DataFrame:
    """Return the new people whose every claim waits, and whom nothing else enrols.

    openIMIS has deleted them: `transforms.model.kept_for_claims`.
    """
    coming = ~pl.col("is_delete")
    enrollments = waiting.filter(coming, type=CLAIM_ENROLLMENTS.tracker_type.value)["uid"]
    if enrollments.is_empty():
        return NOTHING_WAITS
    claims = changes[CLAIM_ENROLLMENTS.name].filter(is_kept())
    waits = pl.col("uid").is_in(enrollments.implode())
    enrolled = [claims.filter(~waits), changes[INSUREE_ENROLLMENTS.name].filter(is_kept())]
    people = (
        changes[TRACKED_ENTITIES.name]
        .filter(pl.col("change") == Change.CREATE.value)
        .join(claims.filter(waits), left_on="uid", right_on="parentUid", how="semi")
        .join(pl.concat([each.select("parentUid") for each in enrolled]),
              left_on="uid", right_on="parentUid", how="anti")
    )  # fmt: skip
    reason = pl.lit(NO_CLAIM_SENT)
    found = _mark(TRACKED_ENTITIES, people, "uid", reason, is_delete=False)
    return found.join(waiting.filter(coming), on=["type", "uid"], how="anti")


def _waiting_objects(resource: Resource, changes: pl.LazyFrame, lacks: Lacks) -> list[pl.DataFrame]:
    if closed := _closed_reason(resource, lacks):
        is_old = pl.col("change").is_in(LEAVING)
        return [
            _mark(resource, changes.filter(is_old), "uidBefore", pl.lit(closed), is_delete=True),
            _mark(resource, changes.filter(is_kept()), "uid", pl.lit(closed), is_delete=False),
        ]
    reasons = list(_reasons(resource, lacks))
    if not reasons:
        return []
    return [
        _mark(resource, changes.filter(is_kept()), "uid", pl.coalesce(reasons), is_delete=False)
    ]


def _mark(
    resource: Resource, changes: pl.LazyFrame, uid: str, reason: pl.Expr, *, is_delete: bool
) -> pl.DataFrame:
    rows = changes.select(
        type=pl.lit(resource.tracker_type.value),
        uid=uid,
        is_delete=pl.lit(is_delete),
        reason=reason,
    )
    return rows.filter(pl.col("reason").is_not_null()).collect()


def _closed_reason(resource: Resource, lacks: Lacks) -> str | None:
    if resource.program in lacks.closed:
        return PROGRAM_CLOSED
    return STAGE_CLOSED if resource.stage in lacks.closed else None


def _reasons(resource: Resource, lacks: Lacks) -> Iterator[pl.Expr]:
    if lacks.places:
        yield pl.col("orgUnit").replace_strict(
            dict(lacks.places), default=None, return_dtype=pl.String
        )
    if lacks.closed_places:
        yield _reason_where(_is_after_closing(lacks.closed_places), PLACE_CLOSED)
    if units := lacks.unassigned.get(resource.program or ""):
        yield _reason_where(pl.col("orgUnit").is_in(units), PLACE_NOT_ASSIGNED)
    for each in resource.fields:
        if each.key in lacks.hidden and is_vital(resource, each):
            yield _reason_where(pl.col(each.key).is_not_null(), field_reason(each, FIELD_HIDDEN))
        if each.key in lacks.values and not is_descriptive(resource, each):
            missing = pl.col(each.key).is_in(lacks.values[each.key])
            yield _reason_where(missing, field_reason(each, VALUE_MISSING))


def _is_after_closing(closed: Mapping[str, str]) -> pl.Expr:
    """Whether an object is new at a closed org unit: of a later day, or a person who comes."""
    day = pl.col("orgUnit").replace_strict(dict(closed), default=None, return_dtype=pl.String)
    is_later = pl.col("occurredAt").str.slice(0, 10) > day
    comes = pl.col("occurredAt").is_null() & (pl.col("change") == Change.CREATE.value)
    return day.is_not_null() & (is_later | comes)


def _reason_where(uses: pl.Expr, reason: str) -> pl.Expr:
    return pl.when(uses).then(pl.lit(reason))
