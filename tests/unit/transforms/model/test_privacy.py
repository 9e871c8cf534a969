"""Privacy: what leaves the country, and in which form."""

import hashlib
import hmac

import polars as pl
import pytest

from transforms.core.errors import CountryError
from transforms.core.fields import Field, Privacy, Treatment
from transforms.model.privacy import (
    apply_policy,
    fingerprint,
    needs_key,
    policy_of,
    values_that_leave,
)
from transforms.model.resources import ASKED_RESOURCES, CONTRIBUTIONS, RESOURCES, TRACKED_ENTITIES
from transforms.model.selected_columns import selected_columns
from transforms.model.tables.contribution import CONTRIBUTION_PAYER
from transforms.model.tables.insuree import (
    CHFID,
    DATE_OF_BIRTH,
    FIRST_NAME,
    INSURANCE_NUMBER,
    INSUREE_FIELDS,
)
from transforms.openimis.country import Country, Root
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.figure_columns import (
    COLUMNS_OF_FIGURES,
    COLUMNS_OF_FUNDING,
    TABLES_OF_FIGURES,
)
from transforms.openimis.tables.places import GROUP_SETS
from transforms.reports.leaving_page import leaving_page

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
KEY = "a secret of the ministry, 32 bytes or more"
NAMES = {"LastName", "OtherNames", "Phone", "passport"}


def country(**privacy: Treatment) -> Country:
    return Country(
        root=ROOT, privacy={name.replace("_", " "): what for name, what in privacy.items()}
    )


def columns_of(table: str, **privacy: Treatment) -> set[str]:
    return {column.name for column in selected_columns(country(**privacy))[table]}


def leaves(field: Field, value: str | None, key: str = KEY, **privacy: Treatment) -> str | None:
    desired = pl.LazyFrame(
        {f.key: [None] for f in INSUREE_FIELDS},
        schema=dict.fromkeys((f.key for f in INSUREE_FIELDS), pl.String),
    ).with_columns(pl.lit(value, pl.String).alias(field.key))
    found = apply_policy(desired, TRACKED_ENTITIES.fields, policy_of(country(**privacy)), key)
    result: str | None = found.collect()[field.key].item()
    return result


def test_names_phones_and_passports_stay_in_the_country():
    assert not NAMES & columns_of("tblInsuree")


def test_what_is_dropped_is_not_even_read():
    read = columns_of("tblInsuree", Gender=Treatment.DROP, Phone_number=Treatment.SEND)

    assert "Gender" not in read
    assert "Phone" in read


def test_a_column_of_two_fields_is_read_as_long_as_one_of_them_leaves():
    assert "CHFID" in columns_of("tblInsuree", CHFID=Treatment.DROP)
    assert "CHFID" not in columns_of(
        "tblInsuree", CHFID=Treatment.DROP, Insurance_number=Treatment.DROP
    )


def test_keys_dates_and_codes_that_the_work_needs_are_always_read():
    named = [field for r in RESOURCES for field in r.fields if field.follows is None]
    everything = {field.name: Treatment.DROP for field in named}

    selected = selected_columns(Country(root=ROOT, privacy=everything))

    for name, table in TABLES.items():
        always = [column for column in table.columns if not column.field]
        assert selected.get(name, []) == always
        assert (name in selected) is not table.is_optional


def test_what_is_read_is_what_the_country_file_sends():
    numbers, premiums = set(), set()
    for mode in ("tracker", "aggregate", "both"):
        read = selected_columns(Country(root=ROOT, mode=mode))
        if any(column.name == "CHFID" and column.field for column in read["tblInsuree"]):
            numbers.add(mode)
        if "tblPremium" in read:
            premiums.add(mode)

    assert numbers == {"tracker", "both"}
    assert premiums == {"aggregate", "both"}


def test_where_figures_alone_are_sent_names_and_numbers_of_people_are_not_read():
    read = selected_columns(Country(root=ROOT, mode="aggregate"))

    of_people = {column.name for column in read["tblInsuree"] if column.field}
    assert of_people == {"DOB", "Gender"}
    assert "tblPremium" in read


def test_where_no_figure_is_sent_nothing_is_read_for_them():
    read = selected_columns(Country(root=ROOT))

    assert not {table.name for table in TABLES_OF_FIGURES} & read.keys()
    assert [column.name for column in read["tblProduct"] if column.field] == []


def test_every_value_that_openimis_keeps_is_wanted_by_a_field_a_figure_or_a_group_of_places():
    wanted = {(field.table, field.column) for r in RESOURCES for field in r.fields}
    wanted |= COLUMNS_OF_FIGURES | COLUMNS_OF_FUNDING
    wanted |= {(group_set.table, group_set.column) for group_set in GROUP_SETS}

    for name, table in TABLES.items():
        values = {(name, column.name) for column in table.columns if column.field}
        assert not values.isdisjoint(wanted) if table.is_optional else values <= wanted


