"""What DHIS2 never gets of a closed period is not sent, and is counted by nobody."""

import datetime as dt

import polars as pl

from transforms.aggregates.data_values import DesiredValues, desired_values
from transforms.aggregates.figures.compute import VALUES
from transforms.aggregates.standing import NOTHING_SENT, SentValues, pairs_of
from transforms.openimis.country import country_of

CLINIC, POST = "0b9f6c4e-0000", "f3986c4e-0000"
AT = pl.DataFrame(
    {"place": [CLINIC, POST], "orgUnit": ["DiszpKrYNg8", "EiszpKrYNg8"], "district": ["d", "e"]}
)
COUNTRY = country_of(
    {
        "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
        "mode": "aggregate",
        "aggregates": {"figures": ["claims"], "since": "202510", "open_periods": 1},
    },
    "the test",
)
CLOSED, OPEN = "202511", "202512"


def values(before: SentValues) -> DesiredValues:
    """Of both facilities in two months, of which the earlier one is closed."""
    codes = {"figure": "claims", "product": "P1", "claim_status": "entered"}
    rows = [
        {
            **dict.fromkeys(VALUES),
            **codes,
            "period": period,
            "place": place,
            "value": 9,
            "persons": 9,
        }
        for period in (CLOSED, OPEN)
        for place in (CLINIC, POST)
    ]
    return desired_values(
        pl.DataFrame(rows, schema=VALUES), AT, dt.date(2026, 1, 5), COUNTRY, before
    )


def sent_of_the_clinic(*, restates: bool = False) -> SentValues:
    """An earlier night has sent the clinic's value of the closed month, and not the post's."""
    keys = values(NOTHING_SENT).desired["key"]
    clinic = keys.filter(keys.str.contains(CLOSED) & keys.str.contains(AT["orgUnit"][0]))
    assert len(clinic) == 1
    pairs = pairs_of(clinic.to_frame("key").lazy()).collect()
    return SentValues(pairs, clinic, restates)


def test_before_anything_was_sent_all_of_a_closed_month_is() -> None:
    assert len(values(NOTHING_SENT).desired) == 4


def test_what_an_earlier_night_left_out_of_a_closed_month_is_withheld_and_not_counted() -> None:
    found = values(sent_of_the_clinic())

    assert len(found.desired) == 3
    assert len(found.withheld) == 1
    assert CLOSED in found.withheld[0]
    assert AT["orgUnit"][1] in found.withheld[0]
    assert found.counted == {}


def test_a_person_who_lets_closed_months_be_sent_again_gets_all_of_it() -> None:
    assert len(values(sent_of_the_clinic(restates=True)).desired) == 4
