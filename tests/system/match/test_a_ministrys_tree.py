"""The whole story in a DHIS2 that was there first: its tree and its program stay as they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from flows.steps.load.population_figures import read_places, write_figures
from staging.rejects import read_rejects
from tests.support.loader import LOADER_USER
from tests.support.ministry import CLAIMS, GROUP, PEOPLE, SETTINGS, Ministry, their_uids
from tests.support.national_tree import ROOT, fill_dhis2, nation
from tests.support.sandbox import running_sandbox
from tests.support.scheme import FEW_QUESTIONS, Moment
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import StagingError, TargetError
from transforms.model.tables.calendars import CALENDARS
from transforms.model.tables.claim import CLAIM_PLACE
from transforms.model.tables.insuree import PLACE
from transforms.model.tables.programs import INSUREE_PROGRAM

MUCH = (Allow.DELETES, Allow.CHANGES, Allow.CREATES)


@dataclass
class Story:
    """A ministry after its first load, to which each test goes back."""

    ministry: Ministry
    left: list[str]
    theirs: bytes
    day_one: Moment


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = nation(60, regions=2, districts=2, wards=1, seed=2)
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        fill_dhis2(sandbox.state, made)
        ministry = Ministry(tmp_path_factory.mktemp("ministry"), sandbox, made)
        ministry.allow = MUCH
        ministry.fill(50)
        ministry.match()
        left = ministry.decide_all()
        theirs = ministry.theirs()
        ministry.set_up()
        ministry.bring("day-one")
        yield Story(ministry, left, theirs, ministry.moment())


@pytest.fixture
def ministry(story: Story) -> Ministry:
    story.ministry.country = SETTINGS
    story.ministry.guards, story.ministry.allow = FEW_QUESTIONS, MUCH
    story.ministry.back_to(story.day_one)
    return story.ministry


def reasons(ministry: Ministry, run_id: str, resource: str = "claim_enrollments") -> dict[str, str]:
    """Id of openIMIS's row to why it waits."""
    rows = read_rejects(ministry.run(run_id)).filter(resource=resource).collect()
    return dict(rows.select("id", "reason").iter_rows())


def test_set_up_and_day_one_write_nothing_of_the_ministrys(story: Story) -> None:
    story.ministry.back_to(story.day_one)

    assert story.ministry.theirs() == story.theirs


def test_people_and_claims_are_where_the_decisions_say(ministry: Ministry) -> None:
    assert ministry.people_by_org_unit() == ministry.counted(PEOPLE)
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)


def test_a_place_that_dhis2_has_no_level_for_is_kept_as_a_value(ministry: Ministry) -> None:
    villages = {
        f"{row['code']} {row['name']}" for row in ministry.made.places if row["kind"] == "village"
    }
    facilities = {
        f"{row['code']} {row['name']}" for row in ministry.made.places if row["kind"] == "facility"
    }
    people = [
        row["attributes"].get(PLACE.uid)
        for uid, row in ministry.sandbox.tracked_entities().items()
        if uid not in their_uids()
    ]
    claims = {row["dataValues"].get(CLAIM_PLACE.uid) for row in ministry.sandbox.events().values()}

    assert set(people) <= villages
    assert claims - {None} <= facilities
    assert len(claims) > 5


def test_what_lies_at_an_undecided_or_unmatched_facility_waits_with_its_reason(
    story: Story, ministry: Ministry
) -> None:
    places = reasons(ministry, "day-one", "org_units")
    claims = reasons(ministry, "day-one")

    assert {places[key] for key in story.left} == {"place_to_decide"}
    none = {key for key, row in ministry.rows().items() if row["decision"] == "none"}
    facilities = {row["key"] for row in ministry.made.places if row["kind"] == "facility"}
    assert {places[key] for key in none & facilities} == {"place_without_org_unit"}
    assert set(claims.values()) <= {"place_to_decide", "place_without_org_unit"}
    assert claims


