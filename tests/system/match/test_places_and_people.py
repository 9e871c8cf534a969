"""The whole story where both places and people are the ministry's: all that is theirs stays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from staging.links import read_links
from staging.rejects import read_rejects
from tests.support.loader import LOADER_USER
from tests.support.ministry import CLAIMS
from tests.support.national_tree import fill_dhis2, nation
from tests.support.sandbox import running_sandbox
from tests.support.scheme import FEW_QUESTIONS, Moment
from tests.support.their_people import their_uids
from tests.support.whole_ministry import INSURED, PROGRAM, SETTINGS, STAGE, WholeMinistry
from transforms.changes.guards.permissions import Allow
from transforms.model.tables.programs import INSUREE_PROGRAM

MUCH = (Allow.DELETES, Allow.CHANGES, Allow.CREATES, Allow.EMPTIES)
PEOPLE, KNOWN = 12, 5


@dataclass
class Story:
    """A ministry after its first load, to which each test goes back.

    Attributes:
        ministry: The ministry.
        left: Places that are left undecided.
        theirs: What was the ministry's before anything was done, matching included.
        after: What was its after each step up to the first load.
        day_one: Everything after the first load.
    """

    ministry: WholeMinistry
    left: list[str]
    theirs: bytes
    after: dict[str, bytes]
    day_one: Moment


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = nation(60, regions=2, districts=2, wards=1, seed=2)
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        fill_dhis2(sandbox.state, made)
        ministry = WholeMinistry(tmp_path_factory.mktemp("whole"), sandbox, made)
        ministry.allow = MUCH
        ministry.fill(50, PEOPLE, KNOWN)
        theirs, after = ministry.theirs(), {}
        ministry.match()
        left = ministry.decide_all()
        after["matching"] = ministry.theirs()
        ministry.set_up()
        after["set-up"] = ministry.theirs()
        ministry.bring("day-one")
        after["day one"] = ministry.theirs()
        yield Story(ministry, left, theirs, after, ministry.moment())


@pytest.fixture
def ministry(story: Story) -> WholeMinistry:
    story.ministry.country = SETTINGS
    story.ministry.guards, story.ministry.allow = FEW_QUESTIONS, MUCH
    story.ministry.back_to(story.day_one)
    return story.ministry


def test_matching_set_up_and_day_one_write_nothing_of_the_ministrys(story: Story) -> None:
    assert [step for step, read in story.after.items() if read != story.theirs] == []
    for kind in ("users", "userGroups", "dataSets", "optionSets", "events", STAGE):
        assert f'"{kind}"'.encode() in story.theirs


def test_who_is_there_is_enrolled_at_the_ministrys_own_org_units(ministry: WholeMinistry) -> None:
    people = their_uids(ministry.sandbox.tracked_entities())
    linked = ministry.linked()
    theirs = {row["id"] for row in ministry.made.units}

    assert [uid for uid in people if INSUREE_PROGRAM.uid in linked[uid]] == people[:KNOWN]
    assert all(linked[uid] == [PROGRAM] for uid in people[KNOWN:])
    assert {ministry.owner(uid) for uid in people[:KNOWN]} <= theirs
    assert read_links(ministry.target, ministry.current).height == KNOWN
    assert ministry.insured_by_org_unit() == ministry.counted(INSURED)
    assert ministry.claims_by_org_unit() == ministry.counted(CLAIMS)
    assert ministry.look("look").is_empty()


def test_a_day_of_changes_writes_nothing_of_the_ministrys(
    story: Story, ministry: WholeMinistry
) -> None:
    ministry.next_day()

    ministry.bring("day-two")

    assert ministry.theirs() == story.theirs
    assert ministry.look("look").is_empty()


@pytest.mark.longer
def test_a_changed_decision_moves_linked_people_too_and_their_own_program_keeps_them(
    story: Story, ministry: WholeMinistry
) -> None:
    people = their_uids(ministry.sandbox.tracked_entities())[:KNOWN]
    at = ministry.owner(people[0])
    key = next(key for key, row in ministry.rows().items()
               if (row["kind"], row["dhis2_uid"]) == ("district", at))  # fmt: skip
    ministry.decide(key, dhis2_uid=ministry.free_unit())

    ministry.bring("moved")

    assert ministry.owner(people[0]) == ministry.rows()[key]["dhis2_uid"]
    assert ministry.insured_by_org_unit() == ministry.counted(INSURED)
    assert ministry.theirs() == story.theirs
    assert ministry.look("look").is_empty()


@pytest.mark.longer
def test_a_tree_that_drifts_is_told_and_only_what_hangs_on_it_waits(
    story: Story, ministry: WholeMinistry
) -> None:
    closed_at, closed = ministry.busy_facility()
    gone_at, gone = ministry.lonely_facility()
    moved = str(next(row["dhis2_uid"] for row in ministry.rows().values()
                     if row["kind"] == "district"))  # fmt: skip
    ministry.decide(closed_at, when="2025-12-01 10:00", who="Asha")
    ministry.change_unit(closed, closedDate="2025-12-29T00:00:00.000")
    ministry.change_unit(moved, parent={"id": ministry.made.units[0]["id"]}, name="Renamed")
    ministry.delete_unit(gone)
    waiting = {ministry.enter_claim(at, date(2025, 12, 30)): at for at in (closed_at, gone_at)}
    theirs = ministry.theirs()

    told = ministry.bring("drifted") or ""

    for uid in (closed, moved, gone):
        assert uid in told
    rows = read_rejects(ministry.run("drifted")).filter(resource="claim_enrollments").collect()
    reasons = dict(rows.select("id", "reason").iter_rows())
    assert {waiting.get(key): reason for key, reason in reasons.items() if key in waiting} == {
        closed_at: "org_unit_closed", gone_at: "org_unit_not_in_dhis2",
    }  # fmt: skip
    assert ministry.theirs() == theirs


def test_withdraw_takes_all_that_is_ours_and_nothing_of_theirs(
    story: Story, ministry: WholeMinistry
) -> None:
    ministry.withdraw([*MUCH, Allow.BEGIN_AGAIN])

    people = ministry.sandbox.tracked_entities()
    assert len(people) == PEOPLE
    assert all(programs == [PROGRAM] for programs in ministry.linked().values())
    assert ministry.theirs() == story.theirs
    assert ministry.look("look").is_empty()
