"""Of days of which DHIS2 has months, it gets no quarter: two months less it are the third."""

import datetime as dt
from typing import Any

import polars as pl

from transforms.aggregates.data_values import DesiredValues, desired_values
from transforms.aggregates.elements import element_uid
from transforms.aggregates.figures.compute import VALUES
from transforms.aggregates.figures.table import FIGURE_BY_KEY
from transforms.aggregates.standing import NOTHING_SENT, SentValues, pairs_of
from transforms.openimis.country import country_of

CLINIC, UNIT = "0b9f6c4e-0000", "DiszpKrYNg8"
AT = pl.DataFrame({"place": [CLINIC], "orgUnit": [UNIT], "district": ["d"]})
AS_OF = dt.date(2026, 7, 5)
REASON = "period_of_other_frequency"


def found(before: SentValues, frequency: str = "quarterly", *periods: str) -> DesiredValues:
    """What is sent of claims of the clinic."""
    settings: dict[str, Any] = {"figures": ["claims"], "frequency": frequency}
    root = {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"}
    country = country_of(
        {
            "root": root,
            "mode": "aggregate",
            "aggregates": settings | {"since": "202510", "open_periods": 1},
        },
        "the test",
    )
    rows = [
        dict.fromkeys(VALUES)
        | {"figure": "claims", "product": "P1", "claim_status": "entered"}
        | {"period": period, "place": CLINIC, "value": 9, "persons": 9}
        for period in periods
    ]
    return desired_values(pl.DataFrame(rows, schema=VALUES), AT, AS_OF, country, before)


def held(frequency: str, *periods: str) -> SentValues:
    """DHIS2 has a value of each of some periods."""
    element = element_uid(FIGURE_BY_KEY["claims"], frequency)
    keys = pl.Series([f"{CLINIC}:{element}:{each}:{UNIT}:entered.P1" for each in periods])
    return SentValues(pairs_of(keys.to_frame("key").lazy()).collect(), keys)


def periods_of(values: DesiredValues) -> list[str]:
    return values.desired["key"].str.extract(r":(\d{4}(?:Q\d|\d\d)):").sort().to_list()


QUARTERS = ("2025Q4", "2026Q1", "2026Q2")


def test_before_anything_was_sent_each_quarter_is() -> None:
    values = found(NOTHING_SENT, "quarterly", *QUARTERS)

    assert periods_of(values) == [*QUARTERS]
    assert values.counted == {}


def test_quarters_of_months_that_dhis2_has_are_not_sent_nor_the_next_and_are_counted() -> None:
    values = found(held("monthly", "202511", "202512"), "quarterly", *QUARTERS)

    assert periods_of(values) == ["2026Q2"]
    assert values.counted == {REASON: 2}
    assert values.beside == {"2025Q4", "2026Q1"}


def test_months_of_quarters_that_dhis2_has_are_not_sent_nor_the_next() -> None:
    months = ("202512", "202601", "202604", "202605")
    values = found(held("quarterly", "2026Q1"), "monthly", *months)

    assert periods_of(values) == ["202605"]
    assert values.counted == {REASON: 3}


def test_a_permission_to_send_closed_periods_again_does_not_lift_it() -> None:
    before = held("monthly", "202512")
    restating = SentValues(before.pairs, before.keys, restates=True)

    assert periods_of(found(restating, "quarterly", *QUARTERS)) == ["2026Q2"]
