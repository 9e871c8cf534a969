"""The fold: acknowledged state after a run, from its changes and what DHIS2 answered.

An upsert by key, so folding the same run twice gives the same state. What was refused or never
posted leaves its row as it was: it is still different, and the next run sends it again. If the
answer to a post is lost, all values that differ are unknown, so the next run sends what is desired
then, or deletes the object. If DHIS2 never had an object that the run deleted, a late request may
still create it; the run after deletes it again.
"""

from collections.abc import Iterable

import polars as pl

from transforms.changes.answers.outcomes import DONE, TOMBSTONE, with_outcomes
from transforms.changes.objects.schemas import (
    PLAIN,
    UNKNOWN,
    Change,
    State,
    acknowledged_schema,
    values_in,
)
from transforms.model.resources import Resource

EARLIER = "Earlier"


def fold_partition(
    resource: Resource,
    acknowledged: pl.LazyFrame,
    changes: pl.LazyFrame,
    outcomes: pl.LazyFrame,
    run: str,
) -> pl.LazyFrame:
    """Return the acknowledged frame of one partition after a run.

    Args:
        resource: The resource.
        acknowledged: Its acknowledged frame before the run.
        changes: Its changes of the run; see `transforms.changes.delta.deltas`.
        outcomes: What DHIS2 answered to the bundles of the partition: the columns of `OUTCOMES`;
            `accepted` is null where the answer is lost, `kind` is the class of a refusal, `isLate`
            says that a request stayed without answer, which DHIS2 may carry out after all that
            follows.
        run: The run's id.
    """
    columns = _columns(resource, acknowledged, changes)
    before = _with(columns, acknowledged)
    answered = _with_awaited(with_outcomes(resource, changes, outcomes), before)
    touched = pl.concat(
        [
            _with(columns, rows.with_columns(run=pl.lit(run)))
            for rows in (
                _doubtful(resource, columns, _posted_rows(resource, answered), before),
                _tombstones(answered),
                _released_rows(resource, answered, before),
            )
        ]
    )
    return pl.concat([before.join(touched, on="key", how="anti"), touched]).sort("person", "key")


def _columns(
    resource: Resource, acknowledged: pl.LazyFrame, changes: pl.LazyFrame
) -> dict[str, pl.DataType]:
    values = [
        *values_in(changes.collect_schema().names()),
        *acknowledged.collect_schema().names(),
    ]
    own = acknowledged_schema(resource)
    return own | {name: pl.String() for name in values if name not in own}


def _with(columns: dict[str, pl.DataType], frame: pl.LazyFrame) -> pl.LazyFrame:
    present = frame.collect_schema().names()
    return frame.select(
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype).alias(name)
        for name, dtype in columns.items()
    )


def _with_awaited(answered: pl.LazyFrame, before: pl.LazyFrame) -> pl.LazyFrame:
    """Take as unknown the deletion of what a late request may still make."""
    late = before.filter("isLate").select("key", isAwaited=pl.lit(value=True))
    is_delete = pl.col("change") == Change.DELETE.value
    is_awaited = is_delete & pl.col("isDeleteAbsent") & pl.col("isAwaited").fill_null(value=False)
    return answered.join(late, on="key", how="left").with_columns(
        isDeleted=pl.col("isDeleted") & ~is_awaited,
        isDeleteUnknown=pl.col("isDeleteUnknown") | is_awaited,
    )


def _posted_rows(resource: Resource, answered: pl.LazyFrame) -> pl.LazyFrame:
    """Creates, updates and replaces that DHIS2 has accepted, or may have accepted."""
    owner = (
        pl.when("isTransferUnknown")
        .then(pl.lit(UNKNOWN))
        .when("isTransferred")
        .then("orgUnit")
        .otherwise(pl.coalesce("owner", "orgUnit"))
    )
    return answered.filter("isPosted").with_columns(
        *(_uncertain(field.key) for field in resource.unique_fields),
        state=pl.lit(State.HELD.value),
        owner=owner,
    )


def _uncertain(name: str) -> pl.Expr:
    """A value posted after a release that DHIS2 may carry out late: the next run sends it again."""
    return _unknown(pl.col("isReleaseLate") & pl.col("released").list.contains(pl.lit(name)), name)


