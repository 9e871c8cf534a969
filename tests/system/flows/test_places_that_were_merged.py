"""Somebody merges villages in DHIS2, whose places are openIMIS's."""

import logging

import pytest

from flows.set_up_dhis2 import set_up_dhis2
from tests.support.scheme.by_flows import FlowScheme


def merged_away(scheme: FlowScheme) -> str:
    """Let DHIS2 lack a village, as after a merge into another; return its UID."""
    state = scheme.sandbox.state
    with state.lock:
        units = state.metadata["organisationUnits"]
        parents = {(unit.get("parent") or {}).get("id") for unit in units.values()}
        [uid, into, *_] = [each for each in units if each not in parents]
        del units[uid]
        for people in (state.tracker.tracked_entities, state.tracker.events):
            for row in people.values():
                row.org_unit = into if row.org_unit == uid else row.org_unit
        for kind in ("programs", "organisationUnitGroups", "dataSets"):
            for thing in state.metadata[kind].values():
                members = thing.get("organisationUnits") or []
                thing["organisationUnits"] = [each for each in members if each["id"] != uid]
        state.metadata_changed()
    return uid


@pytest.mark.large
@pytest.mark.ci
def test_the_plan_of_set_up_names_places_that_are_gone_and_says_what_to_do(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sync(run_id="first")
    uid, mark = merged_away(scheme), len(scheme.written())
    caplog.set_level(logging.INFO)

    where = (scheme.country_file, scheme.staging_root)
    set_up_dhis2("scheme", "administrator", *where, run_id="plan", apply=False)

    assert f"1 org units that DHIS2 had confirmed are not there any more ({uid})" in caplog.text
    assert "merge or split them in openIMIS as well" in caplog.text
    written = [
        each for each in scheme.written()[mark:] if each["query"].get("importMode") != "VALIDATE"
    ]
    assert written == []


@pytest.mark.large
def test_where_no_place_is_gone_nothing_is_said(
    scheme: FlowScheme, caplog: pytest.LogCaptureFixture
) -> None:
    scheme.sync(run_id="first")
    caplog.set_level(logging.INFO)

    where = (scheme.country_file, scheme.staging_root)
    set_up_dhis2("scheme", "administrator", *where, run_id="plan", apply=False)

    assert "not there any more" not in caplog.text
