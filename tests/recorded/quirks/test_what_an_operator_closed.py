"""An operator closes months that are over, or events that are completed: what a load meets then."""

from typing import Any

from tests.recorded.quirks.small_country import (
    INSUREES,
    POLICY_STAGE,
    SmallCountry,
    accepted,
    event,
    people,
    refused,
    uid,
)
from transforms.dhis2.tables.error_codes import error_code


def closed(country: SmallCountry, kind: str, thing: str, **settings: Any) -> None:
    """Let an operator change a program or a stage."""
    state = country.sandbox.state
    with state.lock:
        state.metadata[kind][thing] |= settings
        state.metadata_changed()


def test_an_update_of_a_completed_event_is_refused_where_the_stage_blocks_it(
    country: SmallCountry,
) -> None:
    country.post(people(1, 2))
    country.post({"events": [event(1, status="COMPLETED")]})
    closed(country, "programStages", POLICY_STAGE, blockEntryForm=True)

    receipt = country.post({"events": [event(1, status="COMPLETED")]})

    blocks = country.version == "2.43"
    assert refused(receipt) == ({uid("V", 1): ("E1326",)} if blocks else {})
    assert accepted(receipt) == ([] if blocks else [uid("V", 1)])
    assert accepted(country.post({"events": [event(2, status="COMPLETED")]})) == [uid("V", 2)]
    assert "set-up-dhis2" in error_code("E1326").hint


def test_what_lies_in_a_closed_month_is_refused_new_or_not(country: SmallCountry) -> None:
    country.post(people(1, 2))
    country.post({"events": [event(1)]})
    closed(country, "programs", INSUREES, expiryDays=5, expiryPeriodType="Monthly")
    assert accepted(country.post({"events": [event(1)]})) == [uid("V", 1)]  # may edit expired ones
    country.take_from_roles(frozenset({"F_EDIT_EXPIRED"}))  # which our role has not
    country.sandbox.state.metadata_changed()

    receipt = country.post({"events": [event(1), event(2)]})

    assert refused(receipt) == {uid("V", 1): ("E1047",), uid("V", 2): ("E1047",)}
