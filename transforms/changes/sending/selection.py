"""Which changes a run posts: those of its scopes and its date window, and what they need.

The comparison is always of everything; what is not chosen stays different and is a later run's.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from transforms.changes.objects.schemas import ARRIVING, LEAVING, is_kept
from transforms.core.errors import GuardError
from transforms.model.chosen_resources import resources_of
from transforms.model.resources import EVERY_RESOURCE, RESOURCES, Resource, Scope


def check_scopes(scopes: Sequence[Scope]) -> None:
    """Refuse to choose nothing.

    Raises:
        GuardError: There is no scope.
    """
    if not scopes:
        names = ", ".join(scope.value for scope in Scope)
        raise GuardError(
            f"scopes is empty, so no change would be chosen. Name at least one of {names}, or "
            f"leave scopes out for all. Nothing was posted."
        )


def select_changes(
    changes: Mapping[str, pl.DataFrame], scopes: Sequence[Scope], *, windowed: bool
) -> dict[str, pl.DataFrame]:
    """Return the changes that are to be posted.

    Besides what scope and window choose: the parents that chosen children lack, and all
    descendants of what is deleted or replaced. A deletion leaves no date that could be trusted,
    so with a date window nothing is deleted unless what is chosen needs it.

    Args:
        changes: Resource name to its changes in one partition.
        scopes: The requested ones.
        windowed: Whether a date window was requested.
    """
    marked = {
        resource.name: changes[resource.name].with_columns(
            chosen=_in_scope(resource, scopes) & _in_window(windowed=windowed)
        )
        for resource in resources_of(changes)
    }
    for resource in reversed(RESOURCES):
        _choose_parents(marked, resource)
    for resource in RESOURCES:
        _choose_descendants(marked, resource)
    return {name: frame.filter("chosen").drop("chosen") for name, frame in marked.items()}


def wholly_selected(scopes: Sequence[Scope], *, windowed: bool) -> list[str]:
    """Return the names of the resources of which every change is posted."""
    if windowed:
        return []
    everything = Scope.ALL in scopes
    return [
        each.name for each in EVERY_RESOURCE if everything or not each.scopes.isdisjoint(scopes)
    ]


def _in_scope(resource: Resource, scopes: Sequence[Scope]) -> pl.Expr:
    return pl.lit(Scope.ALL in scopes or not resource.scopes.isdisjoint(scopes))


def _in_window(*, windowed: bool) -> pl.Expr:
    return pl.col("in_window") if windowed else pl.lit(value=True)


def _choose_parents(marked: dict[str, pl.DataFrame], resource: Resource) -> None:
    if resource.parent is None:
        return
    chosen = marked[resource.name].filter("chosen")
    children = chosen.filter(is_kept())
    needed = pl.col("change").is_in(ARRIVING) & pl.col("key").is_in(children["parent"].implode())
    _mark(marked, resource.parent, needed)


def _choose_descendants(marked: dict[str, pl.DataFrame], resource: Resource) -> None:
    if resource.parent is None:
        return
    gone = marked[resource.parent].filter("chosen", pl.col("change").is_in(LEAVING))
    orphaned = pl.col("parentUidBefore").is_in(gone["uidBefore"].implode()).fill_null(value=False)
    _mark(marked, resource.name, pl.col("change").is_in(LEAVING) & orphaned)


def _mark(marked: dict[str, pl.DataFrame], name: str, also: pl.Expr) -> None:
    marked[name] = marked[name].with_columns(chosen=pl.col("chosen") | also)
