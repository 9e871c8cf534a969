"""Our programs on a ministry's own tracked entity type, attributes and options."""

import pytest

from tests.support.their_people import (
    COUNTRY,
    FIRST,
    GROUP,
    MOTHER,
    NUMBER,
    SEX,
    SEXES,
    TYPE,
    WORDS,
    TheirPeople,
    their_uids,
)
from tests.system.existing.conftest import Story
from transforms.core.errors import StagingError, TargetError
from transforms.model.tables.insuree import FIRST_NAME, INSUREE_ID
from transforms.model.tables.insuree import SEX as OUR_SEX
from transforms.model.tables.option_sets import GENDER
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, PERSON_TYPE
from transforms.openimis.tables.places import HOSPITAL


@pytest.mark.longer
def test_set_up_makes_our_programs_on_their_type_and_nothing_in_place_of_theirs(
    theirs: TheirPeople, story: Story
) -> None:
    programs = theirs.sandbox.metadata("programs")

    for ours in (INSUREE_PROGRAM, CLAIM_PROGRAM):
        assert programs[ours.uid]["trackedEntityType"] == {"id": TYPE}
    attributes = {
        link["trackedEntityAttribute"]["id"]
        for link in programs[INSUREE_PROGRAM.uid]["programTrackedEntityAttributes"]
    }
    assert {FIRST, SEX, NUMBER, INSUREE_ID.uid} <= attributes
    made = {
        uid
        for kind in ("trackedEntityTypes", "trackedEntityAttributes", "optionSets",
                     "organisationUnitGroups")
        for uid in theirs.sandbox.metadata(kind)
    }  # fmt: skip
    assert not made & {PERSON_TYPE, FIRST_NAME.uid, OUR_SEX.uid, GENDER.uid, HOSPITAL.uid}
    assert theirs.theirs() == story.theirs


@pytest.mark.longer
def test_figures_compare_with_their_codes(theirs: TheirPeople) -> None:
    figures = theirs.sandbox.metadata("programIndicators").values()
    by_sex = [each["filter"] for each in figures if f"A{{{SEX}}}" in each.get("filter", "")]

    assert {word for each in by_sex for word in WORDS.values() if f"'{word}'" in each} == {
        *WORDS.values()
    }
    assert not any("'F'" in each or "'M'" in each for each in by_sex)


def test_people_are_of_their_type_with_their_attributes_and_codes(theirs: TheirPeople) -> None:
    people = theirs.sandbox.tracked_entities()
    ours = {uid: row for uid, row in people.items() if uid not in their_uids(people)}

    assert {row["trackedEntityType"] for row in ours.values()} == {TYPE}
    assert {row["attributes"].get(SEX) for row in ours.values()} <= {*WORDS.values(), None}
    named = [row["attributes"] for row in ours.values() if NUMBER in row["attributes"]]
    assert len(named) > 10
    assert all(FIRST in each and MOTHER not in each for each in named)


@pytest.mark.longer
def test_a_set_of_options_and_a_group_of_theirs_stay_as_they_are(
    theirs: TheirPeople, story: Story
) -> None:
    theirs.next_day()
    theirs.set_up()
    theirs.bring("day-two")

    assert len(theirs.sandbox.metadata("optionSets")[SEXES]["options"]) == 2
    assert len(theirs.sandbox.metadata("organisationUnitGroups")[GROUP]["organisationUnits"]) == 1
    assert theirs.theirs() == story.theirs


def test_what_dhis2_holds_is_what_it_has_confirmed(theirs: TheirPeople) -> None:
    assert theirs.look("look").is_empty()


def test_other_things_than_those_of_the_last_load_are_refused(theirs: TheirPeople) -> None:
    theirs.country = COUNTRY.replace(f'"First name" = "{FIRST}"', f'"First name" = "{MOTHER}"')
    before = theirs.writes()

    with pytest.raises(StagingError, match=f"{FIRST} → {MOTHER}.*withdraw with it"):
        theirs.bring("other")
    assert theirs.writes() == before


def test_what_does_not_fit_is_refused_before_anything_is_written(theirs: TheirPeople) -> None:
    with theirs.sandbox.state.lock:
        theirs.sandbox.state.metadata["trackedEntityAttributes"][NUMBER]["generated"] = True
        theirs.sandbox.state.metadata_changed()
    theirs.next_day()
    before = theirs.writes()

    with pytest.raises(TargetError, match=f"attribute {NUMBER}.*gets its values from DHIS2"):
        theirs.bring("day-two")
    with pytest.raises(TargetError, match=f"attribute {NUMBER}.*gets its values from DHIS2"):
        theirs.set_up()
    assert theirs.writes() == before