@pytest.mark.parametrize("field", [CHFID, INSURANCE_NUMBER], ids=lambda field: field.name)
def test_an_insurance_number_leaves_as_a_pseudonym(field: Field):
    expected = hmac.new(KEY.encode(), b"070707070", hashlib.sha256).hexdigest()

    assert leaves(field, "070707070") == expected


def test_no_number_has_no_pseudonym():
    assert leaves(CHFID, None) is None


def test_a_birth_date_leaves_as_the_first_day_of_its_year():
    assert leaves(DATE_OF_BIRTH, "1990-05-17") == "1990-01-01"


def test_a_name_does_not_leave_though_it_was_read():
    assert leaves(FIRST_NAME, "Amani") is None


def test_a_country_may_decide_otherwise():
    assert leaves(FIRST_NAME, "Amani", First_name=Treatment.SEND) == "Amani"
    assert leaves(DATE_OF_BIRTH, "1990-05-17", Date_of_birth=Treatment.SEND) == "1990-05-17"
    assert leaves(CHFID, "070707070", CHFID=Treatment.SEND) == "070707070"


def test_a_field_that_does_not_exist_stops_the_run():
    with pytest.raises(CountryError, match="Insuranse number"):
        policy_of(country(Insuranse_number=Treatment.SEND))


@pytest.mark.parametrize(
    ("field", "treatment"),
    [
        ("First_name", Treatment.GENERALISE),
        ("Date_of_birth", Treatment.PSEUDONYM),
        ("Gender", Treatment.PSEUDONYM),
        ("Gender", Treatment.GENERALISE),
        ("Phone_number", Treatment.PSEUDONYM),
        ("First_service_point", Treatment.GENERALISE),
        ("Policy_Value", Treatment.PSEUDONYM),
    ],
)
def test_a_treatment_that_a_field_cannot_have_stops_the_run(field: str, treatment: Treatment):
    with pytest.raises(CountryError, match=field.replace("_", " ")):
        policy_of(country(**{field: treatment}))


@pytest.mark.parametrize("key", ["", "x" * 31])
def test_a_key_that_is_too_short_stops_the_run_and_is_not_named(key: str):
    with pytest.raises(CountryError, match=f"{len(key)} bytes") as stopped:
        leaves(CHFID, "070707070", key=key)

    assert "xxx" not in str(stopped.value)


def test_a_key_is_measured_in_bytes():
    assert leaves(CHFID, "070707070", key="é" * 16)


def test_no_key_is_needed_where_no_number_leaves():
    policy = policy_of(country(CHFID=Treatment.DROP, Insurance_number=Treatment.DROP))
    desired = pl.LazyFrame(schema={field.key: pl.String for field in INSUREE_FIELDS})

    assert not needs_key(policy)
    assert apply_policy(desired, INSUREE_FIELDS, policy, None).collect().is_empty()


def test_a_key_is_known_again_by_its_fingerprint():
    assert fingerprint(KEY) == fingerprint(KEY)
    assert fingerprint(KEY) != fingerprint(KEY + " ")
    assert len(fingerprint(KEY)) == 16
    assert KEY not in fingerprint(KEY)


def test_the_page_names_every_field_with_its_source_and_what_happens_to_it():
    page = values_that_leave(country())

    lines = {(line.resource, line.field): line for line in page}
    birth = lines["tracked_entities", "Date of birth"]

    assert len(page) == sum(len(resource.fields) for resource in RESOURCES)
    assert (birth.source, birth.privacy, birth.treatment) == (
        "tblInsuree.DOB",
        Privacy.QUASI,
        Treatment.GENERALISE,
    )
    assert all(line.source for line in page)


def test_whatever_names_a_person_does_not_leave_as_it_is():
    as_it_is = {
        line.field for line in values_that_leave(country()) if line.treatment is Treatment.SEND
    }
    close = {Privacy.DIRECT, Privacy.QUASI}
    direct = {field.name for field in INSUREE_FIELDS if field.privacy in close}

    assert direct == {
        "CHFID", "Insurance number", "First name", "Last name", "Phone number",
        "Identification number", "Date of birth", "Place in openIMIS",
    }  # fmt: skip
    assert not direct & as_it_is


SENSITIVE = {
    "Main diagnosis", "Secondary diagnosis 1", "Secondary diagnosis 2", "Secondary diagnosis 3",
    "Secondary diagnosis 4", "Claimed service", "Claimed item", "Poverty status",
}  # fmt: skip


