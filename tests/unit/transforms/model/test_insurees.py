"""People: who is in DHIS2, with what, since when."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import (
    PLACES,
    REPLACED,
    deleted,
    history_of,
    org_unit,
    register,
    snapshot,
    uuid,
)
from transforms.changes.delta.doubled_numbers import doubled_numbers
from transforms.core.errors import CountryError
from transforms.model.insuree_enrollments import insuree_enrollments
from transforms.model.insurees import settle_numbers, tracked_entities
from transforms.model.people import desired_people
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.insuree import (
    CHFID,
    DATE_OF_BIRTH,
    FAMILY_ID,
    FIRST_NAME,
    FIRST_SERVICE_POINT,
    GROUP_TYPE,
    HOUSEHOLD_HEAD,
    INSURANCE_NUMBER,
    INSUREE_FIELDS,
    LAST_NAME,
    MARITAL,
    OCCUPATION,
    PHONE_NUMBER,
    POVERTY,
    SCHOOLING,
    SEX,
)
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.windows import Window

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
COUNTRY = Country(root=ROOT)
SECOND_REGION = (
    *PLACES,
    {"LocationType": "R", "LocationCode": "R2", "ParentLocationId": None},
    {"LocationType": "D", "LocationCode": "R2D1", "ParentLocationId": 6},
)


def entities(
    *, country: Country = COUNTRY, window: Window | None = None, **changes: Any
) -> pl.DataFrame:
    source = register(**changes)
    return tracked_entities(desired_people(source, country), source, window).sort("key").collect()


def enrollments(*, window: Window | None = None, **changes: Any) -> pl.DataFrame:
    source = register(**changes)
    return (
        insuree_enrollments(desired_people(source, COUNTRY), source, window).sort("key").collect()
    )


def person(found: pl.DataFrame, number: int = 1) -> dict[str, Any]:
    return found.row(by_predicate=pl.col("key") == uuid("tblInsuree", number), named=True)


def head_of_family_1(**changes: Any) -> int | None:
    found = register(**changes).heads.filter(family_id=1).collect()["insuree_id"].to_list()
    return found[0] if found else None


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


# Who is wanted


def test_a_current_insuree_is_a_person_in_dhis2():
    found = person(entities())

    assert found["person"] == found["key"] == uuid("tblInsuree", 1)
    assert found["orgUnit"] == org_unit("tblLocations", 4)
    assert found["faults"] == []


def test_a_deleted_insuree_is_not():
    assert entities(Insuree=[deleted()]).is_empty()


def test_a_history_row_is_no_person_of_its_own():
    assert entities(Insuree=[{}, history_of(1), history_of(1)]).height == 1


@pytest.mark.parametrize("named", [1, 2])
def test_a_deleted_insuree_whom_a_current_claim_names_is_kept_with_the_insuree_id_alone(named: int):
    rows = [deleted(HFID=1, Marital="M", Phone="+243 81 555"), history_of(1)]

    found = person(entities(Insuree=rows, Claim=[{"InsureeID": named}]))

    values = {field.name: found[field.key] for field in INSUREE_FIELDS if found[field.key]}
    assert values == {"Insuree ID": uuid("tblInsuree", 1)}


def test_a_deleted_claim_keeps_nobody():
    assert entities(Insuree=[deleted()], Claim=[deleted()]).is_empty()


def test_a_person_who_is_nowhere_is_held_back():
    found = entities(Families=[{"LocationId": None}])

    assert person(found)["faults"] == ["no_place"]


WORKERS = [{}, {"FamilyID": None}, deleted(FamilyID=None)]
WITH_FALLBACK = Country(root=ROOT, fallback_place="R1D1M1V2")


def test_who_is_nowhere_is_at_the_place_that_the_country_file_names_with_a_note():
    found = entities(country=WITH_FALLBACK, Insuree=WORKERS)

    assert found.height == 2
    worker = person(found, 2)
    assert worker["orgUnit"] == org_unit("tblLocations", 5)
    assert (worker["faults"], worker["notes"]) == ([], ["place_assumed"])
    assert person(found)["orgUnit"] == org_unit("tblLocations", 4)


def test_the_fallback_place_is_nobodys_village():
    source = register(Insuree=WORKERS)

    wanted = desired_people(source, WITH_FALLBACK).sort("insuree_id").collect()

    assert wanted["place_village"].to_list() == [org_unit("tblLocations", 4), None]


def test_who_is_at_the_fallback_place_is_in_the_pilot_of_its_region_only():
    other = Country(root=ROOT, regions=["R2"], fallback_place="R1D1M1V2")

    assert entities(country=other, Locations=SECOND_REGION, Insuree=WORKERS).is_empty()


@pytest.mark.parametrize(
    "places",
    [PLACES[:4], [*PLACES[:4], deleted(LocationCode="R1D1M1V2")], [*PLACES, PLACES[4]]],
    ids=["none", "a deleted one", "two"],
)
def test_a_fallback_place_that_is_not_one_place_of_openimis_is_refused(places: Any):
    with pytest.raises(CountryError, match="'R1D1M1V2' as fallback_place"):
        entities(country=WITH_FALLBACK, Locations=places)


def test_a_pilot_has_only_the_people_of_its_regions():
    pilot = Country(root=ROOT, regions=["R2"])
    rows = [{}, {"CurrentVillage": 7}, {"FamilyID": None}]

    found = entities(country=pilot, Locations=SECOND_REGION, Insuree=rows)

    assert found["key"].to_list() == [uuid("tblInsuree", 2)]


def test_a_person_at_a_facility_is_of_the_facilitys_region():
    pilot = Country(root=ROOT, regions=["R1"])

    found = entities(country=pilot, Insuree=[{"FamilyID": None}], Claim=[{}])

    assert found.height == 1


def test_a_region_that_openimis_does_not_have_stops_the_run():
    with pytest.raises(CountryError, match="R9"):
        entities(country=Country(root=ROOT, regions=["R1", "R9"]))


# What is known of a person


def test_every_attribute_comes_from_where_the_table_says():
    insuree = {
        "Marital": "W",
        "HFID": 1,
        "Education": 1,
        "Profession": 1,
        "Phone": "+243 81 555",
        "passport": "OP0012345",
        "TypeOfId": "N",
    }
    family = {"Poverty": True, "FamilyType": "H"}

    found = person(entities(Insuree=[insuree], Families=[family]))

    assert {field.name: found[field.key] for field in INSUREE_FIELDS} == {
        "Family ID": uuid("tblFamilies", 1),
        "CHFID": "70707071",
        "Poverty status": "Yes",
        "Family/Group type": "H",
        "Household head": "Yes",
        "First name": "Amani",
        "Last name": "Ilunga",
        "Date of birth": "1990-05-17",
        "Gender": "F",
        "Marital status": "Widowed",
        "Insurance number": "70707071",
        "Phone number": "+243 81 555",
        "First service point": org_unit("tblHF", 1),
        "Education": "1",
        "Profession": "1",
        "Identification number": "OP0012345",
        "Identification type": "N",
        "Insuree ID": uuid("tblInsuree", 1),
        "Place in openIMIS": None,  # it has one where DHIS2's own org units are used
    }


def test_what_openimis_does_not_know_is_empty():
    nothing = dict.fromkeys(("CHFID", "LastName", "OtherNames", "DOB", "Gender", "Marital"))

    found = person(entities(Insuree=[nothing | {"Phone": "", "HFID": 0}]))

    unknown = (CHFID, LAST_NAME, FIRST_NAME, DATE_OF_BIRTH, SEX, MARITAL, PHONE_NUMBER)
    assert [found[f.key] for f in (*unknown, FIRST_SERVICE_POINT, POVERTY)] == [None] * 9
    assert found["faults"] == found["notes"] == []


def test_columns_that_privacy_leaves_unread_are_empty():
    source = snapshot()
    for name, table in TABLES.items():
        source[name] = source[name].drop(c.name for c in table.columns if c.field)

    known = register_of(source)
    found = tracked_entities(desired_people(known, COUNTRY), known, None).collect()

    read = {field.name for field in INSUREE_FIELDS if found[field.key].item() is not None}
    assert read == {"Family ID", "Household head", "Insuree ID"}


def test_a_descriptive_code_that_is_in_no_list_goes_out_empty_with_a_note():
    found = person(
        entities(
            Insuree=[
                {"Gender": "X", "Profession": 9, "Marital": "P", "Education": 99, "TypeOfId": "?"}
            ]
        )
    )

    notes = ["gender", "education", "profession", "identification_type", "marital_status"]
    assert found["notes"] == [f"{name}_unknown" for name in notes]
    assert found["faults"] == []
    assert [found[field.key] for field in (SEX, MARITAL, OCCUPATION, SCHOOLING)] == [None] * 4


@pytest.mark.parametrize(
    ("name", "reason"),
    [("x" * 1201, "last_name_too_long"), ("a\x07", "last_name_has_control_characters")],
)
def test_a_name_that_dhis2_would_not_take_goes_out_empty_with_a_note(name: str, reason: str):
    found = person(entities(Insuree=[{"LastName": name}]))

    assert found["notes"] == [reason]
    assert found["faults"] == []
    assert found[LAST_NAME.key] is None


@pytest.mark.parametrize("blank", ["", " ", "F "])
def test_codes_that_are_padded_with_blanks_are_no_faults(blank: str):
    assert person(entities(Insuree=[{"Gender": blank, "Marital": " "}]))["faults"] == []


def test_a_first_service_point_that_openimis_does_not_have_is_left_out_and_noted():
    found = person(entities(Insuree=[{"HFID": 99}]))

    assert found[FIRST_SERVICE_POINT.key] is None
    assert found["notes"] == ["first_service_point_unknown"]
    assert found["faults"] == []


def test_a_person_without_a_family_has_none_of_its_values():
    found = person(entities(Insuree=[{"FamilyID": None, "CurrentVillage": 4}]))

    assert [found[f.key] for f in (FAMILY_ID, POVERTY, GROUP_TYPE)] == [None, None, None]
    assert found[HOUSEHOLD_HEAD.key] == "No"
    assert found["notes"] == []


def test_a_family_that_does_not_exist_is_noted():
    found = person(entities(Insuree=[{"FamilyID": 99, "CurrentVillage": 4}]))

    assert found["notes"] == ["family_missing"]


def test_a_family_named_by_a_history_row_is_the_family_that_lives():
    found = person(entities(Families=[{}, history_of(1)], Insuree=[{"FamilyID": 2}]))

    assert found[FAMILY_ID.key] == uuid("tblFamilies", 1)


def test_the_desired_columns_are_those_of_the_resource():
    found = entities()

    plain = ["key", "parent", "person", "orgUnit", "status", "occurredAt"]
    values = [field.key for field in TRACKED_ENTITIES.fields]
    assert found.columns == [*plain, *values, "faults", "notes", "in_window"]
    assert found.select(plain + values).dtypes == [pl.String] * (len(plain) + len(values))


# Heads


def test_the_head_is_whom_the_family_names():
    members = [{}, {"IsHead": True}]

    assert head_of_family_1(Insuree=members, Families=[{"InsureeID": 1}]) == 1


def test_a_head_named_by_a_history_row_is_the_insuree_who_lives():
    members = [{}, {}, history_of(2)]

    assert head_of_family_1(Insuree=members, Families=[{"InsureeID": 3}]) == 2


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"InsureeID": 3}, id="deleted"),
        pytest.param({"InsureeID": 4}, id="of another family"),
        pytest.param({"InsureeID": 0}, id="nobody"),
    ],
)
def test_else_the_only_member_who_is_marked_as_head(named: dict[str, Any]):
    members = [{}, {"IsHead": True}, deleted(IsHead=True), {"FamilyID": 2}]

    assert head_of_family_1(Insuree=members, Families=[named, {}]) == 2


@pytest.mark.parametrize("marks", [0, 2])
def test_a_family_with_no_or_several_marked_members_has_no_head(marks: int):
    members = [{"IsHead": number < marks} for number in range(3)]

    assert head_of_family_1(Insuree=members, Families=[{"InsureeID": 0}]) is None


def test_people_without_a_family_are_heads_of_none():
    rows = [{"FamilyID": None, "IsHead": True}, {"FamilyID": 0, "IsHead": True}]

    assert register(Insuree=rows).heads.collect().is_empty()


# Enrollments


def test_an_enrollment_begins_on_the_earliest_day_that_openimis_knows():
    versions = [
        {"ValidityFrom": moment("2023-05-01 12:00")},
        history_of(1, ValidityFrom=moment("2022-04-01 23:59")),
    ]

    assert person(enrollments(Insuree=versions))["occurredAt"] == "2022-04-01"


def test_a_policy_that_began_earlier_makes_the_enrollment_earlier():
    covers = [{"EnrollmentDate": day("2019-06-01")}, deleted(EnrollmentDate=day("2018-01-01"))]

    found = enrollments(InsureePolicy=covers, Policy=[{}])

    assert person(found)["occurredAt"] == "2019-06-01"


def test_a_policy_with_a_mistyped_year_does_not_make_the_enrollment_earlier():
    covers = [{"EnrollmentDate": day("0203-06-01")}]
    versions = [{"ValidityFrom": moment("2023-05-01 12:00")}]

    found = enrollments(InsureePolicy=covers, Policy=[{}], Insuree=versions)

    assert person(found)["occurredAt"] == "2023-05-01"


def test_where_the_insuree_policy_has_no_date_the_policys_counts():
    found = enrollments(
        InsureePolicy=[{"EnrollmentDate": None, "PolicyId": 2, "InsureeID": 2}],
        Policy=[{"EnrollDate": day("2019-03-01")}, history_of(1)],
        Insuree=[{}, history_of(1)],
    )

    assert person(found)["occurredAt"] == "2019-03-01"


def test_an_enrollment_is_active_and_not_completed():
    found = person(enrollments())

    assert found["status"] == "ACTIVE"
    assert found["parent"] == found["person"] == found["key"] == uuid("tblInsuree", 1)


@pytest.mark.parametrize("status", ["DE", "IN", "IN "])
def test_the_enrollment_of_the_dead_and_inactive_is_completed(status: str):
    found = person(enrollments(Insuree=[{"status": status}]))

    assert found["status"] == "COMPLETED"


@pytest.mark.parametrize("status", [None, "AC"])
def test_everybody_else_is_not_completed(status: str | None):
    assert person(enrollments(Insuree=[{"status": status}]))["status"] == "ACTIVE"


def test_a_person_kept_for_claims_is_not_enrolled():
    assert enrollments(Insuree=[deleted()], Claim=[{}]).is_empty()


def test_a_person_without_any_date_is_held_back():
    found = person(enrollments(Insuree=[{"ValidityFrom": None}]))

    assert found["faults"] == ["insuree_without_date"]


def test_an_enrollment_nowhere_is_held_back():
    assert person(enrollments(Families=[{"LocationId": None}]))["faults"] == ["no_place"]


# The date window


@pytest.mark.parametrize(
    ("changes", "is_in"),
    [
        pytest.param({}, False, id="nothing happened"),
        pytest.param({"Insuree": [{"ValidityFrom": REPLACED}]}, True, id="edited"),
        pytest.param({"Insuree": [{}, history_of(1)]}, True, id="history row written"),
        pytest.param({"Families": [{"ValidityFrom": REPLACED}]}, True, id="family edited"),
    ],
)
def test_a_person_is_in_the_window_if_openimis_left_a_trace_in_it(
    changes: dict[str, Any], is_in: bool
):
    window = Window(REPLACED.date(), REPLACED.date())

    assert person(entities(window=window, **changes))["in_window"] is is_in


def test_an_enrollment_is_in_the_window_with_a_policy_of_the_person():
    window = Window(REPLACED.date(), REPLACED.date())
    covers = [{"ValidityFrom": REPLACED}]

    assert person(enrollments(window=window, InsureePolicy=covers, Policy=[{}]))["in_window"]
    assert not person(enrollments(window=window))["in_window"]


def test_without_a_window_everything_is_in_it():
    assert person(entities())["in_window"]


# Numbers that two people have


def settled(acknowledged: dict[str, tuple[str, str]], **numbers: str | None) -> dict[str, Any]:
    """Return person to number, after `numbers` were compared with what DHIS2 holds."""
    desired = pl.LazyFrame(
        {
            "key": list(numbers),
            CHFID.key: list(numbers.values()),
            INSURANCE_NUMBER.key: list(numbers.values()),
            "notes": [[]] * len(numbers),
        },
        schema_overrides={"notes": pl.List(pl.String), INSURANCE_NUMBER.key: pl.String},
    )
    held = pl.LazyFrame(
        [(key, *held) for key, held in acknowledged.items()],
        schema={"key": pl.String, "state": pl.String, INSURANCE_NUMBER.key: pl.String},
        orient="row",
    )
    found = settle_numbers(desired, doubled_numbers(desired, held)).collect()
    assert found[CHFID.key].equals(found[INSURANCE_NUMBER.key].alias(CHFID.key))
    noted = found.filter(pl.col("notes") == ["insurance_number_double"])["key"].to_list()
    assert noted == [key for key in numbers if numbers[key] and not _number(found, key)]
    return {key: _number(found, key) for key in numbers}


def _number(found: pl.DataFrame, key: str) -> str | None:
    number: str | None = found.filter(key=key)[INSURANCE_NUMBER.key].item()
    return number


def test_a_number_that_one_person_has_is_kept():
    assert settled({}, ann="1", bob="2", cyd=None, dan=None) == {
        "ann": "1", "bob": "2", "cyd": None, "dan": None,
    }  # fmt: skip


def test_a_number_that_two_people_have_goes_to_neither():
    assert settled({}, ann="1", bob="1", cyd="3") == {"ann": None, "bob": None, "cyd": "3"}


def test_who_holds_the_number_in_dhis2_keeps_it():
    assert settled({"bob": ("held", "1")}, ann="1", bob="1") == {"ann": None, "bob": "1"}


@pytest.mark.parametrize("acknowledged", [("deleted", "1"), ("held", "7")])
def test_who_held_it_once_or_holds_another_does_not(acknowledged: tuple[str, str]):
    assert settled({"bob": acknowledged}, ann="1", bob="1") == {"ann": None, "bob": None}


def test_a_number_that_its_holder_gives_up_goes_to_who_has_it_now():
    assert settled({"ann": ("held", "1")}, ann="2", bob="1") == {"ann": "2", "bob": "1"}


def test_numbers_that_differ_in_blanks_around_them_are_one_number():
    found = entities(Insuree=[{"CHFID": " 1"}, {"CHFID": "1 "}])

    assert found[INSURANCE_NUMBER.key].to_list() == ["1", "1"]
