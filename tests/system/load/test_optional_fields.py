"""Values that only some countries send: from the first run after the country file asks for them."""

from pathlib import Path
from typing import Any

import polars as pl

from tests.support.openimis_sample import sample
from tests.support.scheme import DAY_ONE, Scheme, a_scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import tracker
from transforms.core.fields import Treatment
from transforms.model.resources import EVENT_RESOURCES
from transforms.model.tables.option_sets import CARE_TYPE, REJECTION_REASON

OPTIONAL = {
    field.uid: field.name for each in EVENT_RESOURCES for field in each.fields if field.optional
}
OPTIONAL_SETS = {CARE_TYPE.uid, REJECTION_REASON.uid}


def a_sample_whose_clerks_fill_everything() -> dict[str, pl.DataFrame]:
    tables = sample(20, seed=7, level="1.11", as_of=DAY_ONE)
    every_second = pl.int_range(pl.len()) % 2 == 0
    filled: dict[str, Any] = {
        "pre_authorization": every_second,
        "patient_condition": pl.lit("H"),
        "ReferFrom": pl.when(every_second).then("HFID"),
        "ReferTo": pl.when(~every_second).then("HFID"),
        "RestoredClaim": pl.col("ClaimID"),
    }
    types = tables["tblClaim"].schema
    claims = tables["tblClaim"].with_columns(
        value.cast(types[name]).alias(name) for name, value in filled.items()
    )
    return tables | {"tblClaim": claims}


def named(scheme: Scheme) -> set[str]:
    """Return the optional fields of which DHIS2 has a value."""
    events = tracker(scheme.sandbox)["events"].values()
    return {OPTIONAL[uid] for event in events for uid in event["dataValues"] if uid in OPTIONAL}


def option_sets(scheme: Scheme) -> set[str]:
    """Return the option sets that have options in DHIS2."""
    options = scheme.sandbox.metadata("options").values()
    return {option["optionSet"]["id"] for option in options}


def test_what_the_country_file_asks_for_is_sent_by_the_next_run_and_emptied_when_it_asks_no_more(
    tmp_path: Path,
) -> None:
    with a_scheme(tmp_path) as scheme:
        scheme.begin(a_sample_whose_clerks_fill_everything())
        scheme.bring("first")
        assert named(scheme) == set()
        assert option_sets(scheme).isdisjoint(OPTIONAL_SETS)

        scheme.privacy = dict.fromkeys(OPTIONAL.values(), Treatment.SEND)
        scheme.bring("second")
        assert named(scheme) == set(OPTIONAL.values())
        assert option_sets(scheme) >= OPTIONAL_SETS
        assert_acknowledged_is_held(scheme)

        scheme.privacy = {}
        scheme.bring("third")
        assert named(scheme) == set()
        assert_acknowledged_is_held(scheme)