def test_of_what_somebody_is_ill_and_who_is_poor_is_sensitive_and_sent_as_before():
    found = {
        line.field: line
        for line in values_that_leave(country())
        if line.privacy is Privacy.SENSITIVE and not line.is_optional
    }

    assert found.keys() == SENSITIVE
    assert {line.treatment for line in found.values()} == {Treatment.SEND}


OPTIONAL_AND_SENSITIVE = {
    "Patient condition", "Referred from", "Referred to", "Rejection reason",
    "Rejection reason - Service", "Rejection reason - Item", "Services in package",
    "Items in package",
}  # fmt: skip
FOLLOWING = {field.name for r in RESOURCES for field in r.fields if field.follows}
"""They leave with another field, and have no name in the country file."""


def test_what_is_optional_stays_unless_the_country_file_asks():
    of_some = {each.name for each in ASKED_RESOURCES}
    usual = [line for line in values_that_leave(country()) if line.resource not in of_some]
    optional = {line.field: line for line in usual if line.is_optional}
    named = optional.keys() - FOLLOWING
    asked = country(**{name.replace(" ", "_"): Treatment.SEND for name in named})

    assert {line.treatment for line in optional.values()} == {Treatment.DROP}
    assert {
        name for name, line in optional.items() if line.privacy is Privacy.SENSITIVE
    } == OPTIONAL_AND_SENSITIVE
    assert {
        line.treatment for line in values_that_leave(asked) if line.field in named | FOLLOWING
    } == {Treatment.SEND}


def contributions_leave(country: Country) -> list[tuple[str, Treatment, bool]]:
    lines = values_that_leave(country)
    return [
        (line.field, line.treatment, line.is_default)
        for line in lines
        if line.resource == CONTRIBUTIONS.name
    ]


def test_nothing_of_a_contribution_leaves_unless_the_country_file_asks_for_contributions():
    names = [field.name for field in CONTRIBUTIONS.fields]
    asking = Country(root=ROOT, contributions=True)

    assert contributions_leave(country()) == [(name, Treatment.DROP, True) for name in names]
    assert contributions_leave(asking) == [(name, Treatment.SEND, False) for name in names]


def test_who_pays_for_a_household_is_sensitive_and_can_be_dropped():
    asking = Country(
        root=ROOT, contributions=True, privacy={"Contribution payer type": Treatment.DROP}
    )

    assert CONTRIBUTION_PAYER.privacy is Privacy.SENSITIVE
    assert dict(each[:2] for each in contributions_leave(asking))["Contribution payer type"] is (
        Treatment.DROP
    )
    assert "tblPayer" not in selected_columns(asking)
    assert "tblPremium" in selected_columns(asking)


def test_a_value_of_a_contribution_cannot_be_asked_for_where_contributions_are_not():
    with pytest.raises(CountryError, match="leaves only with contributions = true"):
        policy_of(country(Contribution_amount=Treatment.SEND))


def test_the_page_says_of_what_is_optional_who_has_decided():
    leaves, stays = leaving_page(country(Care_type=Treatment.SEND)).split(
        "## Values that do not leave"
    )

    assert "| Care type | claim_events | tblClaim.CareType | send | the country file |" in leaves
    assert (
        "| Patient condition | claim_events | tblClaim.patient_condition | drop "
        "| the country file did not ask |"
    ) in stays


@pytest.mark.parametrize("name", ["Village of the insuree", "Claim number"])
def test_what_finds_a_person_among_few_is_said_to_and_sent_as_before(name: str):
    [line] = [line for line in values_that_leave(country()) if line.field == name]

    assert (line.privacy, line.treatment) == (Privacy.QUASI, Treatment.SEND)


def test_what_is_sensitive_and_dropped_is_not_even_read():
    dropped = country(**{name.replace(" ", "_"): Treatment.DROP for name in SENSITIVE})

    read = {
        (table, column.name)
        for table, columns in selected_columns(dropped).items()
        for column in columns
    }
    diagnoses = {("tblClaim", f"ICDID{number}") for number in ("", 1, 2, 3, 4)}
    lines = {("tblClaimItems", "ItemID"), ("tblClaimServices", "ServiceID")}
    assert read.isdisjoint(diagnoses | lines | {("tblFamilies", "Poverty")})


def test_the_page_of_a_country_says_what_its_file_has_decided_and_what_stays():
    page = leaving_page(country(First_name=Treatment.SEND, Main_diagnosis=Treatment.DROP))
    leaves, stays = page.split("## Values that do not leave")

    assert (
        "| First name | tracked_entities | tblInsuree.OtherNames | send | the country file |"
        in leaves
    )
    assert "| Main diagnosis | claim_events | tblClaim.ICDID | drop | the country file |" in stays
    assert "| Last name | tracked_entities | tblInsuree.LastName | drop | default" in stays
    assert "## Direct values that leave: 3" in leaves
    assert "the whole country" in leaves
