"""What DHIS2 had before us is judged before it stands in place of ours."""

import tomllib
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from tests.support.their_people import COUNTRY, MOTHER, NUMBER, SEX, SEXES, TYPE
from tests.system.set_up.a_country import GENDERS, choices
from transforms.changes.guards.existing import (
    FoundExisting,
    existing_faults,
    existing_notes,
    refuse_existing,
)
from transforms.core.errors import TargetError
from transforms.model.existing import ATTRIBUTES, in_use
from transforms.model.tables.insuree import DATE_OF_BIRTH, INSURANCE_NUMBER
from transforms.model.tables.insuree import SEX as OURS
from transforms.model.tables.option_sets import GENDER
from transforms.model.tables.programs import PERSON_TYPE
from transforms.openimis.country import Country, country_of
from transforms.openimis.tables.places import HOSPITAL

SHOWN = [{"mandatory": False, "trackedEntityAttribute": {"id": INSURANCE_NUMBER.uid}}]
PATTERN = "ORG_UNIT_CODE(...) + RANDOM(####)"
FIT = FoundExisting(
    types={
        PERSON_TYPE: {"id": PERSON_TYPE, "name": "Person", "trackedEntityTypeAttributes": SHOWN}
    },
    attributes={
        each.uid: {"id": each.uid, "name": f"Their {each.name}", "valueType": "TEXT"}
        | ({"valueType": "DATE"} if each is DATE_OF_BIRTH else {})
        | ({"optionSet": {"id": GENDER.uid}} if each is OURS else {})
        | ({"unique": True} if each is INSURANCE_NUMBER else {})
        for each in ATTRIBUTES.values()
        if each.uid in in_use(country_of(tomllib.loads(COUNTRY), "")).renaming.theirs
    },
    option_sets={GENDER.uid: {"name": "Sex", "options": [{"code": "Female"}, {"code": "Male"}]}},
    groups={HOSPITAL.uid: {"id": HOSPITAL.uid}},
    is_open={PERSON_TYPE: True},
)  # fmt: skip


def said(**changed: object) -> Country:
    content = tomllib.loads(COUNTRY)
    content["existing"] |= changed
    return country_of(content, "country.toml")


def found(*, of: str, uid: str, **values: Any) -> FoundExisting:
    """What is fit, but for something of an object."""
    other = deepcopy(FIT)
    other.__getattribute__(of)[uid].update(values)
    return other


def test_what_fits_is_used() -> None:
    assert not [*existing_faults(FIT, said())]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (FoundExisting(attributes=FIT.attributes, option_sets=FIT.option_sets, groups=FIT.groups),
         f"The tracked entity type {TYPE} is not in DHIS2, or hidden from the user: name another"),
        (replace(FIT, groups={}),
         "The org unit group TheirHospi1 is not in DHIS2"),
        (replace(FIT, is_open={PERSON_TYPE: False}),
         f"type {TYPE} does not let the user read and write data"),
        (found(of="attributes", uid=DATE_OF_BIRTH.uid, valueType="NUMBER"),
         "used for 'Date of birth', is of type NUMBER, and not of AGE or DATE"),
        (found(of="attributes", uid=OURS.uid, optionSet={"id": "OtherOption"}),
         f"has the option set OtherOption, and existing.option_sets says {SEXES}"),
        (found(of="attributes", uid=INSURANCE_NUMBER.uid, generated=True, pattern=PATTERN),
         f"gets its values from DHIS2 ({PATTERN})"),
        (found(of="attributes", uid=OURS.uid, unique=True),
         f"The attribute {SEX} (Their Gender), used for 'Gender', is unique"),
        (found(of="types", uid=PERSON_TYPE, trackedEntityTypeAttributes=[]),
         f"The attribute {NUMBER}, by which people are to be known, is none of the tracked"),
        (found(of="types", uid=PERSON_TYPE, trackedEntityTypeAttributes=[
            *SHOWN, {"mandatory": True, "trackedEntityAttribute": {"id": MOTHER}}]),
         f"demands a value of the attribute {MOTHER} of each person, and none is sent"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_own_uid_with_the_mend(
    given: FoundExisting, sentence: str
) -> None:
    with pytest.raises(TargetError) as refused:
        refuse_existing(given, said())

    assert sentence in str(refused.value)
    assert "in the section existing of the country file" in str(refused.value)
    assert str(refused.value).endswith("Nothing was written.")


def test_a_unique_attribute_is_refused_where_people_are_made_beside() -> None:
    [fault] = existing_faults(FIT, said(people="separate"))

    assert "is unique: DHIS2 would refuse whoever has a value that somebody has already" in str(
        fault
    )
    assert 'people = "link"' in str(fault)


def test_what_is_demanded_and_sent_is_used_and_told() -> None:
    demands = [{"mandatory": True, "trackedEntityAttribute": {"id": INSURANCE_NUMBER.uid}}]
    given = found(of="types", uid=PERSON_TYPE, trackedEntityTypeAttributes=demands)

    assert not [*existing_faults(given, said())]
    notes = " ".join(existing_notes(given, said(), choices()))
    assert (
        f"DHIS2 demands a value of {NUMBER} of each person: whoever has none is a reject" in notes
    )


def test_the_plan_says_what_is_used_and_which_codes_are_not_there() -> None:
    given = found(of="option_sets", uid=GENDER.uid, options=[{"code": "Female"}])
    notes = [*existing_notes(given, said(), choices(tblGender=GENDERS))]

    used = f"In place of ours: tracked entity type {TYPE} 'Person' of DHIS2; nothing of it changes."
    assert used in notes
    assert any(
        "1 of the 2 codes that openIMIS has for Gender are not in DHIS2's option set 'Sex'" in n
        for n in notes
    )
