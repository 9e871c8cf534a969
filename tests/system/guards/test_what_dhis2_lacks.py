"""What somebody deleted or hid in DHIS2 holds back what uses it, and nothing else, for no longer.

What the load may make again is there at once. Every night goes on by itself, whatever the share.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import confirmed, tracker
from tests.system.guards.guarded import REFUSED, GuardedScheme, in_openimis, marry
from transforms.changes.objects.schemas import UNKNOWN
from transforms.core.errors import TargetError
from transforms.model.tables.claim import CLAIM_NUMBER
from transforms.model.tables.insuree import MARITAL, OCCUPATION
from transforms.model.tables.option_sets import MARITAL_STATUS, PRODUCT, PROFESSION
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, PROGRAMS
from transforms.openimis.tables.places import GROUP_SETS

HIDDEN = {"public": "--------", "users": {}, "userGroups": {}}
NEW = "77"


def change_everybody(scheme: GuardedScheme) -> None:
    """Let every insuree have another marital status or profession."""
    marry(scheme, "W")
    in_openimis(
        scheme,
        """UPDATE "tblInsuree" SET "Profession" = CASE "Profession" WHEN 2 THEN 3 ELSE 2 END""",
    )


def people(scheme: GuardedScheme) -> list[dict[str, Any]]:
    """Return the persons that DHIS2 has; those who left openIMIS have nothing but a UUID."""
    everybody = tracker(scheme.sandbox)["trackedEntities"].values()
    return [person for person in everybody if len(person["attributes"]) > 1]


def statuses(scheme: GuardedScheme) -> list[str | None]:
    return [person["attributes"].get(MARITAL.uid) for person in people(scheme)]


def marital(scheme: GuardedScheme) -> set[str | None]:
    """Return the marital status of all persons that DHIS2 has."""
    return set(statuses(scheme))


def professions(scheme: GuardedScheme) -> list[str | None]:
    return [person["attributes"].get(OCCUPATION.uid) for person in people(scheme)]


def claim_numbers(scheme: GuardedScheme) -> set[str | None]:
    events = tracker(scheme.sandbox)["events"].values()
    named = [each["dataValues"] for each in events if CLAIM_NUMBER.uid in each["dataValues"]]
    return {each[CLAIM_NUMBER.uid] for each in named}


def in_dhis2(scheme: GuardedScheme) -> Mapping[str, dict[str, Any]]:
    return scheme.sandbox.state.metadata


def delete_options(scheme: GuardedScheme, option_set: str, count: int) -> set[str]:
    """Delete so many options of a set by hand; return their codes."""
    with scheme.sandbox.state.lock:
        metadata = in_dhis2(scheme)
        found = metadata["optionSets"][option_set]
        gone, found["options"] = found["options"][:count], found["options"][count:]
        codes = {metadata["options"].pop(each["id"])["code"] for each in gone}
        scheme.sandbox.state.metadata_changed()
    return codes


def delete_option(scheme: GuardedScheme, option_set: str, code: str) -> None:
    """Delete an option by hand."""
    with scheme.sandbox.state.lock:
        metadata = in_dhis2(scheme)
        uid = next(
            each["id"]
            for each in metadata["optionSets"][option_set]["options"]
            if metadata["options"][each["id"]]["code"] == code
        )
        found = metadata["optionSets"][option_set]
        found["options"] = [each for each in found["options"] if each["id"] != uid]
        del metadata["options"][uid]
        scheme.sandbox.state.metadata_changed()


def codes_in(scheme: GuardedScheme, option_set: str) -> set[str]:
    options = in_dhis2(scheme)["options"]
    listed = in_dhis2(scheme)["optionSets"][option_set]["options"]
    return {options[each["id"]]["code"] for each in listed}


def delete_villages(scheme: GuardedScheme) -> set[str]:
    """Delete every village in which people are by hand; return their UIDs."""
    used = {person["orgUnit"] for person in people(scheme)}
    with scheme.sandbox.state.lock:
        metadata = in_dhis2(scheme)
        gone = used & metadata["organisationUnits"].keys()
        for uid in gone:
            del metadata["organisationUnits"][uid]
        for kind in ("programs", "organisationUnitGroups", "dataSets"):
            for each in metadata[kind].values():
                members = each.get("organisationUnits") or ()
                each["organisationUnits"] = [one for one in members if one["id"] not in gone]
        scheme.sandbox.state.metadata_changed()
    return gone


def hide(scheme: GuardedScheme, kind: str, uid: str) -> Any:
    """Hide an object from the user of the load; return how it was shared."""
    with scheme.sandbox.state.lock:
        found = in_dhis2(scheme)[kind][uid]
        before, found["sharing"] = found["sharing"], HIDDEN
        scheme.sandbox.state.metadata_changed()
    return before


def show(scheme: GuardedScheme, kind: str, uid: str, sharing: Any) -> None:
    with scheme.sandbox.state.lock:
        in_dhis2(scheme)[kind][uid]["sharing"] = sharing
        scheme.sandbox.state.metadata_changed()


def rejected(scheme: GuardedScheme, run_id: str, stage: str = "dhis2") -> pl.DataFrame:
    rows = read_rejects(scheme.job(run_id).run).filter(stage=stage)
    return rows.select("resource", "table", "id", "reason").collect()


def refuse_metadata(scheme: GuardedScheme, holds: str | None = None) -> None:
    """Let DHIS2 allow the load no org units and options, or none that hold a text."""
    scheme.sandbox.cues.add(
        path="/api/metadata", method="POST", holds=holds, status=403, body=REFUSED
    )


@pytest.mark.large
def test_options_that_somebody_deleted_are_made_again_by_the_load(scheme: GuardedScheme) -> None:
    gone = delete_options(scheme, PROFESSION.uid, 3)
    marry(scheme, "W")

    scheme.bring("third")

    assert scheme.current.last_run == "third"
    assert gone <= codes_in(scheme, PROFESSION.uid)
    assert rejected(scheme, "third").is_empty()
    assert marital(scheme) == {"Widowed"}
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_without_the_right_to_make_options_persons_go_without_the_value_night_after_night(
    scheme: GuardedScheme,
) -> None:
    before = sorted(professions(scheme), key=str)
    delete_options(scheme, PROFESSION.uid, 3)
    refuse_metadata(scheme)

    for night, status in enumerate("WS"):
        marry(scheme, status)
        scheme.bring(f"night-{night}")

        assert scheme.current.last_run == f"night-{night}"
        options = rejected(scheme, f"night-{night}").filter(resource="options")
        assert set(options["table"]) == {"tblProfessions"}
        assert len(options) == options["id"].n_unique() == 3
        assert rejected(scheme, f"night-{night}").filter(pl.col("resource") != "options").is_empty()
        notes = rejected(scheme, f"night-{night}", "note")
        assert not notes.filter(reason="profession_not_in_dhis2").is_empty()
        assert_acknowledged_is_held(scheme)
    assert marital(scheme) == {"Single"}
    assert sorted(professions(scheme), key=str) == before


@pytest.mark.longer
def test_a_value_that_becomes_one_that_dhis2_lacks_goes_out_empty_and_is_unknown(
    scheme: GuardedScheme,
) -> None:
    """An old value would be counted as if it were true."""
    before = statuses(scheme)
    others = len(before) - before.count("Widowed")
    delete_option(scheme, MARITAL_STATUS.uid, "Widowed")
    refuse_metadata(scheme)
    marry(scheme, "W")

    scheme.bring("third")

    assert Counter(statuses(scheme)) == {"Widowed": before.count("Widowed"), None: others}
    assert set(rejected(scheme, "third")["resource"]) == {"options"}
    notes = rejected(scheme, "third", "note").filter(reason="marital_status_not_in_dhis2")
    assert (set(notes["table"]), len(notes)) == ({"tblInsuree"}, others)
    acknowledged = confirmed(scheme.target)["tracked_entities"].filter(state="held")
    assert acknowledged[MARITAL.key].to_list().count(UNKNOWN) == others

    scheme.sandbox.cues.clear()
    scheme.bring("mended")
    assert marital(scheme) == {"Widowed"}
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_refused_option_of_a_person_leaves_out_its_value_until_the_option_is_there(
    scheme: GuardedScheme,
) -> None:
    scheme.back_to(scheme.before_first)
    in_openimis(
        scheme,
        f"""INSERT INTO "tblProfessions" ("ProfessionId", "Profession", "SortOrder")
            VALUES ({NEW}, 'NEWPROF', 9)""",
        f"""UPDATE "tblInsuree" SET "Profession" = {NEW} WHERE "InsureeID" IN
            (SELECT "InsureeID" FROM "tblClaim" WHERE "ValidityTo" IS NULL ORDER BY 1 LIMIT 5)""",
    )
    scheme.sandbox.cues.add(path="/api/metadata", method="POST", holds="NEWPROF", status=500)

    for night in ("first", "second"):
        scheme.bring(night)

        refused = rejected(scheme, night)
        assert refused.rows() == [("options", "tblProfessions", NEW, "whole_request")]
        assert NEW not in professions(scheme)
    notes = rejected(scheme, "first", "note").filter(reason="profession_not_in_dhis2")
    assert set(notes["table"]) == {"tblInsuree"}
    without = len(notes)
    scheme.sandbox.cues.clear()
    scheme.bring("third")

    assert without > 0
    assert professions(scheme).count(NEW) == without
    assert rejected(scheme, "third").is_empty()
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_a_missing_option_of_an_event_holds_back_what_is_made_of_it_whatever_the_share(
    scheme: GuardedScheme,
) -> None:
    delete_options(scheme, PRODUCT.uid, 100)
    refuse_metadata(scheme)
    marry(scheme, "W")
    in_openimis(scheme, """UPDATE "tblPolicy" SET "ExpiryDate" = '2027-12-31'""")

    scheme.bring("third")

    held_back = rejected(scheme, "third").filter(reason="product_not_in_dhis2")
    assert set(held_back["table"]) == {"tblInsureePolicy"}
    assert marital(scheme) == {"Widowed"}
    assert_acknowledged_is_held(scheme)
    scheme.sandbox.cues.clear()
    scheme.bring("mended")
    assert rejected(scheme, "mended").is_empty()
    assert_acknowledged_is_held(scheme)


def test_places_that_somebody_deleted_are_made_again_with_all_that_they_belong_to(
    scheme: GuardedScheme,
) -> None:
    gone = delete_villages(scheme)
    change_everybody(scheme)

    scheme.bring("third")

    assert gone <= in_dhis2(scheme)["organisationUnits"].keys()
    assigned = in_dhis2(scheme)["programs"][INSUREE_PROGRAM.uid]["organisationUnits"]
    assert gone <= {each["id"] for each in assigned}
    assert rejected(scheme, "third").is_empty()
    assert marital(scheme) == {"Widowed"}


def test_places_that_are_made_again_keep_what_a_guard_holds_back(
    scheme: GuardedScheme,
) -> None:
    scheme.guards = scheme.guards.model_copy(update={"metadata_count": 6})
    names = {uid: each["name"] for uid, each in in_dhis2(scheme)["organisationUnits"].items()}
    gone = delete_villages(scheme)
    change_everybody(scheme)
    in_openimis(
        scheme, """UPDATE "tblLocations" SET "LocationName" = 'Renamed ' || "LocationId" """
    )

    scheme.bring("third")

    found = in_dhis2(scheme)["organisationUnits"]
    assert gone <= found.keys()
    assert {uid: each["name"] for uid, each in found.items()} == names


@pytest.mark.longer
def test_without_the_right_to_make_places_what_lies_there_waits_and_the_rest_goes(
    scheme: GuardedScheme,
) -> None:
    gone = delete_villages(scheme)
    refuse_metadata(scheme)
    change_everybody(scheme)
    in_openimis(scheme, """UPDATE "tblClaim" SET "ClaimCode" = 'New ' || "ClaimID" """)

    scheme.bring("third")

    held_back = rejected(scheme, "third").filter(reason="org_unit_not_in_dhis2")
    assert "tblInsuree" in set(held_back["table"])
    places = rejected(scheme, "third").filter(resource="org_units")
    assert len(places) == len(gone)
    assert any(str(each).startswith("New ") for each in claim_numbers(scheme))
    assert scheme.current.last_run == "third"
    scheme.sandbox.cues.clear()
    scheme.bring("mended")

    assert rejected(scheme, "mended").is_empty()
    assert marital(scheme) == {"Widowed"}
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_an_attribute_that_is_hidden_gets_no_value_and_all_of_them_once_it_is_shown(
    scheme: GuardedScheme,
) -> None:
    before = marital(scheme)
    sharing = hide(scheme, "trackedEntityAttributes", MARITAL.uid)
    marry(scheme, "W")
    in_openimis(scheme, """UPDATE "tblInsuree" SET "Profession" = 2""")

    scheme.bring("third")

    assert marital(scheme) == before
    assert set(professions(scheme)) == {"2"}
    assert rejected(scheme, "third").is_empty()
    notes = rejected(scheme, "third", "note").filter(reason="marital_status_hidden_in_dhis2")
    assert set(notes["table"]) == {"tblInsuree"}
    assert_acknowledged_is_held(scheme)
    show(scheme, "trackedEntityAttributes", MARITAL.uid, sharing)
    scheme.bring("fifth")
    assert marital(scheme) == {"Widowed"}
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_a_program_that_is_hidden_holds_back_its_own_objects_alone(scheme: GuardedScheme) -> None:
    sharing = hide(scheme, "programs", CLAIM_PROGRAM.uid)
    marry(scheme, "W")
    in_openimis(scheme, """UPDATE "tblClaim" SET "ClaimCode" = 'New ' || "ClaimID" """)

    scheme.bring("third")

    held_back = rejected(scheme, "third").filter(reason="program_not_open")
    assert "tblClaim" in set(held_back["table"])
    assert not any(str(each).startswith("New ") for each in claim_numbers(scheme))
    assert marital(scheme) == {"Widowed"}
    show(scheme, "programs", CLAIM_PROGRAM.uid, sharing)
    scheme.bring("mended")
    assert rejected(scheme, "mended").is_empty()
    assert_acknowledged_is_held(scheme)


@pytest.mark.longer
def test_where_every_program_is_hidden_nothing_could_be_posted_and_the_load_says_so(
    scheme: GuardedScheme,
) -> None:
    for program in PROGRAMS:
        hide(scheme, "programs", program.uid)
    marry(scheme, "W")
    before = len(scheme.sandbox.posted())

    with pytest.raises(TargetError, match=r"'Family/Insuree' is not in DHIS2.*Nothing was posted"):
        scheme.bring("third")

    assert len(scheme.sandbox.posted()) == before


@pytest.mark.large
def test_a_group_that_somebody_deleted_is_told_for_each_place_and_stops_nobody(
    scheme: GuardedScheme,
) -> None:
    village = next(group.uid for each in GROUP_SETS for group in each.groups if "V" in group.codes)
    with scheme.sandbox.state.lock:
        group = in_dhis2(scheme)["organisationUnitGroups"].pop(village)
        scheme.sandbox.state.metadata_changed()
    marry(scheme, "W")
    in_openimis(
        scheme,
        """UPDATE "tblLocations" SET "LocationName" = 'Renamed' WHERE "LocationId" =
           (SELECT MAX("LocationId") FROM "tblLocations"
            WHERE "LocationType" = 'V' AND "ValidityTo" IS NULL)""",
    )

    scheme.bring("third")

    [(resource, _, _, reason)] = rejected(scheme, "third").rows()
    assert (resource, reason) == ("org_units", "group_not_in_dhis2")
    assert marital(scheme) == {"Widowed"}
    with scheme.sandbox.state.lock:
        in_dhis2(scheme)["organisationUnitGroups"][village] = group
        scheme.sandbox.state.metadata_changed()
    scheme.bring("mended")
    assert rejected(scheme, "mended").is_empty()