def test_the_same_again_posts_nothing(ministry: Ministry) -> None:
    before = ministry.writes()

    ministry.bring("again")

    assert ministry.writes() == before


@pytest.mark.longer
def test_a_decision_that_is_made_lets_in_what_waited(story: Story, ministry: Ministry) -> None:
    for key in story.left:
        ministry.decide(key, decision="accepted", dhis2_uid=ministry.free_unit(), who="Asha")

    ministry.bring("decided")

    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)
    assert not set(story.left) & reasons(ministry, "decided", "org_units").keys()
    assert ministry.theirs() == story.theirs


@pytest.mark.longer
def test_a_changed_decision_moves_claims_and_keeps_their_uids(
    story: Story, ministry: Ministry
) -> None:
    before = (ministry.sandbox.enrollments().keys(), ministry.sandbox.events().keys())
    key, old = ministry.busy_facility()
    new = ministry.free_unit()
    ministry.decide(key, dhis2_uid=new)

    ministry.bring("moved")

    assert old not in ministry.claims_by_org_unit()
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)
    assert (ministry.sandbox.enrollments().keys(), ministry.sandbox.events().keys()) == before
    assert ministry.theirs() == story.theirs
    assert ministry.look("look").is_empty()


def groups_of_ours(ministry: Ministry, uid: str) -> set[str]:
    """Names of the groups of ours that an org unit is in."""
    groups = ministry.sandbox.metadata("organisationUnitGroups").values()
    return {
        row["name"]
        for row in groups
        if row["id"] != GROUP and {"id": uid} in (row.get("organisationUnits") or [])
    }


@pytest.mark.longer
@pytest.mark.parametrize("decision", ["accepted", "none"])
def test_an_org_unit_that_its_place_has_left_leaves_our_groups(
    story: Story, ministry: Ministry, decision: str
) -> None:
    key, old = ministry.busy_facility()
    new = ministry.free_unit() if decision == "accepted" else None
    before = groups_of_ours(ministry, old)
    ministry.decide(key, decision=decision, dhis2_uid=new, who="Asha")

    ministry.bring("left")

    assert before
    assert groups_of_ours(ministry, old) == set()
    assert new is None or groups_of_ours(ministry, new) == before
    assert ministry.theirs() == story.theirs

    writes = ministry.writes()
    ministry.bring("again")
    assert ministry.writes() == writes


@pytest.mark.longer
def test_what_is_in_a_group_for_another_place_too_stays_there(
    story: Story, ministry: Ministry
) -> None:
    key, old = ministry.busy_facility()
    district = str(ministry.made.units[1]["id"])
    groups = groups_of_ours(ministry, district)
    ministry.decide(key, dhis2_uid=district)
    ministry.bring("at-a-region")
    with_both = groups_of_ours(ministry, district)

    ministry.decide(key, dhis2_uid=old)
    ministry.bring("back")

    assert groups_of_ours(ministry, district) == groups
    assert with_both >= groups
    assert groups_of_ours(ministry, old)


@pytest.mark.longer
def test_a_changed_decision_on_a_district_moves_people_and_their_owners(
    story: Story, ministry: Ministry
) -> None:
    people = ministry.people_by_org_unit()
    [key, *_] = [
        key
        for key, row in ministry.rows().items()
        if row["kind"] == "district" and row["dhis2_uid"] in people
    ]
    new = ministry.free_unit()
    ministry.decide(key, dhis2_uid=new)

    ministry.bring("moved")

    assert new in ministry.people_by_org_unit()
    assert ministry.people_by_org_unit() == ministry.counted(PEOPLE)
    moved = [row for row in ministry.sandbox.tracked_entities().values() if row["orgUnit"] == new]
    enrolled = [row["owners"].get(INSUREE_PROGRAM.uid) for row in moved]
    assert set(enrolled) <= {new, None}
    assert new in enrolled
    assert ministry.theirs() == story.theirs