def _doubtful(
    resource: Resource,
    columns: dict[str, pl.DataType],
    posted: pl.LazyFrame,
    before: pl.LazyFrame,
) -> pl.LazyFrame:
    """Mark what DHIS2 may not have, or may still overwrite, so that the next run sends it.

    Either this run's answer is lost, or a request of an earlier run stayed without an answer and
    may arrive after those of this run. If anything but a value is in doubt, mark the status: an
    update sends the whole object.
    """
    names = _values(resource, columns)
    owner = ["owner"] * resource.owned
    compared = pl.col("uid", "isLate", *PLAIN, *names, *owner).name.suffix(EARLIER)
    present = _with(columns | dict.fromkeys(DONE, pl.Boolean()), posted)
    earlier = _compared_with(before, posted).select("key", compared)
    joined = present.join(earlier, on="key", how="left")
    is_same = (pl.col("uid") == pl.col(f"uid{EARLIER}")).fill_null(value=False)
    is_late = is_same & pl.col(f"isLate{EARLIER}")
    is_lost = pl.col("isPostUnknown")
    return joined.with_columns(
        *(_unknown((is_late | is_lost) & _is_other(name, is_same), name) for name in names),
        *(_unknown(is_late & _is_other(name, is_same), name) for name in owner),
        _unknown(is_lost | is_late & pl.any_horizontal(map(_is_other, PLAIN)), "status"),
    ).select(columns.keys())


def _compared_with(before: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Return the earlier rows of which something may be unknown: few of very many."""
    lost = posted.filter("isPostUnknown").select("key", isLost=pl.lit(value=True))
    return before.join(lost, on="key", how="left").filter(pl.any_horizontal("isLate", "isLost"))


def _values(resource: Resource, columns: Iterable[str]) -> list[str]:
    others = acknowledged_schema(resource).keys() - {field.key for field in resource.fields}
    return [name for name in columns if name not in others]


def _is_other(name: str, is_same: pl.Expr | None = None) -> pl.Expr:
    """Whether something differs from before; what a new object has, differs from nothing."""
    earlier = pl.col(f"{name}{EARLIER}")
    return pl.col(name).ne_missing(earlier if is_same is None else pl.when(is_same).then(earlier))


def _unknown(when: pl.Expr, name: str) -> pl.Expr:
    return pl.when(when).then(pl.lit(UNKNOWN)).otherwise(name).alias(name)


def _tombstones(answered: pl.LazyFrame) -> pl.LazyFrame:
    """Tombstones: what was deleted, and what turned out to be deleted already."""
    is_replace = pl.col("change") == Change.REPLACE.value
    found = answered.filter(~pl.col("isPosted") & (pl.col("kind") == TOMBSTONE))
    removed = answered.filter(
        ~pl.col("isPosted") & (pl.col("kind").ne_missing(TOMBSTONE)) & pl.col("isDeleted")
    ).with_columns(uid="uidBefore", generation=pl.col("generation") - is_replace.cast(pl.Int32))
    kept = ("key", "uid", "generation", "person", "owner", "parent", "parentUid")
    rows = pl.concat([found.select(kept), removed.select(kept)])
    return rows.with_columns(state=pl.lit(State.DELETED.value))


def _released_rows(
    resource: Resource, answered: pl.LazyFrame, before: pl.LazyFrame
) -> pl.LazyFrame:
    """Rows that kept their place but gave up a unique value, got another owner, or may be gone."""
    unsettled = answered.filter(
        ~pl.col("isPosted")
        & ~pl.col("isDeleted")
        & pl.col("kind").ne_missing(TOMBSTONE)
        & pl.any_horizontal("isReleased", "isTransferred", "isDeleteUnknown")
    ).select("key", "released", *DONE, newOwner="orgUnit", isLateNow="isLate")
    return before.join(unsettled.drop("isLate"), on="key").with_columns(
        *(_after_release(field.key) for field in resource.unique_fields),
        _unknown(pl.col("isDeleteUnknown"), "status"),
        isLate=pl.any_horizontal(pl.col("isLate") & ~pl.col("isDeleteAbsent"), "isLateNow"),
        owner=pl.when("isTransferUnknown")
        .then(pl.lit(UNKNOWN))
        .when("isTransferred")
        .then("newOwner")
        .otherwise("owner"),
    )


def _after_release(name: str) -> pl.Expr:
    given_up = pl.col("isReleased") & pl.col("released").list.contains(pl.lit(name))
    lost = pl.when("isReleaseUnknown").then(pl.lit(UNKNOWN))
    return pl.when(given_up).then(lost).otherwise(name).alias(name)
