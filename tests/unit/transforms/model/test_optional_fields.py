"""What is taken out of a working frame where the country file does not ask for a field."""

import dataclasses

import polars as pl

from transforms.core.fields import Field, ValueType
from transforms.model.optional_fields import without_unsent
from transforms.model.tables.claim import REFERRED_FROM

END_OF_VISIT = Field(
    "visit_end_date", "zfzqvlgNE1r", "Visit end date", ValueType.DATE, "DateTo", "tblClaim",
    optional=True,
)  # fmt: skip
NOTED = dataclasses.replace(REFERRED_FROM, key="noted", name="Noted", optional=False)


def columns(fields: list[Field], unsent: list[Field]) -> list[str]:
    claims = pl.LazyFrame(schema=["claim_id", "date_to", "referred_from"])
    return without_unsent(claims, fields, unsent).collect_schema().names()


def test_a_column_that_is_read_for_an_unsent_field_alone_is_taken_out() -> None:
    assert columns([REFERRED_FROM], [REFERRED_FROM]) == ["claim_id", "date_to"]
    assert columns([REFERRED_FROM], []) == ["claim_id", "date_to", "referred_from"]


def test_a_column_that_is_read_anyway_stays() -> None:
    assert columns([END_OF_VISIT], [END_OF_VISIT]) == ["claim_id", "date_to", "referred_from"]


def test_a_column_that_another_field_shows_stays() -> None:
    assert "referred_from" in columns([REFERRED_FROM, NOTED], [REFERRED_FROM])
