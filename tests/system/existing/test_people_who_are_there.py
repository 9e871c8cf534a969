"""People of a ministry whom openIMIS insures: enrolled as they are; nothing of theirs is lost."""

import pytest

from flows.steps.reconcile.explanation import find_object
from staging.links import read_links
from tests.support.their_people import NUMBER, PROGRAM, TheirPeople
from tests.system.existing.conftest import (
    KNOWN,
    MUCH,
    Story,
    links,
    owner_of,
    reasons,
    withdraw,
)
from transforms.changes.guards.permissions import Allow
from transforms.model.tables.insuree import INSUREE_ID
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM

OURS = {INSUREE_PROGRAM.uid, CLAIM_PROGRAM.uid}


def test_who_is_there_is_enrolled_and_nobody_is_made_beside(
    theirs: TheirPeople, story: Story
) -> None:
    linked = theirs.linked()

    for uid in story.people[:KNOWN]:
        assert INSUREE_PROGRAM.uid in linked[uid]
    for uid in story.people[KNOWN:]:
        assert linked[uid] == [PROGRAM]
    numbers = [row["attributes"].get(NUMBER) for row in theirs.sandbox.tracked_entities().values()]
    held = [number for number in numbers if number]
    assert len(held) == len(set(held))
    assert not {*theirs.own_enrollments()} & {*story.people}
    assert links(theirs).keys() == set(story.people[:KNOWN])
    assert theirs.theirs() == story.theirs


def test_our_values_are_written_and_theirs_are_not(theirs: TheirPeople, story: Story) -> None:
    values = theirs.sandbox.tracked_entities()[story.people[0]]["attributes"]

    assert values[INSUREE_ID.uid].lower() == links(theirs)[story.people[0]]
    assert values["TheirLastN1"] == "By another"
    assert theirs.sandbox.state.tracker.tracked_entities[story.people[0]].inactive


@pytest.mark.longer
def test_the_next_night_asks_for_nobody_whom_it_knows(theirs: TheirPeople, story: Story) -> None:
    before = theirs.writes()
    theirs.bring("again")
    assert theirs.writes() == before
    theirs.marry(links(theirs)[story.people[0]])
    seen = len(theirs.sandbox.requests)
    theirs.bring("changed")

    asked = [*theirs.sandbox.requests][seen:]
    assert not [each for each in asked if ":in:" in each["query"].get("filter", "")
                and each["path"] == "/api/tracker/trackedEntities"]  # fmt: skip
    assert theirs.writes() > before
    assert theirs.theirs() == story.theirs


@pytest.mark.longer
@pytest.mark.parametrize("days", [1, pytest.param(3, marks=pytest.mark.large)])
def test_changes_of_openimis_change_nothing_of_theirs(
    theirs: TheirPeople, story: Story, days: int
) -> None:
    for day in range(days):
        theirs.next_day()
        theirs.bring(f"day-{day}")
    theirs.bring("settled")

    assert theirs.theirs() == story.theirs
    assert {*theirs.look("look")["detail"]} <= {"Insurance number"}


def test_withdrawal_takes_back_what_is_ours_and_the_person_stays(
    theirs: TheirPeople, story: Story
) -> None:
    withdraw(theirs)

    people = theirs.sandbox.tracked_entities()
    assert set(people) == set(story.people)
    assert all(programs == [PROGRAM] for programs in theirs.linked().values())
    assert {uid for row in people.values() for uid in row["attributes"]} <= {
        "TheirFirst1", "TheirLastN1", "TheirBorn01", "TheirSex001", NUMBER, "TheirMothe1",
    }  # fmt: skip
    assert theirs.theirs() == story.theirs
    assert read_links(theirs.target, theirs.current).is_empty()


@pytest.mark.large
def test_after_a_withdrawal_they_are_linked_again(theirs: TheirPeople, story: Story) -> None:
    withdraw(theirs)
    theirs.bring("begun-again", allow=(*MUCH, Allow.BEGIN_AGAIN))

    assert links(theirs).keys() == set(story.people[:KNOWN])
    assert theirs.theirs() == story.theirs
    assert theirs.look("look").is_empty()


@pytest.mark.longer
def test_a_person_whom_they_delete_comes_back_as_our_own(theirs: TheirPeople, story: Story) -> None:
    gone, key = story.people[0], links(theirs)[story.people[0]]
    theirs.delete_people([gone])
    kept = theirs.theirs(story.people[1:])
    theirs.marry(key)

    theirs.bring("gone")
    assert reasons(theirs, "gone")[key] == "linked_person_gone"
    theirs.bring("back")

    number = story.numbers[0]
    assert owner_of(theirs, number) not in story.people
    assert theirs.theirs(story.people[1:]) == kept
    assert theirs.look("look").is_empty()


