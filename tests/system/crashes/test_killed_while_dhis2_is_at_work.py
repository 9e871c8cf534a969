"""A run is killed between a request and its answer: DHIS2 has the whole of it, and goes on with it.

It does what it was asked before the next run begins, while that one is posting, or after it.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from staging.outbox import Bundle, bundles
from tests.support.scheme.comparisons import (
    FirstLoad,
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    assert_like_a_first_load,
    count_beside_a_first_load,
)
from tests.support.scheme.contents import Content, acknowledged, held, lost_and_double
from tests.system.crashes.story import CHANGES, FIRST_LOAD, Story
from transforms.changes.objects.phases import OF_VALUES, TRANSFERS, Phase
from transforms.core.errors import TargetError
from transforms.model.resources import RESOURCE_BY_NAME

ANOTHER, THIRD, FOURTH = "another-run", "a-third-run", "a-fourth-run"
FIRST, LAST = 0, -1
METADATA, MARKER = "org units and options", "marker"
OF_METADATA = "^/api/(metadata|organisationUnitGroups|programs)"
OTHERS: dict[str, dict[str, Any]] = {
    METADATA: {"path": OF_METADATA, "method": "POST"},
    MARKER: {"path": "^/api/dataStore", "larger": 0},
}
PHASES = tuple(each for each in Phase if each not in OF_VALUES)
"""Of the story: it sends persons, and no figures."""
REQUESTS = (*PHASES, *OTHERS)


def asked(story: Story, chapter: str, what: str, which: int) -> dict[str, Any]:
    """Return how one request is known: the first or last bundle of a phase, or another one."""
    if what in OTHERS:
        return OTHERS[what]
    staged = [each for each in bundles(story.scheme.job(chapter).run) if each.phase == what]
    return _transfer(staged[which]) if what == Phase.OWNERS else _bundle(staged[which])


def _bundle(bundle: Bundle) -> dict[str, Any]:
    return {"path": "^/api/tracker", "method": "POST", "holds": bundle.body().decode()}


def _transfer(bundle: Bundle) -> dict[str, Any]:
    person = orjson.loads(bundle.body())[TRANSFERS][0]["trackedEntity"]
    return {"path": f"^/api/tracker/ownership.*{re.escape(person)}", "method": "PUT"}


def cases() -> Iterator[object]:
    """Yield chapter, request, and the first or last of its kind; some are quick, and tell most."""
    for what in REQUESTS:
        quick = what in (Phase.PEOPLE, Phase.EVENTS)
        yield pytest.param(CHANGES, what, FIRST, marks=() if quick else pytest.mark.exhaustive)
    for what in (Phase.DELETE_EVENTS, Phase.RELEASE, Phase.EVENTS, Phase.OWNERS):
        yield pytest.param(CHANGES, what, LAST, marks=pytest.mark.exhaustive)
    for what in (Phase.PEOPLE, Phase.EVENTS, MARKER):
        yield pytest.param(FIRST_LOAD, what, FIRST, marks=pytest.mark.exhaustive)


def places_and_codes(story: Story) -> Content:
    """Return the org units and options that DHIS2 has, whoever has written them last.

    Set-up has made them; a run that sets one back writes as another user, and an empty list of
    attribute values comes with it.
    """
    found = held(story.scheme.sandbox)
    return {
        kind: {uid: _without_author(row) for uid, row in found[kind].items()}
        for kind in ("organisationUnits", "options")
    }


def _without_author(row: dict[str, Any]) -> dict[str, Any]:
    written = row if row.get("attributeValues") else {**row, "attributeValues": []}
    return {name: value for name, value in written.items() if name != "lastUpdatedBy"}


@pytest.mark.longer
@pytest.mark.parametrize(("chapter", "what", "which"), [*cases()])
def test_a_run_killed_while_dhis2_was_at_work_leaves_no_trace(
    story: Story, chapter: str, what: str, which: int
) -> None:
    story.begin(chapter, "request")

    goes_on = story.killed_while_asking(chapter, **asked(story, chapter, what, which))
    story.let_dhis2_go_on(goes_on)
    story.scheme.bring(ANOTHER if which == FIRST else chapter)

    story.assert_undisturbed(chapter, f"{chapter}: while DHIS2 does {what}")


@pytest.mark.exhaustive
@pytest.mark.parametrize("what", REQUESTS)
def test_what_dhis2_does_after_the_next_run_has_ended_is_made_good_by_the_one_after_it(
    story: Story, what: str
) -> None:
    story.begin(CHANGES, "request")

    goes_on = story.killed_while_asking(CHANGES, **asked(story, CHANGES, what, FIRST))
    story.scheme.bring(ANOTHER)
    story.let_dhis2_go_on(goes_on)
    story.scheme.bring(THIRD)

    story.assert_undisturbed(CHANGES, f"{CHANGES}: DHIS2 does {what} after the next run")


@pytest.mark.exhaustive
@pytest.mark.parametrize("what", [*PHASES, METADATA])
def test_an_old_request_that_dhis2_does_after_a_newer_one_is_made_good_by_the_runs_after_it(
    story: Story, eve: FirstLoad, what: str
) -> None:
    """A deletion that comes late needs two runs: one is refused, the next has another UID."""
    story.begin(CHANGES, "request")
    before = places_and_codes(story)

    goes_on = story.killed_while_asking(CHANGES, **asked(story, CHANGES, what, FIRST))
    story.restore_openimis()
    story.scheme.bring(ANOTHER)
    story.let_dhis2_go_on(goes_on)
    story.scheme.bring(THIRD)
    story.scheme.bring(FOURTH)

    count_beside_a_first_load(story.scheme, eve, f"DHIS2 does {what} of old after a newer run")
    assert_acknowledged_is_held(story.scheme)
    assert_acknowledged_is_wanted(story.scheme, FOURTH)
    assert_like_a_first_load(story.scheme, eve)
    assert lost_and_double(before, places_and_codes(story))[0] == 0
    before_the_fifth = story.scheme.writes()
    story.scheme.bring("a-fifth-run")
    assert story.scheme.writes() == before_the_fifth


def late_marker(story: Story) -> None:
    """Let DHIS2 write the marker of a run that was killed after that of the run after it."""
    story.begin(CHANGES, "request")
    goes_on = story.killed_while_asking(CHANGES, **OTHERS[MARKER])
    story.restore_openimis()
    story.scheme.bring(ANOTHER)
    story.let_dhis2_go_on(goes_on)


@pytest.mark.large
def test_a_marker_that_dhis2_writes_late_is_written_anew_with_a_warning_and_stops_no_night(
    story: Story,
) -> None:
    scheme = story.scheme
    late_marker(story)

    warnings = [scheme.bring(f"night-{number}") for number in range(3)]

    assert "marker was of load 3" in str(warnings[0])
    assert "carried out late" in str(warnings[0])
    assert warnings[1:] == [None, None]
    assert read_marker_of(story)["counter"] == scheme.current.counter
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_marker_that_dhis2_writes_late_stops_no_run_that_settles_another_one(
    story: Story,
) -> None:
    scheme = story.scheme
    late_marker(story)
    scheme.next_day(seed=4)
    scheme.cut_short(THIRD, Phase.PEOPLE)
    story.write_marker(3, CHANGES)

    scheme.bring("a-fourth-run")

    assert scheme.current.open_run is None
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_dhis2_that_was_restored_to_before_the_last_load_is_not_taken_for_a_late_marker(
    story: Story,
) -> None:
    scheme = story.scheme
    story.begin(CHANGES, "request")
    scheme.bring(CHANGES)
    backup = scheme.moment()
    story.restore_openimis()
    scheme.bring(ANOTHER)
    scheme.restore_dhis2(backup)
    before = scheme.writes()

    for night in (THIRD, "a-fourth-run"):
        with pytest.raises(TargetError, match=r"marker is of load 3, the last one was 4"):
            scheme.bring(night)

    assert scheme.writes() == before


@pytest.mark.large
@pytest.mark.parametrize("what", ["one object less", "a run of another copy of the folder"])
def test_a_marker_of_the_load_before_is_late_only_if_nothing_is_missing_and_the_run_is_ours(
    story: Story, what: str
) -> None:
    scheme = story.scheme
    late_marker(story)
    if what == "one object less":
        change_an_object_of(story, ANOTHER)
    else:
        story.write_marker(3, "a-run-of-another-copy")

    with pytest.raises(TargetError, match=r"marker is of load 3"):
        scheme.bring(THIRD)


def read_marker_of(story: Story) -> dict[str, Any]:
    """Return the marker that DHIS2 has of the scheme."""
    stored = story.scheme.sandbox.state.data_store["openimis-to-dhis2"]
    return dict(stored[str(story.scheme.current.staging_id)])


def change_an_object_of(story: Story, run_id: str) -> None:
    """Let somebody change in DHIS2 the last object that a run has made or changed."""
    scheme = story.scheme
    events = scheme.sandbox.state.tracker.events
    changed = acknowledged(scheme.target, RESOURCE_BY_NAME["claim_events"])
    uids = changed.filter(run=run_id, state="held")["uid"].to_list()
    events[uids[-1]].status = "ACTIVE" if events[uids[-1]].status != "ACTIVE" else "COMPLETED"
