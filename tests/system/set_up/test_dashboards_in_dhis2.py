"""Charts, maps and dashboards in a DHIS2 of each version: made, left alone, mended."""

from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.set_up.plan_and_write import SetUp, set_up
from tests.project.package import package_files
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, a_country, changed_nothing, choices, places
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.package.metadata import maps
from transforms.reports.metadata_summary import plan_markdown

pytestmark = pytest.mark.longer

CHART, TABLE, SECTION = "PDRnxsmlmdD", "dWD0yEWgaHC", "sx82Q7RtVSo"
WITH_MAP = "ERp4Zi8edwB"
MOST_FREQUENT = metadata_uid("dashboard:most-frequent")
COVERAGE_MAP = maps(1)[0]["id"]
OPTIONS = choices(tblGender=GENDERS)
KINDS = ("legendSets", "visualizations", "eventVisualizations", "maps", "dashboards")


def prepared(dhis2: Dhis2, **settings: Any) -> SetUp:
    return set_up(dhis2, a_country(), OPTIONS, places(), **settings)


def written(sandbox: Sandbox) -> list[str]:
    return [
        f"{row['method']} {row['path']}"
        for row in sandbox.requests
        if row["method"] != "GET" and row["query"].get("importMode") != "VALIDATE"
    ]


def whole(dhis2: Dhis2, kind: str, uid: str) -> Json:
    return dict(dhis2.get(f"/api/{kind}/{uid}", {"fields": ":owner"}))


def post(dhis2: Dhis2, **payload: Any) -> None:
    assert dhis2.post("/api/metadata", {"atomicMode": "ALL"}, payload).ok


def shown(dhis2: Dhis2, kind: str, uid: str, fields: str) -> Json:
    return dict(dhis2.get(f"/api/{kind}/{uid}", {"fields": fields}))


def uids(sandbox: Sandbox) -> dict[str, set[str]]:
    return {kind: set(sandbox.metadata(kind)) for kind in KINDS}


def shows(board: Json, uid: str) -> bool:
    return any((item.get("map") or {}).get("id") == uid for item in board["dashboardItems"])


