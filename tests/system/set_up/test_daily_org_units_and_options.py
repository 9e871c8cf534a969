"""What is new or changed in openIMIS, pushed into a DHIS2 that is set up; each version."""

from typing import Any

import polars as pl
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.steps.set_up.plan_and_write import set_up
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from flows.steps.target.push_result import PushResult
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import (
    DISPENSARY,
    DISTRICT,
    GENDERS,
    HOSPITAL,
    REGION,
    ROOT,
    VILLAGE,
    WARD,
    a_country,
    choices,
    frame,
    place,
    places,
)
from transforms.openimis.tables.places import GROUP_SETS

pytestmark = pytest.mark.longer

INSUREE_PROGRAM, CLAIM_PROGRAM = "IR5BiEXrBD7", "vPjOO7Jl6jC"
GENDER_SET = "GUdoValVQSh"
GROUPS = {group.key: group.uid for group_set in GROUP_SETS for group in group_set.groups}
PUBLIC, PRIVATE = GROUPS["public"], GROUPS["private"]


@pytest.fixture(autouse=True)
def _dhis2_is_set_up(ready: Sandbox) -> None:
    """For every test."""


def changed(uid: str, **changes: Any) -> pl.DataFrame:
    return places(**{uid: changes}).filter(pl.col("uid") == uid)


def writes(sandbox: Sandbox, since: int = 0) -> list[dict[str, Any]]:
    return [row for row in sandbox.requests[since:] if row["method"] != "GET"]


def ids(thing: dict[str, Any], collection: str = "organisationUnits") -> set[str]:
    return {member["id"] for member in thing.get(collection) or ()}


def post(dhis2: Dhis2, **payload: Any) -> None:
    assert dhis2.post("/api/metadata", {"atomicMode": "ALL"}, payload).ok


def everything() -> pl.DataFrame:
    return choices(tblGender=GENDERS)


def test_unchanged_org_units_and_options_are_not_posted(sandbox: Sandbox, dhis2: Dhis2) -> None:
    before = len(sandbox.requests)

    units, options = push_org_units(dhis2, places()), push_options(dhis2, everything())

    assert writes(sandbox, before) == []
    assert len(units.accepted) == 6
    assert len(options.accepted) == everything().height
    assert units.posted == units.references == options.posted == 0


