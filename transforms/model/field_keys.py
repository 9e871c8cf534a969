"""Field keys, which name values in our frames, and the UIDs that DHIS2 has for the same values.

    desired, changes, acknowledged    keys
    bundles, what DHIS2 answers       UIDs: `uid_of`, `with_keys`

A value that no field of ours is of has no key, and is called by its UID. DHIS2 may hold such values
where another release or tool has sent them: they are emptied.

Format 1 of the staged files called all values by UIDs (`staging/current.py`). Its frames show
it themselves, by the names of their columns, and any of them can be read: no field key is a UID.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from transforms.core.errors import StagingError
from transforms.core.fields import Field, RetiredField
from transforms.model.resources import EVERY_RESOURCE


def _fields() -> Iterator[Field | RetiredField]:
    for resource in EVERY_RESOURCE:
        yield from resource.fields
        yield from resource.retired


UID_OF_KEY: Mapping[str, str] = {field.key: field.uid for field in _fields()}
KEY_OF_UID: Mapping[str, str] = {uid: key for key, uid in UID_OF_KEY.items()}
LISTS_OF_VALUES = ("cleared", "released", "moves")
"""Columns of changes that name values in lists."""

_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")


def uid_of(name: str) -> str:
    """Return the UID of the value that a column holds.

    Raises:
        StagingError: It is called by a key that this release does not have.
    """
    if name in UID_OF_KEY:
        return UID_OF_KEY[name]
    if not _UID.fullmatch(name):
        raise StagingError(
            f"The acknowledged state has values called {name!r}, and no field of this release has "
            f"that key. Go on with the release that wrote them, or name key and UID as a retired "
            f"field (CONTRIBUTING.md). Nothing was posted."
        )
    return name


def uids_of(names: Iterable[str]) -> list[str]:
    """Return the UIDs of some values; see `uid_of`."""
    return [uid_of(name) for name in names]


def key_of(uid: str) -> str:
    """Return what a value is called: by its key, or by its UID if it has none."""
    return KEY_OF_UID.get(uid, uid)


def with_key_names(values: Mapping[str, str]) -> dict[str, str]:
    """Return what is written down of some values by key, where it was written by UID."""
    return {key_of(name): each for name, each in values.items()}


def names_uids(columns: Iterable[str]) -> bool:
    """Return whether columns are called by UIDs of fields, as in format 1."""
    return not KEY_OF_UID.keys().isdisjoint(columns)


def with_keys(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return a frame with keys in place of UIDs: as names of columns, and in lists of values.

    Args:
        frame: Desired, changes or acknowledged, of whatever release; or what was read back.
    """
    names = frame.collect_schema().names()
    if not names_uids(names):
        return frame
    lists = [name for name in LISTS_OF_VALUES if name in names]
    keys = pl.element().str.replace_many(KEY_OF_UID)
    return frame.rename(KEY_OF_UID, strict=False).with_columns(pl.col(lists).list.eval(keys))
