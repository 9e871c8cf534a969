"""A field that names a column of openIMIS, and says no more, shows what that column holds."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.support.builders import snapshot
from transforms.core.fields import Field, Treatment, ValueType
from transforms.model.desired import desired
from transforms.model.resources import ALL_FIELDS, FUNDING, RESOURCES, Resource
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.tables.columns import TABLES

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
ASKING = Country(
    root=ROOT,
    privacy={field.name: Treatment.SEND for field in ALL_FIELDS if field.follows is None},
    contributions=True,
    funding=True,
)
UNTOUCHED = [
    (resource, field)
    for resource in RESOURCES
    for field in resource.fields
    if field.table and not field.made_of and not (field.option_set and field.option_set.table)
    if field.value_type is not ValueType.ORGANISATION_UNIT
]
VALUES: dict[pl.DataType, tuple[Any, str]] = {
    pl.String(): ("0771234567", "0771234567"),
    pl.Date(): (dt.date(2022, 2, 3), "2022-02-03"),
    pl.Datetime("us"): (dt.datetime(2022, 2, 3), "2022-02-03"),  # noqa: DTZ001 - as openIMIS has it
    pl.Decimal(18, 2): (Decimal("7.50"), "7.5"),
    pl.Int32(): (7, "7"),
    pl.Boolean(): (True, "true"),
}
"""Type of a column to a value of it that no other column has, and the text that DHIS2 holds."""


def value_of(field: Field) -> tuple[Any, str]:
    """Return a value as openIMIS keeps it, and as DHIS2 should hold it."""
    dtype = TABLES[str(field.table)].column(field.column).dtype
    raw, text = VALUES[dtype]
    codes = field.option_set.codes if field.option_set else None
    if not codes:
        return raw, text
    return (raw, codes[text]) if text in codes else (next(iter(codes)), next(iter(codes.values())))


@pytest.mark.parametrize(
    ("resource", "field"), UNTOUCHED, ids=lambda each: getattr(each, "key", None)
)
def test_a_value_that_is_a_column_of_openimis_is_what_that_column_holds(
    resource: Resource, field: Field
) -> None:
    raw, expected = value_of(field)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [{}]
        for name in ("Families", "Insuree", "Policy", "InsureePolicy", "Premium", "Claim")
    }
    rows |= {name: [{}] for name in ("Premium", "ClaimServices", "ClaimItems")}
    if resource is FUNDING:
        rows["Premium"] = [{"PayType": "F"}]
    changed = str(field.table).removeprefix("tbl")
    rows[changed] = [*({**each, field.column: raw} for each in rows.get(changed, [{}]))]

    frames = desired(
        register_of(snapshot(**rows)), as_of=dt.date(2023, 12, 31), country=ASKING,
        pseudonym_key=None, window=None,
    )  # fmt: skip
    shown = frames[resource.name].select(field.key).collect().to_series().to_list()

    assert expected in shown
