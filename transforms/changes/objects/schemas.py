"""The columns of the three frames that meet here: desired, acknowledged, and the changes between.

`transforms.model.resources` says what they mean. A value's column has the key of its field.
"""

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from transforms.model.resources import Resource

BEFORE = "Before"
"""Ends the names of columns that say what is acknowledged, beside what is desired."""
TEXTS = pl.List(pl.String)
PLAIN = ("orgUnit", "status", "occurredAt")
FORMER = frozenset({"completedAt"})
"""Columns that 0.1 kept. DHIS2 ignores the day that is sent (2.40, 2.41) or never changes it."""
UNKNOWN = ""
"""What an acknowledged value is whose fate is not known: it differs from every value we send."""
FIXED = (
    "key", "uid", "uidBefore", "generation", "change", "parent", "parentUid", "parentUidBefore",
    "person", "personBefore", "orgUnitBefore", *PLAIN,
    "cleared", "released", "moves", "owner", "transfer", "in_window",
)  # fmt: skip


class State(StrEnum):
    """What DHIS2 has of an object that it has had."""

    HELD = "held"
    DELETED = "deleted"


class Change(StrEnum):
    """What has to happen to an object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


CHANGE = pl.Enum([change.value for change in Change])
LEAVING = (Change.DELETE.value, Change.REPLACE.value)
"""Changes after which an object is no longer in DHIS2 under the UID that it had."""
ARRIVING = (Change.CREATE.value, Change.REPLACE.value)
"""Changes after which an object is in DHIS2 under a UID that it did not have."""


def is_kept() -> pl.Expr:
    """Whether DHIS2 has the object after a change."""
    return pl.col("change") != Change.DELETE.value


def acknowledged_schema(resource: Resource) -> dict[str, pl.DataType]:
    """Return the columns of an acknowledged frame of `resource`, and their types."""
    text = pl.String()
    plain = ("key", "uid", "state", "parent", "parentUid", "person", *PLAIN, "owner", "run")
    return {
        **dict.fromkeys(plain, text),
        "generation": pl.Int32(),
        "isLate": pl.Boolean(),
        **dict.fromkeys((field.key for field in resource.fields), text),
    }


def desired_schema(resource: Resource) -> dict[str, pl.DataType]:
    """Return the columns of a desired frame of `resource`, and their types."""
    text = pl.String()
    return {
        **dict.fromkeys(("key", "parent", "person", *PLAIN), text),
        **dict.fromkeys((field.key for field in resource.fields), text),
        "faults": TEXTS,
        "notes": TEXTS,
        "in_window": pl.Boolean(),
    }


def changes_schema(resource: Resource) -> dict[str, pl.DataType]:
    """Return the columns of a frame of changes of `resource`, and their types."""
    of_others: dict[str, pl.DataType] = {
        "generation": pl.Int32(),
        "change": CHANGE,
        **dict.fromkeys(("cleared", "released", "moves"), TEXTS),
        **dict.fromkeys(("transfer", "in_window"), pl.Boolean()),
    }
    fixed = {name: of_others.get(name, pl.String()) for name in FIXED}
    return fixed | dict.fromkeys((field.key for field in resource.fields), pl.String())


def value_columns(resource: Resource, acknowledged: pl.LazyFrame) -> list[str]:
    """Return the names of all values to compare: the fields, and what DHIS2 has besides."""
    columns = acknowledged_schema(resource)
    others = [name for name in acknowledged.collect_schema().names() if name not in columns]
    return [field.key for field in resource.fields] + others


def values_in(columns: Sequence[str]) -> list[str]:
    """Return the columns of a frame of changes that are values."""
    return [name for name in columns if name not in FIXED and name not in FORMER]


def with_missing_columns(frame: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """Return a frame with those of some columns (text) that it lacks, as nulls."""
    present = frame.collect_schema().names()
    absent = [name for name in names if name not in present]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def is_acknowledged() -> pl.Expr:
    """Whether DHIS2 has the object, of rows with both sides."""
    return pl.col(f"state{BEFORE}").eq_missing(pl.lit(State.HELD.value))


def differs(name: str) -> pl.Expr:
    """Whether something is desired otherwise than it is acknowledged, of rows with both sides."""
    return pl.col(name).ne_missing(pl.col(f"{name}{BEFORE}"))
