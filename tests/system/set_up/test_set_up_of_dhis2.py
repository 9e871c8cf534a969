"""Set-up against a DHIS2 of each version."""

import re
from typing import Any

import polars as pl
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.set_up_dhis2 import set_up_dhis2
from flows.steps.set_up.plan_and_write import SetUp, set_up
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, ROOT, a_country, changed_nothing, choices, places
from transforms.core.errors import TargetError
from transforms.package.tables.user_roles import LOADER

INSUREE_PROGRAM, CLAIM_PROGRAM = "IR5BiEXrBD7", "vPjOO7Jl6jC"
DATA_ACCESS, DATA_CAPTURE = "qpmKFqRh6aL", "EeSHlVIYxxH"
GENDER_SET = "GUdoValVQSh"
CAPTURES = {"programs": "rwrw----"}  # the loader assigns org units, which needs metadata write


def prepared(dhis2: Dhis2, **settings: Any) -> SetUp:
    options = settings.pop("options", choices(tblGender=GENDERS))
    org_units = settings.pop("org_units", places())
    return set_up(dhis2, settings.pop("country", a_country()), options, org_units, **settings)


def written(sandbox: Sandbox) -> list[str]:
    return [
        f"{row['method']} {row['path']}"
        for row in sandbox.requests
        if row["method"] != "GET" and row["query"].get("importMode") != "VALIDATE"
    ]


def post(dhis2: Dhis2, **payload: Any) -> None:
    answer = dhis2.post("/api/metadata", {"atomicMode": "ALL"}, payload)
    assert answer.ok


def whole(dhis2: Dhis2, kind: str, uid: str) -> dict[str, Any]:
    return dict(dhis2.get(f"/api/{kind}/{uid}", {"fields": ":owner"}))


def level_names(sandbox: Sandbox) -> dict[int, str]:
    levels = sandbox.metadata("organisationUnitLevels").values()
    return {row["level"]: row["name"] for row in levels}


def test_an_empty_dhis2_gets_everything_that_the_data_need(sandbox: Sandbox, dhis2: Dhis2) -> None:
    done = prepared(dhis2)

    assert not done.options.refused
    assert not done.org_units.refused
    assert len(sandbox.metadata("organisationUnits")) == 7
    assert len(sandbox.metadata("trackedEntityAttributes")) == 19
    assert set(sandbox.metadata("programs")) == {INSUREE_PROGRAM, CLAIM_PROGRAM}
    assert len(sandbox.metadata("programStages")) == 4
    assert level_names(sandbox) == {
        1: "Country", 2: "Region", 3: "District", 4: "Ward or health facility", 5: "Village",
    }  # fmt: skip
    options = sandbox.metadata("options").values()
    genders = {row["code"] for row in options if row["optionSet"]["id"] == GENDER_SET}
    assert genders == {"M", "F"}


def test_no_attribute_is_mandatory_and_every_attribute_is_of_the_person(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)

    person = sandbox.metadata("trackedEntityTypes")["EoBGArVCQ69"]
    program = sandbox.metadata("programs")[INSUREE_PROGRAM]
    links = person["trackedEntityTypeAttributes"] + program["programTrackedEntityAttributes"]
    assert not any(link["mandatory"] for link in links)
    assert len(person["trackedEntityTypeAttributes"]) == 19


