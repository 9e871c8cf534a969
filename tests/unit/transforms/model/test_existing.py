"""What of DHIS2's own a country uses in place of ours."""

import tomllib

import polars as pl
import pytest

from tests.support.their_people import (
    BORN,
    COUNTRY,
    FIRST,
    GROUP,
    NUMBER,
    SEX,
    SEXES,
    TYPE,
    WORDS,
)
from tests.system.set_up.a_country import GENDERS, a_country, choices
from transforms.core.errors import CountryError
from transforms.model.existing import in_use, pushed_options, with_words
from transforms.model.tables.insuree import DATE_OF_BIRTH, FIRST_NAME, INSURANCE_NUMBER
from transforms.model.tables.insuree import SEX as OURS
from transforms.model.tables.option_sets import GENDER
from transforms.model.tables.programs import INSUREE_PROGRAM, PERSON_TYPE
from transforms.openimis.country import Country, country_of
from transforms.openimis.tables.places import HOSPITAL
from transforms.package.metadata import package


def said(**changed: object) -> Country:
    content = tomllib.loads(COUNTRY)
    content["existing"] |= changed
    return country_of(content, "country.toml")


def test_what_the_country_names_stands_in_place_of_ours() -> None:
    assert in_use(said()).renaming.theirs == {
        PERSON_TYPE: TYPE, FIRST_NAME.uid: FIRST, DATE_OF_BIRTH.uid: BORN, OURS.uid: SEX,
        INSURANCE_NUMBER.uid: NUMBER, GENDER.uid: SEXES, HOSPITAL.uid: GROUP,
        "BRGgPOilUtC": "TheirLastN1",
    }  # fmt: skip


def test_a_country_that_says_nothing_uses_nothing() -> None:
    used = in_use(a_country())

    assert not used.renaming
    assert used.identifier is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"attributes": {"Name": FIRST}}, "existing.attributes: found 'Name'; allowed are CHFID,"),
        ({"option_sets": {"Sex": SEXES}}, "existing.option_sets: found 'Sex'; allowed are "),
        ({"values": {"ICD": {"A": "B"}}}, "existing.values: found 'ICD'; allowed are Gender."),
        ({"org_unit_groups": {"level": {}}}, "existing.org_unit_groups: found 'level'; allowed"),
        ({"identifier": "First"}, "existing.identifier: found 'First'; allowed are First name,"),
        ({"tracked_entity_type": None}, "found 'link' without existing.tracked_entity_type"),
        ({"attributes": {"First name": FIRST, "Last name": FIRST, "Insurance number": NUMBER}},
         f"existing: {FIRST} stands for two things"),
        ({"option_sets": {}, "values": {}}, "'Gender' is a value of the option set 'Gender'; name"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_what_is_allowed(
    changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(CountryError) as refused:
        in_use(said(**changed), "country.toml")

    assert "country.toml says what cannot be: " in str(refused.value)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("treatment", ["drop", "pseudonym"])
def test_nobody_is_known_by_a_number_that_is_not_sent(treatment: str) -> None:
    content = tomllib.loads(COUNTRY)
    content["privacy"]["Insurance number"] = treatment

    with pytest.raises(CountryError, match=f"privacy: {treatment}.*nobody's number in DHIS2"):
        in_use(country_of(content, "country.toml"))


def test_codes_are_those_of_dhis2_and_others_are_left_out_with_a_note() -> None:
    rows = pl.LazyFrame({OURS.key: ["F", "M", "O", None], "notes": [[], [], [], []]})

    found = with_words(rows, (OURS,), in_use(said())).collect()

    assert found[OURS.key].to_list() == [*WORDS.values(), None, None]
    assert found["notes"].to_list() == [[], [], ["gender_without_word"], []]


def test_no_option_of_a_set_of_theirs_is_pushed() -> None:
    options = pl.LazyFrame({"optionSet": [GENDER.uid, "Sd4u2gQx36n"]})

    assert pushed_options(options, in_use(said())).collect()["optionSet"].to_list() == [
        "Sd4u2gQx36n"
    ]


def test_the_package_has_nothing_of_theirs_and_figures_in_their_words() -> None:
    made = package(choices(tblGender=GENDERS), said())
    ours = {thing["id"] for things in made.values() for thing in things}

    assert not ours & in_use(said()).renaming.theirs.keys()
    assert "trackedEntityTypes" not in made
    program = next(each for each in made["programs"] if each["id"] == INSUREE_PROGRAM.uid)
    assert program["trackedEntityType"] == {"id": PERSON_TYPE}
    filters = [each["filter"] for each in made["programIndicators"] if OURS.uid in each["filter"]]
    assert any(f"A{{{OURS.uid}}} == 'Female'" in each for each in filters)
    assert not any("'F'" in each for each in filters)


def test_the_package_of_a_country_that_says_nothing_is_that_of_before() -> None:
    options = choices(tblGender=GENDERS)
    whole, made = package(options, a_country()), package(options, said())

    assert [thing["id"] for thing in whole["trackedEntityTypes"]] == [PERSON_TYPE]
    assert len(whole["trackedEntityAttributes"]) == len(made["trackedEntityAttributes"]) + 5
