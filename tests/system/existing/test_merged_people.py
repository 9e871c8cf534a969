"""The ministry merges people of whom one is insured: what is ours goes along, and stays ours."""

import pytest

from tests.support.their_people import NUMBER, PROGRAM, TheirPeople
from tests.system.existing.conftest import KNOWN, Story, links, reasons, withdraw
from transforms.model.tables.insuree import INSUREE_ID
from transforms.model.tables.programs import INSUREE_PROGRAM

pytestmark = pytest.mark.longer


def merge(theirs: TheirPeople, story: Story) -> tuple[str, str]:
    """Let the ministry merge a person who is insured into one who is not; return both."""
    old, into = story.people[0], story.people[KNOWN]
    theirs.leave_program(into)
    theirs.merge(old, into)
    return old, into


def merge_our_own(theirs: TheirPeople, into: str) -> str:
    """Let the ministry merge a person of our own into one of its own; return the person's key."""
    key = theirs.key_of(theirs.numbers()[KNOWN])
    [own] = [
        uid
        for uid, row in theirs.sandbox.tracked_entities().items()
        if (row["attributes"].get(INSUREE_ID.uid) or "").lower() == key
    ]
    theirs.merge(own, into)
    return key


def number_of(theirs: TheirPeople, uid: str) -> str:
    return str(theirs.sandbox.tracked_entities()[uid]["attributes"][NUMBER])


def test_a_person_who_is_merged_into_another_is_followed(theirs: TheirPeople, story: Story) -> None:
    before = {*theirs.own_enrollments()}
    old, into = merge(theirs, story)
    kept = theirs.theirs(story.people[1:])
    theirs.marry(links(theirs)[old])

    told = theirs.bring("merged") or ""

    assert "1 people were merged into others" in told
    assert links(theirs).keys() == {into, *story.people[1:KNOWN]}
    assert INSUREE_PROGRAM.uid in theirs.linked()[into]
    assert {*theirs.own_enrollments()} == before
    assert theirs.theirs(story.people[1:]) == kept
    assert theirs.look("look")["detail"].to_list() == ["Insurance number"]


def test_a_person_of_our_own_who_is_merged_into_one_of_theirs_is_followed(
    theirs: TheirPeople, story: Story
) -> None:
    before = {*theirs.own_enrollments()}
    into = story.people[KNOWN]
    key, kept = merge_our_own(theirs, into), theirs.theirs()
    theirs.marry(key)

    told = theirs.bring("merged") or ""

    assert "1 people were merged into others" in told
    assert links(theirs)[into] == key
    assert {*theirs.own_enrollments()} == before
    assert reasons(theirs, "merged") == {}
    assert theirs.theirs() == kept
    assert theirs.look("look")["detail"].to_list() == ["Insurance number"]


def test_who_is_merged_is_found_by_a_reconciliation_too_and_a_repair_takes_nothing_away(
    theirs: TheirPeople, story: Story
) -> None:
    before = {*theirs.own_enrollments()}
    old, into = merge(theirs, story)
    key, kept = links(theirs)[old], theirs.theirs(story.people[1:])

    assert theirs.look("repair", repair=True)["detail"].to_list() == ["Insurance number"]
    assert links(theirs)[into] == key
    theirs.bring("repaired")

    assert reasons(theirs, "repaired")[key] == "number_not_found"
    assert {*theirs.own_enrollments()} == before
    assert theirs.theirs(story.people[1:]) == kept


def test_who_is_merged_into_whom_the_corrected_number_names_stays_there(
    theirs: TheirPeople, story: Story
) -> None:
    old, into = merge(theirs, story)
    key, kept = links(theirs)[old], theirs.theirs(story.people[1:])
    theirs.correct(story.numbers[0], number_of(theirs, into))

    told = theirs.bring("corrected") or ""

    assert "have another number now" not in told
    assert links(theirs)[into] == key
    assert theirs.look("look").is_empty()
    assert theirs.theirs(story.people[1:]) == kept


def test_withdrawal_takes_back_what_is_ours_of_whom_it_was_merged_into(
    theirs: TheirPeople, story: Story
) -> None:
    _, into = merge(theirs, story)
    other = story.people[KNOWN + 1]
    merge_our_own(theirs, other)

    withdraw(theirs)

    people = theirs.sandbox.tracked_entities()
    assert not theirs.own_enrollments()
    for uid in (into, other):
        assert INSUREE_ID.uid not in people[uid]["attributes"]
    assert theirs.linked()[other] == [PROGRAM]
