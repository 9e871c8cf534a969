"""Where org units lie: the true path, and the stored one, by which DHIS2 gives levels and access.

Whoever moves an org unit posts it alone: what lies below keeps its stored path and level until
`POST /api/maintenance?ouPathsUpdate=true`, or until it is posted itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import times

if TYPE_CHECKING:
    from .state import State

Object = dict[str, Any]
STORED_PATH = "path"  # what is shown under this name is `path_of`


def path_of(state: State, row: Object) -> str:
    """The path by the parents as they are."""
    return "/" + "/".join(_line(state, row))


def _line(state: State, row: Object) -> list[str]:
    units = state.metadata["organisationUnits"]
    uids: list[str] = []
    current: Object | None = row
    while current is not None:
        uids.insert(0, current["id"])
        parent = current.get("parent")
        current = units.get(parent["id"]) if parent else None
    return uids


def store_paths(state: State, uids: Iterable[str]) -> None:
    """Writes path and level of these org units as they are now."""
    for uid in uids:
        row = state.metadata["organisationUnits"].get(uid)
        if row is not None:
            row[STORED_PATH] = path_of(state, row)
            row["level"] = row[STORED_PATH].count("/")


def store_all_paths(state: State) -> None:
    """What the maintenance job does."""
    store_paths(state, list(state.metadata["organisationUnits"]))


def stored_path(state: State, uid: str) -> str:
    """The path by which access and analytics go."""
    row = state.metadata["organisationUnits"].get(uid)
    if row is None:
        return f"/{uid}"
    return str(row.get(STORED_PATH) or path_of(state, row))


def is_under(state: State, uid: str, roots: set[str]) -> bool:
    """Whether an org unit is one of these or lies below one, by the stored path."""
    return not roots.isdisjoint(stored_path(state, uid).split("/"))


def with_moments(row: Object) -> None:
    """Opening and closing days are kept as moments."""
    for name in ("openingDate", "closedDate"):
        if isinstance(row.get(name), str):
            row[name] = times.written(times.parse(row[name]))