def test_a_new_ward_and_village_arrive_with_group_and_program(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    new = frame(
        place("VillageNewA", "WardNewAAAA", 5, VILLAGE),
        place("WardNewAAAA", "DistrictOne", 4, WARD),
    )

    pushed = push_org_units(dhis2, new)

    assert pushed.refused == {}
    assert sandbox.metadata("organisationUnits")["VillageNewA"]["parent"] == {"id": "WardNewAAAA"}
    assert "VillageNewA" in ids(sandbox.metadata("organisationUnitGroups")[VILLAGE])
    assert "VillageNewA" in ids(sandbox.metadata("programs")[INSUREE_PROGRAM])


def test_a_closed_village_keeps_its_program(sandbox: Sandbox, dhis2: Dhis2) -> None:
    closed = changed("VillageOneA", closedDate="2024-05-01", in_insuree_program=False)

    push_org_units(dhis2, closed)

    village = sandbox.metadata("organisationUnits")["VillageOneA"]
    assert village["closedDate"].startswith("2024-05-01")
    assert "VillageOneA" in ids(sandbox.metadata("programs")[INSUREE_PROGRAM])


def test_a_village_that_is_open_again_loses_its_closing_date(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    push_org_units(dhis2, changed("VillageOneA", closedDate="2024-05-01"))

    push_org_units(dhis2, changed("VillageOneA"))

    assert sandbox.metadata("organisationUnits")["VillageOneA"].get("closedDate") is None


def test_a_village_moves_to_another_ward(sandbox: Sandbox, dhis2: Dhis2) -> None:
    push_org_units(dhis2, frame(place("WardNewAAAA", "DistrictOne", 4, WARD)))

    push_org_units(dhis2, changed("VillageTwoA", parentUid="WardNewAAAA"))

    assert sandbox.metadata("organisationUnits")["VillageTwoA"]["parent"] == {"id": "WardNewAAAA"}


def test_what_lies_below_a_place_that_moves_is_stored_where_it_lies_then(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    push_org_units(dhis2, frame(place("RegionNewAA", ROOT, 2, REGION)))

    push_org_units(dhis2, changed("DistrictOne", parentUid="RegionNewAA"))

    stored = sandbox.state.metadata["organisationUnits"]
    for uid in ("WardOneAAAA", "HospitalOne", "VillageOneA", "VillageTwoA"):
        assert stored[uid]["path"].startswith(f"/{ROOT}/RegionNewAA/DistrictOne/")


def test_what_lies_below_a_place_that_becomes_a_region_rises_with_it(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    push_org_units(dhis2, changed("DistrictOne", parentUid=ROOT, level=2))

    read = dhis2.get("/api/organisationUnits/VillageOneA", {"fields": "level"})
    assert read == {"level": 4}


def test_a_hospital_that_becomes_a_dispensary_changes_its_group(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    push_org_units(dhis2, changed("HospitalOne", groups=[DISPENSARY]))

    groups = sandbox.metadata("organisationUnitGroups")
    assert ids(groups[HOSPITAL]) == set()
    assert ids(groups[DISPENSARY]) == {"HospitalOne"}


def test_a_facility_is_in_the_group_of_its_level_and_in_that_of_its_owner(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    push_org_units(dhis2, changed("HospitalOne", groups=[HOSPITAL, PRIVATE]))
    push_org_units(dhis2, changed("HospitalOne", groups=[HOSPITAL, PUBLIC]))

    groups = sandbox.metadata("organisationUnitGroups")
    assert ids(groups[HOSPITAL]) == ids(groups[PUBLIC]) == {"HospitalOne"}
    assert ids(groups[PRIVATE]) == set()


def test_an_operators_own_memberships_stay(sandbox: Sandbox, dhis2: Dhis2) -> None:
    own = {"urban": "HospitalOne", "eye": "HospitalOne", "public": "HospitalOne"}
    for key, place_uid in own.items():
        path = f"/api/organisationUnitGroups/{GROUPS[key]}/organisationUnits"
        dhis2.post(path, None, {"additions": [{"id": place_uid}]})

    private = place("HospitalTwo", "DistrictOne", 4, HOSPITAL, groups=[HOSPITAL, PRIVATE])
    push_org_units(dhis2, pl.concat([changed("HospitalOne", name="H1 Renamed"), frame(private)]))
    set_up(dhis2, a_country(), choices(tblGender=GENDERS), pl.concat([places(), frame(private)]))

    groups = sandbox.metadata("organisationUnitGroups")
    assert [ids(groups[GROUPS[key]]) for key in own] == [{"HospitalOne"}] * 3


def test_population_is_entered_for_districts_old_and_new(sandbox: Sandbox, dhis2: Dhis2) -> None:
    push_org_units(dhis2, frame(place("DistrictTwo", "RegionOneAA", 3, DISTRICT)))

    [data_set] = sandbox.metadata("dataSets").values()
    assert ids(data_set) == {"DistrictOne", "DistrictTwo"}


def test_what_an_operator_wrote_on_an_org_unit_stays(sandbox: Sandbox, dhis2: Dhis2) -> None:
    village = dict(dhis2.get("/api/organisationUnits/VillageOneA", {"fields": ":owner"}))
    post(dhis2, organisationUnits=[village | {"phoneNumber": "123", "comment": "by the river"}])

    push_org_units(dhis2, changed("VillageOneA", name="V1 Renamed"))

    stored = sandbox.metadata("organisationUnits")["VillageOneA"]
    assert (stored["name"], stored["comment"]) == ("V1 Renamed", "by the river")


def test_a_place_that_an_operator_drew_on_the_map_stays_where_openimis_knows_none(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    drawn = {"type": "Point", "coordinates": [36.9, -1.4]}
    village = dict(dhis2.get("/api/organisationUnits/VillageOneA", {"fields": ":owner"}))
    post(dhis2, organisationUnits=[village | {"geometry": drawn}])

    push_org_units(dhis2, changed("VillageOneA", name="V1 Renamed"))

    assert sandbox.metadata("organisationUnits")["VillageOneA"]["geometry"] == drawn


def test_one_bad_org_unit_stops_only_itself_and_what_is_below_it(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    good = [place(f"VillageGd{n:02}", "WardOneAAAA", 5, VILLAGE) for n in range(12)]
    bad = place("WardBadAAAA", "DistrictOne", 4, WARD, code="uuid-WardOneAAAA")
    below = place("VillageBadA", "WardBadAAAA", 5, VILLAGE)

    pushed = push_org_units(dhis2, frame(*good, bad, below))

    assert pushed.refused == {
        "uuid-WardBadAAAA": ["E5003"],
        "uuid-VillageBadA": ["parent_rejected"],
    }
    assert len(pushed.accepted) == 12
    assert "VillageBadA" not in sandbox.metadata("organisationUnits")


def test_an_org_unit_whose_parent_dhis2_lacks_is_not_made_a_root(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    pushed = push_org_units(dhis2, frame(place("VillageNewA", "NoSuchPlace", 5, VILLAGE)))

    assert pushed.refused == {"uuid-VillageNewA": ["E5002"]}
    assert "VillageNewA" not in sandbox.metadata("organisationUnits")


def test_a_bad_change_of_a_ward_does_not_hold_back_its_villages(dhis2: Dhis2) -> None:
    ward = places(WardOneAAAA={"code": "uuid-RegionOneAA"}).filter(pl.col("uid") == "WardOneAAAA")
    village = frame(place("VillageNewA", "WardOneAAAA", 5, VILLAGE))

    pushed = push_org_units(dhis2, pl.concat([ward, village]))

    assert set(pushed.refused) == {"uuid-WardOneAAAA"}
    assert pushed.accepted == ["uuid-VillageNewA"]


def test_a_row_that_breaks_a_rule_of_ours_is_not_posted(sandbox: Sandbox, dhis2: Dhis2) -> None:
    row = place("VillageNewA", "WardOneAAAA", 5, VILLAGE, faults=["location_without_region"])

    pushed = push_org_units(dhis2, frame(row))

    assert pushed.rejects.rows() == [("uuid-VillageNewA", ["location_without_region"])]
    assert "VillageNewA" not in sandbox.metadata("organisationUnits")


def test_an_answer_that_names_nobody_is_split_down_to_the_bad_one(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    rows = [place(f"VillageNw{n:02}", "WardOneAAAA", 5, VILLAGE) for n in range(4)]
    sandbox.cues.add(path="/api/metadata", method="POST", status=500, occurrences=[1, 2, 3])

    pushed = push_org_units(dhis2, frame(*rows))

    assert list(pushed.refused.values()) == [["whole_request"]]
    assert len(pushed.accepted) == 3


def test_a_server_that_fails_on_all_is_not_taken_for_bad_data(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    rows = [place(f"VillageNw{n:02}", "WardOneAAAA", 5, VILLAGE) for n in range(40)]
    sandbox.cues.add(path="/api/metadata", method="POST", status=500)

    with pytest.raises(BusyError, match="fault is the server's"):
        push_org_units(dhis2, frame(*rows))


def test_forty_bad_org_units_are_forty_rejects_where_a_request_without_objects_gets_through(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    rows = [place(f"VillageNw{n:02}", "WardOneAAAA", 5, VILLAGE) for n in range(40)]
    sandbox.cues.add(path="/api/metadata", method="POST", holds="VillageNw", status=500)
    good = place("VillageGood", "WardOneAAAA", 5, VILLAGE)

    pushed = push_org_units(dhis2, frame(*rows, good))

    assert list(pushed.refused.values()) == [["whole_request"]] * 40
    assert pushed.accepted == ["uuid-VillageGood"]


def test_a_server_that_dies_during_a_push_leaves_what_it_had_refused_before(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    bad = place("VillageBadA", "WardOneAAAA", 5, VILLAGE, code="uuid-RegionOneAA")
    good = place("VillageGood", "WardOneAAAA", 5, VILLAGE)
    sandbox.cues.add(
        path="/api/metadata", method="POST", holds="VillageGood", occurrences=[2], status=500
    )
    sandbox.cues.add(path="/api/metadata", method="POST", occurrences=[3], status=500)
    pushed = PushResult()

    with pytest.raises(BusyError, match="fault is the server's"):
        push_org_units(dhis2, frame(bad, good), pushed)

    assert pushed.refused == {"uuid-VillageBadA": ["E5003"]}


def test_a_user_who_may_not_write_options_is_told_for_each_of_them(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    refused = {"httpStatus": "Forbidden", "httpStatusCode": 403, "status": "ERROR"}
    sandbox.cues.add(path="/api/metadata", method="POST", status=403, body=refused)

    pushed = push_options(dhis2, genders({"Code": "O", "Gender": "Other", "SortOrder": 3}))

    assert pushed.refused == {f"{GENDER_SET}:O": ["E3001"]}


def test_an_org_unit_that_dhis2_only_says_it_stored_is_refused(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    said = {"response": {"status": "OK", "stats": {"created": 1}, "typeReports": []}}
    sandbox.cues.add(path="/api/metadata", method="POST", status=200, body=said)

    pushed = push_org_units(dhis2, frame(place("VillageNewA", "WardOneAAAA", 5, VILLAGE)))

    assert pushed.refused == {"uuid-VillageNewA": ["not_stored"]}


def test_an_assignment_that_did_nothing_is_refused(sandbox: Sandbox, dhis2: Dhis2) -> None:
    stats = {"created": 0, "updated": 0, "deleted": 0, "ignored": 0, "total": 0}
    said = {"status": "OK", "response": {"status": "OK", "stats": stats}}
    sandbox.cues.add(path=f"/api/programs/{INSUREE_PROGRAM}/", method="POST", status=200, body=said)

    pushed = push_org_units(dhis2, frame(place("VillageNewA", "WardOneAAAA", 5, VILLAGE)))

    assert pushed.refused == {"uuid-VillageNewA": ["not_assigned"]}


def test_thousands_of_org_units_are_assigned_in_few_requests(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    rows = [place(f"Village{n:04}", "WardOneAAAA", 5, VILLAGE) for n in range(2_500)]
    before = len(sandbox.requests)

    pushed = push_org_units(dhis2, frame(*rows))

    assert pushed.refused == {}
    paths = [row["path"] for row in writes(sandbox, before)]
    assert paths.count("/api/metadata") == 3
    assert len(paths) == 5
    assert len(ids(sandbox.metadata("programs")[INSUREE_PROGRAM])) == 2_502


# Options


def options_of(sandbox: Sandbox, option_set: str = GENDER_SET) -> dict[str, str]:
    listed = sandbox.metadata("optionSets")[option_set]["options"]
    options = sandbox.metadata("options")
    return {options[thing["id"]]["code"]: options[thing["id"]]["name"] for thing in listed}


def genders(*extra: dict[str, Any]) -> pl.DataFrame:
    frame_of_all = choices(tblGender=[*GENDERS, *extra])
    return frame_of_all.filter(pl.col("optionSet") == GENDER_SET)


def test_a_new_option_is_added_to_its_set(sandbox: Sandbox, dhis2: Dhis2) -> None:
    pushed = push_options(dhis2, genders({"Code": "O", "Gender": "Other", "SortOrder": 3}))

    assert pushed.posted == 1
    assert list(options_of(sandbox)) == ["M", "F", "O"]


def test_a_renamed_option_keeps_code_and_uid(sandbox: Sandbox, dhis2: Dhis2) -> None:
    before = options_of(sandbox)

    push_options(dhis2, genders().with_columns(name=pl.col("name") + " renamed"))

    after = options_of(sandbox)
    assert list(after) == list(before)
    assert all(name.endswith(" renamed") for name in after.values())


def test_an_operators_option_with_our_code_serves_as_well(sandbox: Sandbox, dhis2: Dhis2) -> None:
    own = {"id": "OwnOptionAA", "code": "O", "name": "Autre", "sortOrder": 3}
    post(dhis2, options=[own | {"optionSet": {"id": GENDER_SET}}])

    pushed = push_options(dhis2, genders({"Code": "O", "Gender": "Other", "SortOrder": 3}))

    assert pushed.refused == {}
    assert pushed.posted == 0
    assert options_of(sandbox)["O"] == "Autre"


def test_a_name_that_another_option_has_gets_the_code_in_front(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    taken = genders({"Code": "O", "Gender": "Other", "SortOrder": 3}).filter(pl.col("code") == "O")
    own = {"id": "OwnOptionAA", "code": "X", "name": taken["name"][0], "sortOrder": 3}
    post(dhis2, options=[own | {"optionSet": {"id": GENDER_SET}}])

    first, second = push_options(dhis2, taken), push_options(dhis2, taken)

    assert (first.posted, second.posted) == (1, 0)
    assert options_of(sandbox)["O"] == f"O {taken['name'][0]}"


def test_an_option_deleted_by_hand_comes_back_or_is_said_to_be_impossible(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    male = next(row for row in sandbox.metadata("options").values() if row["code"] == "M")
    answer = dhis2.post("/api/metadata", {"importStrategy": "DELETE"}, {"options": [male]})
    assert answer.ok

    pushed = push_options(dhis2, genders())

    if dhis2.system_info().release != (2, 40):
        assert set(options_of(sandbox)) == {"M", "F"}
    else:
        assert pushed.refused == {f"{GENDER_SET}:M": ["option_set_has_a_hole"]}


def test_thousands_of_new_options_arrive_and_are_not_sent_again(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    more = pl.concat([genders(), diagnoses(2_000)])
    pushed = push_options(dhis2, more)

    again = push_options(dhis2, more)

    assert pushed.posted == 2_000
    assert pushed.refused == {}
    assert again == PushResult(accepted=again.accepted)


def diagnoses(count: int) -> pl.DataFrame:
    rows = [
        {"ICDID": n, "ICDCode": f"A{n}", "ICDName": f"Disease {n}", "ValidityTo": None}
        for n in range(1, count + 1)
    ]
    return choices(tblICDCodes=rows).filter(pl.col("optionSet") == "Gg8QVWm9zPh")
