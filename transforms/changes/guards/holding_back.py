"""What a guard holds back of a run, and what has to wait with it.

A value keeps what DHIS2 has of it, so it is compared once more without a difference. A kind of
change waits together with what hangs on it.
"""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from transforms.changes.guards.magnitude import Finding, MagnitudeKind
from transforms.changes.objects.schemas import (
    ARRIVING,
    BEFORE,
    LEAVING,
    UNKNOWN,
    Change,
    State,
    with_missing_columns,
)
from transforms.model.resources import RESOURCES, Resource

HOLDS: dict[MagnitudeKind, tuple[str, ...]] = {
    MagnitudeKind.CREATES: (Change.CREATE.value,),
    MagnitudeKind.CHANGES: (Change.UPDATE.value, Change.REPLACE.value),
    MagnitudeKind.DELETES: (Change.DELETE.value,),
}
"""The changes of a resource that wait, where all of a kind does."""


def fields_held_back(findings: Sequence[Finding], resource: str) -> list[str]:
    """Return the values of a resource that keep what DHIS2 has."""
    return sorted({f.name for f in _waiting_fields(findings, resource)})


def fields_withheld(findings: Sequence[Finding], resource: str) -> list[str]:
    """Return those of them that what is new goes without."""
    waiting = _waiting_fields(findings, resource)
    return sorted({f.name for f in waiting if f.kind is MagnitudeKind.PSEUDONYMS})


def _waiting_fields(findings: Sequence[Finding], resource: str) -> list[Finding]:
    return [f for f in findings if f.resource == resource and f.name and not f.why]


def kinds_held_back(findings: Sequence[Finding]) -> dict[str, set[str]]:
    """Return resource → kinds of change that wait."""
    kinds: dict[str, set[str]] = {}
    for each in findings:
        if not each.name and not each.why:
            kinds.setdefault(each.resource, set()).update(HOLDS[each.kind])
    return kinds


def keep_values(
    desired: pl.LazyFrame,
    acknowledged: pl.LazyFrame,
    names: Sequence[str],
    withheld: Sequence[str] = (),
) -> pl.LazyFrame:
    """Return `desired` with the values of `names` as DHIS2 has them, of what it has.

    New or unknown objects keep openIMIS's values, except `withheld` fields, which are null.
    """
    if not names:
        return desired
    desired, acknowledged = (with_missing_columns(side, names) for side in (desired, acknowledged))
    before = acknowledged.filter(state=State.HELD.value).select(
        "key", *(pl.col(name).alias(f"{name}{BEFORE}") for name in names), isAcknowledged=True
    )
    joined = desired.join(before.unique("key"), on="key", how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col("isAcknowledged") & pl.col(f"{name}{BEFORE}").ne_missing(UNKNOWN))
        .then(f"{name}{BEFORE}")
        .otherwise(None if name in withheld else pl.col(name))
        .alias(name)
        for name in names
    ).drop("isAcknowledged", *(f"{name}{BEFORE}" for name in names))


def without_held_back(
    changes: Mapping[str, pl.DataFrame], kinds: Mapping[str, Collection[str]]
) -> dict[str, pl.DataFrame]:
    """Return the changes of one partition without those that wait, and what depends on them.

    What lies below an object that is not created waits, and so does a delete below an object that
    is not deleted. A delete also waits if a descendant must stay, because DHIS2 deletes descendants
    with it.

    Args:
        changes: Resource name to its changes.
        kinds: Resource name to the kinds of change that wait.
    """
    if not kinds:
        return dict(changes)
    marked = {
        name: frame.with_columns(
            waits=pl.col("change").cast(pl.String).is_in(sorted(kinds.get(name, ())))
        )
        for name, frame in changes.items()
    }
    before = -1
    while before != (before := _count_waiting(marked)):
        for resource in reversed(RESOURCES):
            _let_parents_wait(marked, resource)
        for resource in RESOURCES:
            _let_children_wait(marked, resource)
    return {name: frame.filter(~pl.col("waits")).drop("waits") for name, frame in marked.items()}


def _count_waiting(marked: Mapping[str, pl.DataFrame]) -> int:
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