def test_set_up_a_second_time_writes_nothing(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    before = written(sandbox)

    again = prepared(dhis2)

    assert changed_nothing(again)
    assert written(sandbox) == before


def test_nothing_is_public_and_the_groups_have_access(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)

    for kind in ("programs", "programStages", "trackedEntityTypes"):
        for thing in sandbox.metadata(kind).values():
            groups = thing["sharing"]["userGroups"]
            assert thing["sharing"]["public"] == "--------"
            assert groups[DATA_ACCESS]["access"] == "r-r-----"
            assert groups[DATA_CAPTURE]["access"] == CAPTURES.get(kind, "r-rw----")
    attribute = next(iter(sandbox.metadata("trackedEntityAttributes").values()))
    assert attribute["sharing"]["public"] == "--------"
    assert attribute["sharing"]["userGroups"][DATA_CAPTURE]["access"] == "r-------"


def test_every_org_unit_group_is_in_a_group_set_that_is_a_dimension(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)

    sets = sandbox.metadata("organisationUnitGroupSets").values()
    grouped = [uid for row in sets for uid in ids(row, "organisationUnitGroups")]
    assert sorted(grouped) == sorted(sandbox.metadata("organisationUnitGroups"))
    assert all(row["dataDimension"] for row in sets)
    assert {"UMRPiQP7N4v", "TMRPiQP7N4v", "TMRPiQP8N4v", "TMRPiQT7N4v", "WMRPiQP7N4v",
            "XMRPiQP7N4v", "YMRPiQP7N4v"} < set(grouped)  # fmt: skip


def test_persons_lie_at_villages_and_claims_at_facilities(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2, org_units=places(HospitalOne={"in_insuree_program": True}))

    programs = sandbox.metadata("programs")
    assert ids(programs[INSUREE_PROGRAM]) == {"VillageOneA", "VillageTwoA", "HospitalOne"}
    assert ids(programs[CLAIM_PROGRAM]) == {"HospitalOne"}


def ids(thing: dict[str, Any], collection: str = "organisationUnits") -> set[str]:
    return {member["id"] for member in thing.get(collection) or ()}


def test_what_an_operator_added_stays(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    post(
        dhis2,
        organisationUnits=[
            {"id": "OwnPlaceAAA", "name": "Own", "shortName": "Own", "openingDate": "2000-01-01",
             "parent": {"id": ROOT}}
        ],
        userGroups=[{"id": "OwnGroupAAA", "name": "Statisticians"}],
        dataElements=[
            {"id": "OwnElementA", "name": "Own element", "shortName": "Own element",
             "valueType": "TEXT", "domainType": "TRACKER", "aggregationType": "NONE"}
        ],
        options=[{"id": "OwnOptionAA", "code": "X", "name": "Unknown", "sortOrder": 9,
                  "optionSet": {"id": GENDER_SET}}],
    )  # fmt: skip
    program = whole(dhis2, "programs", INSUREE_PROGRAM)
    program["organisationUnits"].append({"id": "OwnPlaceAAA"})
    program["sharing"]["userGroups"]["OwnGroupAAA"] = {"id": "OwnGroupAAA", "access": "r-r-----"}
    program["name"] = "Assurance"
    program["onlyEnrollOnce"] = False  # of which set-up makes True again, and so posts the program
    stage = whole(dhis2, "programStages", "DVRNDUNwI9s")
    stage["programStageDataElements"].append(
        {"id": "OwnLinkAAAA", "dataElement": {"id": "OwnElementA"}, "compulsory": False}
    )
    stage["repeatable"] = False
    own_stage = {"id": "OwnStageAAA", "name": "Home visit", "program": {"id": INSUREE_PROGRAM}}
    program["programStages"].append({"id": "OwnStageAAA"})
    post(dhis2, programs=[program], programStages=[stage, own_stage])

    done = prepared(dhis2)

    assert set(done.plan.changed) == {INSUREE_PROGRAM, "DVRNDUNwI9s"}
    program = sandbox.metadata("programs")[INSUREE_PROGRAM]
    assert program["onlyEnrollOnce"] is True
    assert ids(program) == {"OwnPlaceAAA", "VillageOneA", "VillageTwoA"}
    assert ids(program, "programStages") == {"DVRNDUNwI9s", "OwnStageAAA"}
    assert program["sharing"]["userGroups"]["OwnGroupAAA"]["access"] == "r-r-----"
    assert program["sharing"]["userGroups"][DATA_CAPTURE]["access"] == "rwrw----"
    assert program["name"] == "Assurance"
    stage = sandbox.metadata("programStages")["DVRNDUNwI9s"]
    elements = [link["dataElement"]["id"] for link in stage["programStageDataElements"]]
    assert elements[-1] == "OwnElementA"
    assert len(elements) == 12
    assert stage["repeatable"] is True
    assert "OwnOptionAA" in ids(sandbox.metadata("optionSets")[GENDER_SET], "options")


def test_a_mandatory_attribute_is_made_optional_and_the_rest_of_its_link_stays(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)
    program = whole(dhis2, "programs", INSUREE_PROGRAM)
    program["programTrackedEntityAttributes"][0] |= {"mandatory": True, "searchable": False}
    post(dhis2, programs=[program])

    prepared(dhis2)

    link = sandbox.metadata("programs")[INSUREE_PROGRAM]["programTrackedEntityAttributes"][0]
    assert (link["mandatory"], link["searchable"]) == (False, False)


def test_an_object_with_our_name_stops_set_up_before_anything_is_written(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    post(dhis2, trackedEntityTypes=[{"id": "OtherPerson", "name": "Person", "shortName": "Person"}])
    before = written(sandbox)

    with pytest.raises(TargetError, match=r"EoBGArVCQ69.*name.*OtherPerson.*Nothing was written"):
        prepared(dhis2)

    assert written(sandbox) == before


def test_the_advice_on_a_taken_name_is_a_parameter_of_set_up(dhis2: Dhis2) -> None:
    post(dhis2, trackedEntityTypes=[{"id": "OtherPerson", "name": "Person", "shortName": "Person"}])

    with pytest.raises(TargetError) as stopped:
        prepared(dhis2)

    [advised] = set(re.findall(r"set-up with (\w+)=true", str(stopped.value)))
    assert advised in set_up_dhis2.parameters.properties


def test_if_asked_our_object_gets_another_name_beside_the_one_that_is_there(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    other = {"id": "OtherGender", "name": "Gender", "code": "gender", "valueType": "TEXT"}
    post(dhis2, optionSets=[other])

    prepared(dhis2, rename=True)
    again = prepared(dhis2)

    made = sandbox.metadata("optionSets")[GENDER_SET]
    assert (made["name"], made.get("code")) == ("Gender (openIMIS)", None)
    assert sandbox.metadata("optionSets")["OtherGender"]["name"] == "Gender"
    assert changed_nothing(again)


def test_a_person_type_that_is_there_is_in_the_way_by_its_short_name_as_well(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    post(dhis2, trackedEntityTypes=[{"id": "OtherPerson", "name": "WHO", "shortName": "Person"}])
    shows_short_names = "shortName" in whole(dhis2, "trackedEntityTypes", "OtherPerson")

    if shows_short_names:
        with pytest.raises(TargetError, match=r"EoBGArVCQ69.*shortName.*OtherPerson"):
            prepared(dhis2)
    prepared(dhis2, rename=True)

    made = sandbox.metadata("trackedEntityTypes")["EoBGArVCQ69"]
    assert made["name"] == ("Person (openIMIS)" if shows_short_names else "Person")
    assert not shows_short_names or made["shortName"] == "Person (openIMIS)"


def test_an_object_with_two_translations_into_one_language_is_changed_all_the_same(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)
    twice = [{"locale": "fr", "property": "NAME", "value": text} for text in ("A", "B")]
    with sandbox.state.lock:
        for kind, uid in (("programs", INSUREE_PROGRAM), ("organisationUnits", "VillageTwoA")):
            sandbox.state.metadata[kind][uid]["translations"] = twice
        sandbox.state.metadata["programs"][INSUREE_PROGRAM]["onlyEnrollOnce"] = False
    renamed = places().with_columns(name=pl.col("name") + " II")

    done = prepared(dhis2, org_units=renamed)

    assert not done.org_units.refused
    assert sandbox.metadata("organisationUnits")["VillageTwoA"]["translations"] == twice
    assert sandbox.metadata("programs")[INSUREE_PROGRAM]["translations"] == twice


def test_what_deletes_for_other_programs_leaves_the_loaders_role(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)
    role = sandbox.state.metadata["userRoles"][LOADER.uid]
    with sandbox.state.lock:
        role["authorities"] = [*role["authorities"], "F_TEI_CASCADE_DELETE", "F_OPERATORS_OWN"]

    prepared(dhis2)

    after = sandbox.metadata("userRoles")[LOADER.uid]["authorities"]
    assert "F_TEI_CASCADE_DELETE" not in after
    assert "F_OPERATORS_OWN" in after


def test_a_second_root_is_not_made(sandbox: Sandbox, dhis2: Dhis2) -> None:
    post(dhis2, organisationUnits=[
        {"id": "NationRootA", "name": "N", "shortName": "N", "openingDate": "1990-01-01"}
    ])  # fmt: skip

    with pytest.raises(TargetError, match=r"NationRootA.*country file"):
        prepared(dhis2)

    assert set(sandbox.metadata("organisationUnits")) == {"NationRootA"}


def test_below_another_root_levels_are_named_from_ours_downwards(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    post(dhis2, organisationUnits=[
        {"id": "NationRootA", "name": "N", "shortName": "N", "openingDate": "1990-01-01"},
        {"id": ROOT, "name": "Ours", "shortName": "Ours", "openingDate": "1990-01-01",
         "parent": {"id": "NationRootA"}},
    ])  # fmt: skip

    prepared(dhis2)

    names = {
        row["level"]: row["name"] for row in sandbox.metadata("organisationUnitLevels").values()
    }
    assert names[2] == "Country"
    assert names[6] == "Village"
    assert sandbox.metadata("organisationUnits")[ROOT]["name"] == "Ours"


def test_a_plan_writes_nothing(sandbox: Sandbox, dhis2: Dhis2) -> None:
    done = prepared(dhis2, apply=False)

    assert len(done.plan.create["programs"]) == 2
    assert written(sandbox) == []
    assert not sandbox.metadata("programs")


def test_a_value_type_that_would_lose_values_is_not_changed(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    product = whole(dhis2, "dataElements", "mVeMk0sNLZb")
    post(dhis2, dataElements=[product | {"valueType": "TEXT"}])

    with pytest.raises(TargetError, match=r"mVeMk0sNLZb.*TEXT.*NUMBER"):
        prepared(dhis2)


def test_a_number_may_become_a_text_as_the_seeds_chfid_does(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    chfid = whole(dhis2, "trackedEntityAttributes", "HaVpe5WsCRl")
    post(dhis2, trackedEntityAttributes=[chfid | {"valueType": "NUMBER"}])

    prepared(dhis2)

    assert sandbox.metadata("trackedEntityAttributes")["HaVpe5WsCRl"]["valueType"] == "TEXT"


def a_loader(dhis2: Dhis2) -> None:
    post(
        dhis2,
        userRoles=[{"id": "LoaderRoleA", "name": "Loader", "authorities": []}],
        users=[{"id": "LoaderUserA", "username": "loader", "firstName": "Lo", "surname": "Ader",
                "password": "Loader-123", "userRoles": [{"id": "LoaderRoleA"}]}],
    )  # fmt: skip


def org_units_of_the_administrator(dhis2: Dhis2) -> set[str]:
    kinds = ("organisationUnits", "dataViewOrganisationUnits", "teiSearchOrganisationUnits")
    me = dhis2.get("/api/me", {"fields": ",".join(f"{kind}[id]" for kind in kinds)})
    return {uid for kind in kinds for uid in ids(me, kind)}


def test_the_loader_gets_the_root_and_data_capture_and_the_administrator_nothing(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    a_loader(dhis2)
    before = org_units_of_the_administrator(dhis2)

    prepared(dhis2, loader_user="loader")
    again = prepared(dhis2, loader_user="loader")

    loader = sandbox.metadata("users")["LoaderUserA"]
    assert org_units_of_the_administrator(dhis2) == before
    assert ids(loader) == ids(loader, "dataViewOrganisationUnits") == {ROOT}
    assert "LoaderUserA" in ids(sandbox.metadata("userGroups")[DATA_CAPTURE], "users")
    assert "POST /api/maintenance" in written(sandbox)
    assert changed_nothing(again)


def test_where_no_user_is_named_nobody_is_given_anything_and_the_plan_says_so(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    before = org_units_of_the_administrator(dhis2)

    done = prepared(dhis2)

    assert org_units_of_the_administrator(dhis2) == before
    assert not ids(sandbox.metadata("userGroups")[DATA_CAPTURE], "users")
    assert any("name the user of the daily load in loader_user" in note for note in done.plan.notes)


def test_an_administrator_who_loads_as_well_is_named_like_any_other(dhis2: Dhis2) -> None:
    prepared(dhis2, loader_user="admin")

    assert org_units_of_the_administrator(dhis2) == {ROOT}


def test_an_unknown_loader_is_named_as_the_fault(dhis2: Dhis2) -> None:
    with pytest.raises(TargetError, match="loader_user"):
        prepared(dhis2, loader_user="nobody at all")


def test_a_fresh_2_43_gets_its_output_period_types(sandbox: Sandbox, dhis2: Dhis2) -> None:
    done = prepared(dhis2)

    is_2_43 = dhis2.system_info().release == (2, 43)
    assert any("period types" in text for text in done.grants) is is_2_43


def test_a_success_that_stored_nothing_is_an_error(sandbox: Sandbox, dhis2: Dhis2) -> None:
    prepared(dhis2)
    program = whole(dhis2, "programs", INSUREE_PROGRAM)
    post(dhis2, programs=[program | {"onlyEnrollOnce": False}])
    said = {
        "status": "OK",
        "response": {"status": "OK", "stats": {"updated": 1}, "typeReports": []},
    }
    sandbox.cues.add(path="/api/metadata?", method="POST", status=200, body=said)

    with pytest.raises(TargetError, match=rf"reading it back.*{INSUREE_PROGRAM}.*onlyEnrollOnce"):
        prepared(dhis2)


def test_the_wrong_calendar_is_refused_before_anything_is_written(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    info = {"version": "2.42.1", "calendar": "ethiopian"}
    sandbox.cues.add(path="/api/system/info", status=200, body=info)

    with pytest.raises(TargetError, match="ethiopian"):
        prepared(dhis2)

    assert written(sandbox) == []


def test_a_patch_that_does_not_show_what_was_made_is_refused_before_anything_is_written(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    info = {"version": "2.42.0", "calendar": "iso8601"}
    sandbox.cues.add(path="/api/system/info", status=200, body=info)

    with pytest.raises(TargetError, match=r"Upgrade DHIS2 to 2\.42\.1 .* Nothing was written"):
        prepared(dhis2)

    assert written(sandbox) == []
