"""The package and its merge with what a DHIS2 holds, without a DHIS2."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.system.set_up.a_country import GENDERS, a_country, choices
from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.dhis2.metadata_conflicts import rename_taken
from transforms.dhis2.metadata_merge import merge
from transforms.dhis2.metadata_plan import Plan, plan
from transforms.dhis2.metadata_report import collection_changes, metadata_report
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.package.metadata import package
from transforms.reports.metadata_summary import plan_markdown

PACKAGE = package(choices(tblGender=GENDERS), a_country())
LINKS = {
    "programTrackedEntityAttributes",
    "programStageDataElements",
    "trackedEntityTypeAttributes",
}


def index() -> dict[str, list[Json]]:
    return {kind: list(objects) for kind, objects in PACKAGE.items()}


def held() -> dict[str, dict[str, Json]]:
    return {kind: {thing["id"]: dict(thing) for thing in all_} for kind, all_ in PACKAGE.items()}


@pytest.mark.parametrize("kind", PACKAGE)
def test_uids_are_well_formed_and_no_two_objects_share_what_must_be_unique(kind: str) -> None:
    objects = PACKAGE[kind]

    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{10}", thing["id"]) for thing in objects)
    for name in ("id", *METADATA_CLASSES[kind].unique):
        values = [thing[name] for thing in objects if thing.get(name) is not None]
        assert len(values) == len(set(values)), name


def test_links_have_uids_of_their_own() -> None:
    links = [
        link["id"]
        for objects in PACKAGE.values()
        for thing in objects
        for name in LINKS & thing.keys()
        for link in thing[name]
    ]

    assert len(links) == len(set(links)) > 100


def test_names_and_codes_are_as_long_as_dhis2_takes() -> None:
    for objects in PACKAGE.values():
        for thing in objects:
            assert len(thing["name"]) <= 230
            assert len(thing.get("shortName", "")) <= 50
            assert len(thing.get("code", "")) <= 50


def test_the_seeds_links_keep_their_uids_and_new_ones_are_computed() -> None:
    stage = next(row for row in PACKAGE["programStages"] if row["id"] == "DVRNDUNwI9s")
    links = {link["dataElement"]["id"]: link["id"] for link in stage["programStageDataElements"]}

    assert links["j028KRFsjx6"] == "ikLUPYVpScD"
    assert links["RzgHQtgsmfB"] == metadata_uid("DVRNDUNwI9sRzgHQtgsmfB")


def test_a_dhis2_that_holds_the_package_needs_nothing() -> None:
    found = plan(PACKAGE, held(), index())

    assert (found.is_empty, found.conflicts, found.notes) == (True, [], [])


def test_what_dhis2_leaves_out_or_spells_otherwise_is_no_difference() -> None:
    klass = METADATA_CLASSES["organisationUnits"]
    wanted = {"id": "A", "closedDate": None, "openingDate": "2000-01-01", "parent": {"id": "B"},
              "geometry": {"type": "Point", "coordinates": [36.8, -1.0]}}  # fmt: skip
    there = {"id": "A", "openingDate": "2000-01-01T00:00:00.000", "parent": {"id": "B", "x": 1},
             "geometry": {"type": "Point", "coordinates": [36.80000001, -1]}}  # fmt: skip

    assert merge(wanted, there, klass) == there


def test_a_code_emptied_by_hand_and_a_closing_date_taken_back() -> None:
    klass = METADATA_CLASSES["organisationUnits"]

    whole = merge({"id": "A", "closedDate": None}, {"id": "A", "closedDate": "2020-01-01"}, klass)

    assert whole == {"id": "A"}


letters = st.sampled_from("-rw")
access = st.lists(letters, min_size=8, max_size=8).map("".join)
links_held = st.lists(
    st.sampled_from(["HaVpe5WsCRl", "g54R38QNwEi", "OwnAttrAAAA"]), unique=True
).map(
    lambda uids: [
        {"id": f"L{uid[:10]}", "trackedEntityAttribute": {"id": uid}, "mandatory": True}
        for uid in uids
    ]
)


@settings(deadline=None)
@given(
    links=links_held,
    units=st.lists(st.sampled_from(["U1", "U2"]), unique=True),
    public=access,
    grants=st.dictionaries(st.sampled_from(["qpmKFqRh6aL", "EeSHlVIYxxH", "OwnGroupAAA"]), access),
)
def test_merging_loses_nothing_and_merging_again_changes_nothing(
    links: list[Json], units: list[str], public: str, grants: dict[str, str]
) -> None:
    klass = METADATA_CLASSES["programs"]
    wanted = PACKAGE["programs"][0]
    there = {
        "id": wanted["id"],
        "organisationUnits": [{"id": uid} for uid in units],
        "programTrackedEntityAttributes": links,
        "sharing": {
            "public": public,
            "userGroups": {uid: {"id": uid, "access": text} for uid, text in grants.items()},
        },
    }

    whole = merge(wanted, there, klass)

    assert merge(wanted, whole, klass) == whole
    assert whole["organisationUnits"] == there["organisationUnits"]
    assert whole["sharing"]["public"] == public
    merged_links = whole["programTrackedEntityAttributes"]
    targets = [link["trackedEntityAttribute"]["id"] for link in merged_links]
    assert len(targets) == len(set(targets))
    assert {link["trackedEntityAttribute"]["id"] for link in links} <= set(targets)
    for uid, text in grants.items():
        granted = whole["sharing"]["userGroups"][uid]["access"]
        assert all(old in ("-", new) for old, new in zip(text, granted, strict=True))


def test_a_taken_name_and_code_are_reported_with_both_uids() -> None:
    other = {"id": "OtherGender", "name": "Gender", "code": "gender"}
    without_ours = {**index(), "optionSets": [other]}
    there = {**held(), "optionSets": {}}

    found = plan(PACKAGE, there, without_ours)

    conflicts = {(row.our_uid, row.other_uid, row.property) for row in found.conflicts}
    assert conflicts == {
        ("GUdoValVQSh", "OtherGender", "name"),
        ("GUdoValVQSh", "OtherGender", "code"),
    }
    assert plan(rename_taken(PACKAGE, found.conflicts), there, without_ours).conflicts == []


def test_a_foreign_attribute_that_is_mandatory_is_pointed_out() -> None:
    there = held()
    program = there["programs"]["IR5BiEXrBD7"]
    own = {"id": "L", "trackedEntityAttribute": {"id": "OwnAttrAAAA"}, "mandatory": True}
    program["programTrackedEntityAttributes"] = [*program["programTrackedEntityAttributes"], own]

    found = plan(PACKAGE, there, index())

    assert any("OwnAttrAAAA" in note and "compulsory" in note for note in found.notes)


def test_data_open_to_everybody_are_pointed_out() -> None:
    there = held()
    there["programs"]["IR5BiEXrBD7"]["sharing"] = {
        **PACKAGE["programs"][0]["sharing"],
        "public": "rwr-----",
    }

    found = plan(PACKAGE, there, index())

    assert any("open to every user" in note for note in found.notes)


def test_a_plan_is_told_in_markdown() -> None:
    text = plan_markdown(plan(PACKAGE, {}, {}))

    assert "| programs | 2 | 0 |" in text
    assert "nothing to write" in plan_markdown(Plan())


def test_an_answer_without_report_is_a_refusal_of_the_whole() -> None:
    for body in (None, "text", {}, {"message": "deadlock"}, {"response": {"status": "ERROR"}}):
        report = metadata_report(409, body)
        assert not report.accepted
        assert report.refused == {}


def test_a_collection_that_counted_nothing_is_told_from_one_that_refused() -> None:
    stats = {"created": 0, "updated": 0, "deleted": 0, "ignored": 0, "total": 0}

    assert collection_changes(200, {"response": {"status": "OK", "stats": stats}}) == 0
    assert collection_changes(409, {"response": {"status": "ERROR"}}) is None