def test_a_chart_reads_back_with_its_data_its_months_and_the_viewers_org_unit(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    axis = "[dimension,items[id]]"
    chart = shown(dhis2, "visualizations", CHART, f"columns{axis},rows{axis},filters{axis}")
    (series,), (category,), (filtered,) = chart["columns"], chart["rows"], chart["filters"]
    assert [item["id"] for item in series["items"]] == ["yDNRa6YuuNO", "juPb3RwrEA1"]
    assert category == {"dimension": "pe", "items": [{"id": "LAST_12_MONTHS"}]}
    assert filtered["dimension"] == "ou"
    assert len(filtered["items"]) == 1


def test_maps_are_made_by_their_own_endpoint_shared_and_shown_on_the_dashboards(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    prepared(dhis2)
    posted = [
        row for row in sandbox.requests if row["path"] == "/api/maps" and row["method"] == "POST"
    ]
    made = sandbox.metadata("maps")

    assert len(posted) == len(made) == 2
    assert all(row["sharing"]["public"] == "--------" for row in made.values())
    assert all(row["sharing"]["userGroups"] for row in made.values())
    assert shows(sandbox.metadata("dashboards")[WITH_MAP], COVERAGE_MAP)


def test_charts_maps_and_dashboards_are_written_once(ready: Sandbox, dhis2: Dhis2) -> None:
    before = written(ready)

    again = prepared(dhis2)

    assert again.plan.is_empty
    assert written(ready) == before


def test_an_operators_change_of_a_chart_is_told_before_it_is_overwritten(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    chart = whole(dhis2, "visualizations", CHART)
    post(dhis2, visualizations=[chart | {"type": "PIE", "relativePeriods": {"thisYear": True}}])
    before = written(ready)

    planned = prepared(dhis2, apply=False)

    assert planned.plan.changed == {CHART: ["relativePeriods", "type"]}
    assert f"visualization {CHART}: relativePeriods, type" in plan_markdown(planned.plan)
    assert written(ready) == before
    assert ready.metadata("visualizations")[CHART]["type"] == "PIE"

    prepared(dhis2)

    assert ready.metadata("visualizations")[CHART]["type"] == "LINE"
    assert whole(dhis2, "visualizations", CHART)["rawPeriods"] == ["LAST_12_MONTHS"]
    assert changed_nothing(prepared(dhis2))


def test_a_period_added_to_ours_is_a_change_too(ready: Sandbox, dhis2: Dhis2) -> None:
    table = whole(dhis2, "eventVisualizations", TABLE)
    both = {"lastYear": True, "thisYear": True}
    post(dhis2, eventVisualizations=[table | {"relativePeriods": both}])

    done = prepared(dhis2)

    assert done.plan.changed == {TABLE: ["relativePeriods"]}
    assert whole(dhis2, "eventVisualizations", TABLE)["rawPeriods"] == ["LAST_YEAR"]


def test_what_an_operator_set_of_a_chart_and_the_package_does_not_stays(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    chart = whole(dhis2, "visualizations", CHART)
    periods = {"relativePeriods": {"last12Months": True}}
    post(dhis2, visualizations=[chart | periods | {"subtitle": "Ours", "type": "PIE"}])

    prepared(dhis2)

    assert ready.metadata("visualizations")[CHART]["subtitle"] == "Ours"
    assert ready.metadata("visualizations")[CHART]["type"] == "LINE"


def test_a_map_that_was_changed_is_told_and_made_as_it_must_be_and_stays_on_its_dashboard(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    other = {"id": COVERAGE_MAP, "name": "Ours", "mapViews": [], "zoom": 7}
    assert dhis2.delete(f"/api/maps/{COVERAGE_MAP}").ok
    assert dhis2.post("/api/maps", None, other).ok

    planned = prepared(dhis2, apply=False)
    prepared(dhis2)

    assert "mapViews" in planned.plan.changed[COVERAGE_MAP]
    made = ready.metadata("maps")[COVERAGE_MAP]
    assert made["mapViews"][0]["layer"] == "thematic"
    assert made["name"] == maps(1)[0]["name"]
    assert made["zoom"] == 7
    assert shows(ready.metadata("dashboards")[WITH_MAP], COVERAGE_MAP)
    assert changed_nothing(prepared(dhis2))


def test_a_map_that_was_renamed_gets_its_name_back_and_no_dashboard_loses_it(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    ready.metadata("maps")[COVERAGE_MAP]["name"] = "Ours"

    done = prepared(dhis2)

    assert done.plan.changed == {COVERAGE_MAP: ["name"]}
    assert ready.metadata("maps")[COVERAGE_MAP]["name"] == maps(1)[0]["name"]
    assert shows(ready.metadata("dashboards")[WITH_MAP], COVERAGE_MAP)
    assert changed_nothing(prepared(dhis2))


def test_a_map_that_dhis2_refuses_stops_set_up_with_what_to_do(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    refusal = {"httpStatusCode": 409}
    sandbox.cues.add(path="/api/maps", method="POST", occurrences=[1], status=409, body=refusal)

    with pytest.raises(TargetError, match=r"409 to the map .* run set-up again"):
        prepared(dhis2)

    assert prepared(dhis2).plan.create.keys() == {"maps", "dashboards"}


def test_an_upgrade_from_an_older_package_keeps_uids_and_gives_the_new_titles_and_items(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    before, board = uids(ready), whole(dhis2, "dashboards", SECTION)
    kept = board["dashboardItems"][:2]
    chart = whole(dhis2, "visualizations", CHART)
    of_2019 = {"periods": [{"id": "201901"}, {"id": "201902"}], "relativePeriods": {}}
    post(
        dhis2,
        dashboards=[board | {"name": "I: Households", "dashboardItems": kept}],
        visualizations=[chart | of_2019 | {"name": "Old title", "userOrganisationUnit": False}],
    )
    frequent = whole(dhis2, "dashboards", MOST_FREQUENT)
    line_list = {"type": "EVENT_VISUALIZATION", "eventVisualization": {"id": TABLE}}
    tables = [_drawn_by_line_listing(item, line_list) for item in frequent["dashboardItems"]]
    post(dhis2, dashboards=[frequent | {"dashboardItems": tables}])

    done = prepared(dhis2)

    assert set(done.plan.changed) == {SECTION, CHART, MOST_FREQUENT}
    assert uids(ready) == before
    assert "EVENT_VISUALIZATION" not in str(whole(dhis2, "dashboards", MOST_FREQUENT))
    now = ready.metadata("dashboards")[SECTION]
    assert now["name"] == board["name"]
    assert [item["id"] for item in now["dashboardItems"]] == [
        item["id"] for item in board["dashboardItems"]
    ]
    upgraded = whole(dhis2, "visualizations", CHART)
    assert (upgraded["name"], upgraded["periods"]) == (chart["name"], [])
    assert upgraded["rawPeriods"] == ["LAST_12_MONTHS"]
    assert upgraded["userOrganisationUnit"]
    assert changed_nothing(prepared(dhis2))


def _drawn_by_line_listing(item: Json, line_list: Json) -> Json:
    """Return an item as a release before had it: a table that nobody drew."""
    kept = {name: value for name, value in item.items() if name != "eventReport"}
    return kept | line_list if "eventReport" in item else item


def an_item(uid: str, y: int) -> Json:
    return {"id": uid, "type": "TEXT", "text": "Ours", "x": 0, "y": y, "width": 20, "height": 5}


def test_an_item_that_an_operator_added_stays_below_ours_and_one_that_we_retired_leaves(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    board = whole(dhis2, "dashboards", SECTION)
    retired = metadata_uid("visualization:poor-ratio")
    text = an_item(metadata_uid(f"dashboardItem:{SECTION}:text:4"), 80)
    chart = whole(dhis2, "visualizations", CHART)
    post(dhis2, visualizations=[chart | {"id": retired, "name": "Old", "relativePeriods": {}}])
    gone = an_item(metadata_uid(f"dashboardItem:{SECTION}:{retired}"), 90)
    gone |= {"visualization": {"id": retired}, "type": "VISUALIZATION"}
    mixed = [*board["dashboardItems"], an_item("AddedByUs01", 3), text, gone]
    post(dhis2, dashboards=[board | {"dashboardItems": mixed}])

    done = prepared(dhis2)

    now = whole(dhis2, "dashboards", SECTION)["dashboardItems"]
    ours = {item["id"] for item in board["dashboardItems"]}
    assert {item["id"] for item in now} == ours | {"AddedByUs01"}
    bottom = max(item["y"] + item["height"] for item in now if item["id"] in ours)
    assert [item["y"] for item in now if item["id"] == "AddedByUs01"] == [bottom]
    assert done.plan.changed == {SECTION: ["dashboardItems"]}
    assert any("'Poor to non-poor households'" in note for note in done.plan.notes)
    assert retired in ready.metadata("visualizations")
    assert changed_nothing(prepared(dhis2))


def test_the_package_imported_by_hand_leaves_set_up_nothing_to_change(
    dhis2: Dhis2,
) -> None:
    files = package_files(dhis2, a_country(coordinates="coordinates.csv"), OPTIONS)

    post(dhis2, **files[".json"])
    for each in files[".maps.json"]:
        assert dhis2.post("/api/maps", None, each).ok
    post(dhis2, **files[".dashboards.json"])

    planned = prepared(dhis2, apply=False).plan
    assert planned.conflicts == []
    assert planned.is_empty