@pytest.mark.longer
def test_many_moves_wait_for_a_permission(ministry: Ministry) -> None:
    ministry.guards = ministry.guards.model_copy(update={"change_count": 1})
    ministry.allow = (Allow.DELETES,)
    held = ministry.people_by_org_unit()
    for key, row in ministry.rows().items():
        if row["kind"] == "district":
            ministry.decide(key, dhis2_uid=ROOT)

    ministry.bring("held-back")
    assert ministry.people_by_org_unit() == held

    ministry.allow = MUCH
    ministry.bring("permitted")
    assert set(ministry.people_by_org_unit()) == {ROOT}


@pytest.mark.longer
def test_a_day_of_changes_writes_nothing_of_the_ministrys(story: Story, ministry: Ministry) -> None:
    ministry.next_day()

    ministry.bring("day-two")

    assert ministry.theirs() == story.theirs
    assert ministry.look("look").is_empty()


def test_the_run_tells_of_a_tree_that_drifts_and_nothing_waits_for_a_name(
    ministry: Ministry,
) -> None:
    key, renamed = ministry.busy_facility()
    ministry.change_unit(renamed, name="A new name")
    moved = next(row["dhis2_uid"] for row in ministry.rows().values() if row["kind"] == "district")
    ministry.change_unit(str(moved), parent={"id": ROOT})
    new = ministry.enter_claim(key, date(2025, 12, 30))

    told = ministry.bring("drifted") or ""

    assert f"({renamed}) have another name" in told
    assert f"({moved}) lie below another org unit" in told
    assert new not in reasons(ministry, "drifted")


@pytest.mark.longer
def test_what_comes_after_the_closing_day_waits_until_it_is_decided_again(
    story: Story, ministry: Ministry
) -> None:
    key, closed = ministry.busy_facility()
    ministry.change_unit(closed, closedDate="2025-12-29T00:00:00.000")
    ministry.decide(key, when="2025-12-01 10:00", who="Asha")
    new = ministry.enter_claim(key, date(2025, 12, 30))

    told = ministry.bring("closed") or ""
    assert "are closed in DHIS2" in told
    assert closed in told
    assert reasons(ministry, "closed")[new] == "org_unit_closed"

    ministry.decide(key, when="2026-01-02 10:00", who="Juma")
    ministry.bring("decided-again")
    assert new not in reasons(ministry, "decided-again")
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)


def test_only_what_lies_at_a_deleted_org_unit_waits(story: Story, ministry: Ministry) -> None:
    key, gone = ministry.busy_facility()
    ministry.delete_unit(gone)
    new = ministry.enter_claim(key, date(2025, 12, 30))

    told = ministry.bring("gone") or ""

    assert f"({gone}) are not in DHIS2 any more" in told
    assert reasons(ministry, "gone")[new] == "org_unit_not_in_dhis2"
    assert gone not in ministry.sandbox.metadata("organisationUnits")
    assert set(reasons(ministry, "gone").values()) <= {
        "org_unit_not_in_dhis2", "place_to_decide", "place_without_org_unit",
    }  # fmt: skip


@pytest.mark.longer
def test_what_dhis2_has_moved_with_a_merged_org_unit_is_ours_there_once_a_person_says_so(
    story: Story, ministry: Ministry
) -> None:
    key, source = ministry.busy_facility()
    target = ministry.free_unit()
    before = (ministry.sandbox.enrollments().keys(), ministry.sandbox.events().keys())
    ministry.merge_units(source, target)
    theirs = ministry.theirs()

    told = ministry.bring("merged") or ""
    assert f"({source}) are not in DHIS2 any more" in told
    ministry.decide(key, dhis2_uid=target, who="Asha")
    ministry.bring("decided")

    assert target in ministry.claims_by_org_unit()
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)
    assert (ministry.sandbox.enrollments().keys(), ministry.sandbox.events().keys()) == before
    assert ministry.look("look").is_empty()
    assert ministry.theirs() == theirs
    writes = ministry.writes()
    ministry.bring("again")
    assert ministry.writes() == writes


