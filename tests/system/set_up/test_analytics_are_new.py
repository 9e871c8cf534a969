"""Analytics tables that DHIS2 calls built are held against what DHIS2 has confirmed."""

import polars as pl

from transforms.dhis2.analytics_counts import (
    COUNTED,
    by_region,
    compare_counts,
    in_words,
    region_of,
    shortfalls,
)

ROOT = "ImspTQPwCqd"


def confirmed(**parents: str) -> pl.DataFrame:
    """Org units as DHIS2 has confirmed them, each below its parent."""
    return pl.DataFrame(
        {
            "key": uid,
            "content": f'{{"uid":"{uid}","name":"{uid}","parentUid":"{parent}"}}',
            "run": "first",
        }
        for uid, parent in parents.items()
    )


def counted(**events: int) -> pl.DataFrame:
    """Claim events of each region."""
    rows = [("claim_events", region, number) for region, number in events.items()]
    return pl.DataFrame(rows, schema=COUNTED, orient="row")


def test_a_facility_belongs_to_the_region_above_its_district() -> None:
    places = confirmed(north=ROOT, south=ROOT, town="north", clinic="town", village="town")

    regions = dict(region_of(places, ROOT).iter_rows())

    assert regions == dict.fromkeys(("north", "town", "clinic", "village"), "north") | {
        "south": "south"
    }


def test_a_place_in_doubt_counts_where_it_is_wanted() -> None:
    places = confirmed(north=ROOT, town="north").with_columns(content="  " + pl.col("content"))

    assert dict(region_of(places, ROOT).iter_rows()) == {"north": "north", "town": "north"}


def test_an_org_unit_that_dhis2_had_before_us_belongs_to_the_root() -> None:
    rows = [
        ("theirs", '{"uid":"theirs","name":null,"parentUid":null}'),
        ("made", '{"uid":"made","name":"Made","parentUid":"theirs"}'),
    ]
    places = pl.DataFrame(rows, schema=["key", "content"], orient="row")

    assert dict(region_of(places, ROOT).iter_rows()) == {"theirs": ROOT, "made": ROOT}


def test_events_are_added_up_by_region() -> None:
    regions = region_of(confirmed(north=ROOT, town="north", clinic="town"), ROOT)
    events = pl.DataFrame({"orgUnit": ["town", "clinic"], "events": [2, 5]})

    assert by_region({"claim_events": events}, regions).equals(counted(north=7))


def test_tables_with_fewer_events_than_were_confirmed_are_old() -> None:
    differences = compare_counts(counted(north=7, south=3), counted(north=7))

    assert (
        in_words(shortfalls(differences)) == "claim_events in south: 0 in the tables, 3 confirmed"
    )


def test_tables_with_more_events_may_hold_those_of_others() -> None:
    differences = compare_counts(counted(north=7), counted(north=7, south=2))

    assert differences.height == 1
    assert shortfalls(differences).is_empty()
