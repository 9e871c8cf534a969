"""Figures: what counts in which month, where, and in which part."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from tests.support.builders import register, uuid
from transforms.aggregates.figures.compute import VALUES, figure_values
from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.figures.settings import FigureSettings
from transforms.openimis.country import Country, Root

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
SETTINGS = FigureSettings(as_of=dt.date(2024, 6, 30), country=Country(root=ROOT))
JUNE = period_of("202306")


def values(figure: str, *periods: str, **tables: Any) -> list[dict[str, Any]]:
    found = figure_values(
        register(**tables), [period_of(each) for each in periods or ("202306",)], SETTINGS
    ).collect()
    assert found.schema == VALUES
    rows = found.filter(figure=figure).sort(pl.all().exclude("value"))
    return [
        {name: value for name, value in row.items() if value is not None and name != "figure"}
        for row in rows.iter_rows(named=True)
    ]


def test_a_person_with_an_active_policy_on_the_last_day_is_insured_in_the_district():
    assert values("insured", Policy=[{}], InsureePolicy=[{}]) == [
        {
            "period": "202306",
            "place": uuid("tblLocations", 2),
            "product": "BCUL0001",
            "sex": "female",
            "age_band": "age_30_44",
            "value": 1,
            "persons": 1,
        }
    ]


def test_a_claim_counts_where_it_claims_in_the_month_of_its_claim_date():
    found = values("claims", Claim=[{}], ClaimServices=[{"ProdID": 1}])

    assert found == [
        {
            "period": "202306",
            "place": uuid("tblHF", 1),
            "product": "BCUL0001",
            "claim_status": "entered",
            "value": 1,
            "persons": 1,
        }
    ]


def test_the_amount_claimed_is_that_of_services_and_items():
    found = values("claimed_amount", Claim=[{}], ClaimServices=[{}], ClaimItems=[{}])

    assert [row["value"] for row in found] == [Decimal(420)]