@pytest.mark.longer
def test_a_corrected_number_moves_what_is_ours_to_whom_it_names(
    theirs: TheirPeople, story: Story
) -> None:
    old, new = story.people[0], story.people[KNOWN]
    theirs.correct(story.numbers[0], "NOBODY1")

    told = theirs.bring("corrected") or ""
    assert "1 people have another number now" in told
    theirs.bring("moved")

    linked = theirs.linked()
    assert linked[old] == [PROGRAM]
    assert INSUREE_PROGRAM.uid in linked[new]
    assert INSUREE_ID.uid not in theirs.sandbox.tracked_entities()[old]["attributes"]
    assert theirs.theirs() == story.theirs
    assert theirs.look("look").is_empty()


@pytest.mark.longer
def test_a_number_that_is_corrected_in_dhis2_moves_what_is_ours_only_after_a_repair(
    theirs: TheirPeople, story: Story
) -> None:
    old, new, number = story.people[0], story.people[KNOWN], story.numbers[0]
    theirs.correct_in_dhis2(old, "CORRECTED1")
    theirs.correct_in_dhis2(new, number)
    kept = theirs.theirs()

    theirs.bring("nothing-moves")
    assert theirs.look("look")["detail"].to_list() == ["Insurance number"]
    assert INSUREE_PROGRAM.uid in theirs.linked()[old]

    theirs.look("repair", repair=True)
    for night in ("asks", "moves"):
        theirs.bring(night)

    assert theirs.linked()[old] == [PROGRAM]
    assert INSUREE_PROGRAM.uid in theirs.linked()[new]
    assert links(theirs)[new] == theirs.key_of(number)
    assert theirs.theirs() == kept
    assert theirs.look("after").is_empty()


@pytest.mark.large
def test_who_comes_where_another_was_is_owned_by_its_own_place(
    theirs: TheirPeople, story: Story
) -> None:
    first, place = story.numbers[0], theirs.owner(story.people[0])
    other = next(
        number for number in theirs.numbers()[KNOWN:]
        if theirs.owner(owner_of(theirs, number)) != place
    )  # fmt: skip
    own = theirs.owner(owner_of(theirs, other))
    theirs.correct(first, "NOBODY1")
    theirs.correct(other, first)

    for night in ("corrected", "moves", "comes", "is-owned"):
        theirs.bring(night)

    assert theirs.key_of(first) == links(theirs)[story.people[0]]
    assert theirs.owner(story.people[0]) == own
    assert theirs.look("look").is_empty()
    assert theirs.theirs() == story.theirs


@pytest.mark.longer
def test_a_number_that_nobody_has_there_leaves_the_person_where_it_is(
    theirs: TheirPeople, story: Story
) -> None:
    key = links(theirs)[story.people[0]]
    theirs.correct(story.numbers[0], "999111")

    theirs.bring("corrected")

    assert reasons(theirs, "corrected")[key] == "number_not_found"
    assert INSUREE_PROGRAM.uid in theirs.linked()[story.people[0]]
    assert theirs.theirs() == story.theirs
    found = theirs.look("look")
    assert found["detail"].to_list() == ["Insurance number"]


@pytest.mark.longer
def test_who_is_deleted_and_named_by_a_claim_keeps_the_number_of_the_ministry(
    theirs: TheirPeople, story: Story
) -> None:
    uid = story.people[0]
    theirs.delete_insuree(story.numbers[0])

    theirs.bring("deleted")

    assert INSUREE_PROGRAM.uid not in theirs.linked()[uid]
    assert CLAIM_PROGRAM.uid in theirs.linked()[uid]
    assert theirs.theirs() == story.theirs
    assert theirs.look("look").is_empty()


def test_the_person_is_found_by_either_uid(theirs: TheirPeople, story: Story) -> None:
    shown = find_object(story.people[0], theirs.target, None)

    [row] = shown["In DHIS2 a person of its own"]
    assert (row["in_dhis2"], row["state"]) == (story.people[0], "linked")
    assert shown["Confirmed by DHIS2"]


def test_two_with_one_number_are_not_linked_and_told(theirs: TheirPeople, story: Story) -> None:
    with theirs.sandbox.state.lock:
        theirs.sandbox.state.metadata["trackedEntityAttributes"][NUMBER]["unique"] = False
        theirs.sandbox.state.metadata_changed()
    theirs.register(["DOUBLE1", "DOUBLE1"], first=90)
    own = theirs.numbers()[KNOWN]
    key = theirs.key_of(own)
    theirs.correct(own, "DOUBLE1")

    theirs.bring("two")

    assert reasons(theirs, "two")[key] == "number_of_several_people"
    assert theirs.linked()["TheirPat090"] == theirs.linked()["TheirPat091"] == [PROGRAM]


def test_two_insurees_with_one_number_are_not_linked_and_told(
    theirs: TheirPeople, story: Story
) -> None:
    one, other = theirs.numbers()[KNOWN : KNOWN + 2]
    keys = [theirs.key_of(number) for number in (one, other)]
    theirs.correct(one, "NOBODY1")
    theirs.correct(other, "NOBODY1")

    theirs.bring("two")

    assert [reasons(theirs, "two")[key] for key in keys] == ["insurance_number_double"] * 2
    assert theirs.linked()[story.people[KNOWN]] == [PROGRAM]
    assert theirs.theirs() == story.theirs
