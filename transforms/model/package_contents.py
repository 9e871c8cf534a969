"""What is in a claimed package: what was given, and how much of it. Its price is the line's.

A service line may stand for a package of services and items. openIMIS writes its whole price to the
line, whatever the kind of the package: the sum of what was given, a part of it, or a price that a
clerk entered. What the contents would cost one by one is therefore part of that amount, or no
amount at all, and it is neither sent nor added to anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import polars as pl

from transforms.core.fields import Field, OptionSet
from transforms.model.options import codes_by_key
from transforms.model.tables.claim import (
    PACKAGE_ITEMS,
    PACKAGE_ITEMS_QUANTITY,
    PACKAGE_SERVICES,
    PACKAGE_SERVICES_QUANTITY,
)
from transforms.model.tables.option_sets import ITEM, SERVICE
from transforms.model.values import field_reason, with_notes
from transforms.openimis.register import Register
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import column_of


@dataclass(frozen=True)
class _Contents:
    """Services or items.

    Attributes:
        listing: The field that lists them.
        quantity: The field of their number.
        rows: Takes them from the register.
        codes: The option set that has their codes.
    """

    listing: Field
    quantity: Field
    rows: Callable[[Register], Rows]
    codes: OptionSet


_KINDS = (
    _Contents(PACKAGE_SERVICES, PACKAGE_SERVICES_QUANTITY, attrgetter("package_services"), SERVICE),
    _Contents(PACKAGE_ITEMS, PACKAGE_ITEMS_QUANTITY, attrgetter("package_items"), ITEM),
)


def with_package_contents(
    lines: pl.LazyFrame, fields: Sequence[Field], register: Register
) -> pl.LazyFrame:
    """Return service lines with what was given of the package that each stands for.

    Args:
        lines: line_id, among others; without the columns of these fields.
        fields: Those that are sent; of the others nothing is made.
        register: Of openIMIS.

    Returns:
        The same rows. A line without a package, or of whose package nothing was given, has nulls.
        A code that openIMIS does not have is left out of the list, with a note.
    """
    for kind in _KINDS:
        if kind.listing in fields or kind.quantity in fields:
            lines = _with_contents(lines, kind, register)
        if kind.listing in fields:
            unknown = {field_reason(kind.listing, "_unknown"): pl.col("has_unknown")}
            lines = with_notes(lines, unknown)
    return lines.drop("has_unknown", strict=False)


def _with_contents(lines: pl.LazyFrame, kind: _Contents, register: Register) -> pl.LazyFrame:
    contents = _quantities(kind, register).group_by("line_id").agg(
        _as_text().alias(column_of(kind.listing)),
        pl.col("quantity").sum().alias(column_of(kind.quantity)),
        has_unknown=pl.col("listed_code").is_null().any(),
    )  # fmt: skip
    kept = lines.drop("has_unknown", strict=False)
    return kept.join(contents, on="line_id", how="left", maintain_order="left")


def _quantities(kind: _Contents, register: Register) -> pl.LazyFrame:
    """Return line_id, listed_code (null where openIMIS has none) and quantity, once each."""
    thing, entered = column_of(kind.listing), column_of(kind.quantity)
    codes = codes_by_key(register.codes(kind.codes)).rename({"key": thing})
    quantity = pl.coalesce(entered, "defined_quantity").cast(pl.Int64)
    return (
        kind.rows(register)
        .current.with_columns(quantity=quantity)
        .filter(pl.col("quantity") > 0)
        .join(codes, on=thing, how="left")
        .group_by("line_id", "listed_code")
        .agg(pl.col("quantity").sum())
    )


def _as_text() -> pl.Expr:
    """Return `code x quantity` of all that has a code, by code; null where nothing has."""
    each = pl.format("{} x {}", "listed_code", "quantity").sort_by("listed_code").drop_nulls()
    text = each.str.join("; ")
    return pl.when(text != "").then(text)
