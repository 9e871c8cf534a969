"""What became of the changes of a run: what DHIS2 answered, change by change."""

from collections.abc import Iterable

import polars as pl

from transforms.changes.objects.phases import DELETES, POSTS, Phase
from transforms.model.resources import Resource, TrackerType

TOMBSTONE = "tombstone"
ABSENT = "absent"
"""The `kind` of a deletion that counts as accepted, of what DHIS2 has never had."""
OUTCOMES: dict[str, pl.DataType] = {
    "partition": pl.Int32(),
    "phase": pl.String(),
    "type": pl.String(),
    "uid": pl.String(),
    "accepted": pl.Boolean(),
    "kind": pl.String(),
    "codes": pl.List(pl.String),
    "isLate": pl.Boolean(),
}
IS_REJECT = pl.col("codes").list.len() > 0
"""Of an outcome: refused; with `accepted` null, DHIS2 may hold it all the same."""
DONE = (
    "isPosted", "isDeleted", "isReleased", "isTransferred", "isReleaseLate", "isLate",
    "isPostUnknown", "isDeleteUnknown", "isReleaseUnknown", "isTransferUnknown", "isDeleteAbsent",
)  # fmt: skip


def with_outcomes(
    resource: Resource, changes: pl.LazyFrame, outcomes: pl.LazyFrame
) -> pl.LazyFrame:
    """Return `changes` with what became of each.

    Adds `isPosted`, `isDeleted`, `isReleased`, `isTransferred` (Boolean: DHIS2 has done it),
    `isReleaseLate` (it may do the release once more, after all that followed), `isLate` (likewise
    any of it) and `kind` (of the refusal of a create, update or replace; of the release before it,
    if that was refused: what follows was taken out then; null if there is none).
    `isPostUnknown`, `isDeleteUnknown`, `isReleaseUnknown`, `isTransferUnknown` say that it was
    requested and the answer is lost; all but a deletion then count as done. `isDeleteAbsent` says
    that DHIS2 has never had what it was to delete.
    A change of owner names the person; it is of the resource that has the owner, and of no other
    that lies below the person.
    """
    of_type = outcomes.filter(type=resource.tracker_type.value)
    of_owned = outcomes if resource.owned else outcomes.clear()
    transfers = of_owned.filter(type=TrackerType.TRACKED_ENTITY.value)
    posted = _answers(of_type, POSTS, "isPosted", "isPost", "kind")
    deleted = _answers(of_type, DELETES, "isDeleted", "isDelete", unknown=False)
    released = _answers(of_type, [Phase.RELEASE], "isReleased", "isRelease", "kind")
    transferred = _answers(transfers, [Phase.OWNERS], "isTransferred", "isTransfer")
    is_late = pl.any_horizontal("isPostLate", "isReleaseLate", "isTransferLate", "isDeleteUnknown")
    # Four joins of a few narrow columns and one of the wide rows, not four of the wide rows.
    answered = (
        changes.select("key", "uid", "uidBefore", "parentUid")
        .join(posted, on="uid", how="left")
        .join(deleted, left_on="uidBefore", right_on="uid", how="left")
        .join(released, on="uid", how="left", suffix="OfRelease")
        .join(transferred, left_on="parentUid", right_on="uid", how="left")
        .with_columns(isLate=is_late, kind=pl.coalesce("kindOfRelease", "kind"))
        .select("key", "kind", pl.col(DONE).fill_null(value=False))
    )
    return changes.join(answered, on="key", how="left")


def _answers(
    outcomes: pl.LazyFrame,
    phases: Iterable[Phase],
    done: str,
    flags: str,
    *more: str,
    unknown: bool = True,
) -> pl.LazyFrame:
    """Return what was answered to some phases; `unknown` is what a lost answer counts as."""
    answered = outcomes.filter(pl.col("phase").is_in([phase.value for phase in phases]))
    columns = {
        done: pl.col("accepted").fill_null(value=unknown),
        f"{flags}Late": pl.col("isLate"),
        f"{flags}Unknown": pl.col("accepted").is_null(),
        f"{flags}Absent": pl.col("kind").eq_missing(pl.lit(ABSENT)),
    }
    return answered.select("uid", *more, **columns).unique("uid", keep="last")


def refusals(resource: Resource, changes: pl.LazyFrame, outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Return what DHIS2 refused: key, stage (`dhis2`), reasons (its codes).

    A change of owner names the person; what is refused is the enrollment that it was made for.
    """
    refused = outcomes.filter(IS_REJECT)
    is_transfer = pl.col("phase") == Phase.OWNERS.value
    of_type = refused.filter(~is_transfer, type=resource.tracker_type.value)
    uids = pl.concat(
        [
            changes.select("key", uid=pl.col("uid")),
            changes.filter(pl.col("uidBefore") != pl.col("uid")).select("key", uid="uidBefore"),
        ]
    )
    found = [uids.join(of_type, on="uid")]
    if resource.owned:
        owners = changes.select("key", uid=pl.col("parentUid"))
        found.append(owners.join(refused.filter(is_transfer), on="uid"))
    return pl.concat(found).select("key", stage=pl.lit("dhis2"), reasons=pl.col("codes"))