@pytest.mark.longer
def test_unmatched_facilities_go_to_their_district_if_the_country_says_so(
    story: Story, ministry: Ministry
) -> None:
    ministry.country = SETTINGS.replace(
        "[waiting]", '[match.unmatched]\nfacility = "district"\n[waiting]'
    )
    facility, _ = ministry.busy_facility()
    ministry.decide(facility, decision="none", dhis2_uid=None, who="Asha")

    ministry.bring("above")

    found = reasons(ministry, "above", "org_units")
    assert set(found) == set(story.left)
    districts = {row["dhis2_uid"] for row in ministry.rows().values() if row["kind"] == "district"}
    assert districts & set(ministry.claims_by_org_unit())
    assert ministry.theirs() == story.theirs


@pytest.mark.longer
def test_unmatched_facilities_are_made_only_where_a_person_says_that_there_is_none(
    story: Story, ministry: Ministry
) -> None:
    ministry.country = SETTINGS.replace(
        "[waiting]", '[match.unmatched]\nfacility = "create"\n[waiting]'
    )
    none = [
        key
        for key, row in ministry.rows().items()
        if row["decision"] == "none" and row["kind"] == "facility"
    ]
    parents = {row["key"]: ministry.rows()[row["parent_key"]] for row in ministry.made.places
               if row["kind"] == "facility"}  # fmt: skip
    ministry.decide(none[0], who="Asha")
    unsaid = [key for key in none if ministry.rows()[key]["who"] is None]

    ministry.set_up()
    ministry.bring("made")

    theirs = {row["id"] for row in ministry.made.units}
    units = ministry.sandbox.metadata("organisationUnits")
    ours = {row["code"]: row for uid, row in units.items() if uid not in theirs}
    assert none[0] in ours
    assert not set(unsaid) & set(ours)
    assert ours[none[0]]["parent"]["id"] == parents[none[0]]["dhis2_uid"]
    assert ministry.theirs() == story.theirs


def test_figures_of_the_population_are_of_the_ministrys_org_units(
    story: Story, ministry: Ministry
) -> None:
    districts = [row for row in ministry.made.places if row["kind"] == "district"]
    rows = pl.DataFrame(
        {"code": [each["code"] for each in districts], "year": "2025", "population": "1000"}
    )
    with ministry.job("any").client() as client:
        places = read_places(ministry.target, None, ministry.settings)
        done = write_figures(client, CALENDARS["iso8601"], ministry.settings, rows, places)

    assert (done.written, len(done.rejects)) == (len(districts), 0)
    assert ministry.theirs() == story.theirs


def test_withdraw_takes_all_that_is_ours_and_nothing_of_theirs(
    story: Story, ministry: Ministry
) -> None:
    ministry.withdraw(MUCH)

    assert set(ministry.sandbox.tracked_entities()) == their_uids()
    assert ministry.theirs() == story.theirs


@pytest.mark.longer
def test_withdraw_takes_also_what_lies_at_an_org_unit_that_is_closed(ministry: Ministry) -> None:
    key, closed = ministry.busy_facility()
    ministry.change_unit(closed, closedDate="2020-01-01T00:00:00.000")
    ministry.decide(key, when="2019-12-31 10:00", who="Asha")
    theirs = ministry.theirs()

    ministry.withdraw(MUCH)

    assert set(ministry.sandbox.tracked_entities()) == their_uids()
    assert ministry.theirs() == theirs
    assert ministry.look("look").is_empty()


def test_without_a_file_of_matches_nothing_is_set_up_or_compared(ministry: Ministry) -> None:
    ministry.target.matches.unlink()

    with pytest.raises(StagingError, match="there is no file of matches"):
        ministry.set_up()
    with pytest.raises(StagingError, match="there is no file of matches"):
        ministry.bring("without")


def test_set_up_makes_no_root_in_another_tree(ministry: Ministry) -> None:
    ministry.country = SETTINGS.replace(ROOT, "AnotherRoot")

    with pytest.raises(TargetError, match="no org unit AnotherRoot"):
        ministry.set_up()
