"""The charts, maps and dashboards of the package, without a DHIS2."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import combinations, pairwise

import pytest

from tests.system.set_up.a_country import GENDERS, a_country, choices
from transforms.core.fields import Treatment
from transforms.core.json_texts import Json
from transforms.dhis2.tables.seed_dashboard_items import SEED_DASHBOARD_ITEMS
from transforms.openimis.country import Legends
from transforms.package.metadata import maps, package
from transforms.package.tables.charts import BY_PERIOD, ChartType, Period
from transforms.package.tables.dashboard_items import Awaited
from transforms.package.tables.dashboards import DASHBOARDS
from transforms.package.tables.indicator_kinds import PER_CENT
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.measures import Measure, OptionSplit, Split
from transforms.package.tables.program_indicators import MEASURES
from transforms.package.tables.sharing import ADMINISTRATION, BOARD, DATA_ACCESS
from transforms.package.tables.visualizations import VISUALIZATIONS

LISTS = {
    "tblGender": [*GENDERS, {"Code": "O", "Gender": "Other", "SortOrder": 3}],
    "tblEducations": [{"EducationId": 1, "Education": "Primary", "SortOrder": 1},
                      {"EducationId": 2, "Education": "Secondary", "SortOrder": 2}],
    "tblFamilyTypes": [{"FamilyTypeCode": "H", "FamilyType": "Household", "SortOrder": 1}],
    "tblProduct": [{"ProdID": 1, "ProductCode": "BASIC", "ProductName": "Basic"}],
}  # fmt: skip
ASKING = a_country(contributions=True, funding=True)
PACKAGE = package(choices(ASKING, **LISTS), ASKING)
MAPS = maps(root_level=1)
BARE = package(choices(tblGender=GENDERS), a_country())

OF_ITEMS = {
    "VISUALIZATION": ("visualization", "visualizations"),
    "EVENT_REPORT": ("eventReport", "eventVisualizations"),
    "MAP": ("map", "maps"),
}
ENROLLMENT_RATE = "lkktazgVY4P"
MONTHS = {Period.LAST_3_MONTHS: 3, Period.LAST_6_MONTHS: 6, Period.LAST_12_MONTHS: 12}
MOST_ROWS = 105
"""What two screens hold: a row of the grid takes 20 pixels."""
ADD_UP = {ChartType.STACKED_COLUMN, ChartType.STACKED_AREA, ChartType.PIE}
PARTS_OF_A_WHOLE = (
    {"covered", "not-covered"},
    {"households-covered", "households-not-covered"},
    {"indicator:lapsed", "indicator:never-covered"},
    {"indicator:settlement-ratio", "indicator:rejection-rate"},
    {f"indicator:share-{part}" for part in ("emergency", "referral", "other", "unknown")},
    {"indicator:rejection-rate-automatic", "indicator:rejection-rate-review"},
)

SEED_DASHBOARDS = [
    "TeQ4UNEEEUg",
    "GMf0tnHcqXO",
    "sx82Q7RtVSo",
    "cniOkBbZL6d",
    "ERp4Zi8edwB",
    "wXUpm1ane2b",
    "z1Yyhl2Ox0C",
    "KIPPfodhJ8R",
]
SEED_VISUALIZATIONS = [
    "ZW9PrJKpd7t",
    "JPPJZe5htHr",
    "D5UoBBqMQI0",
    "AFjGQzmdOKk",
    "fiDXynXOto3",
    "tSbplZ9fwQx",
    "EbxKR3F69e3",
    "NaCHYSORzue",
    "fEFyoZODa7m",
    "cobTxrpEmrp",
    "zRPCe2R0iT4",
    "lhfvdDYVcKF",
    "Tfyg1VjeN89",
    "OfTPr2IozgZ",
    "UaeEOTtiMHt",
    "ME4NhJT8H7v",
    "PDRnxsmlmdD",
    "ELNpOnexjGP",
    "fYd9TOe6Oqi",
    "lRhvfT1pLAd",
    "zSX7XUKj080",
    "lkktazgVY4P",
    "dsqd9OBkJp9",
    "xFgI95hdB2T",
    "o1R3Blc8UJY",
    "bEX4HER4kGn",
    "k1HWp7c6RGu",
    "vxiDJsWZcgs",
    "SuzFIZFmiWe",
    "NTodGwTk6R8",
    "jrNT1yG1isV",
    "LdsCp4OssAB",
    "VO0I8nh4Xby",
    "Et1s1m6YHUF",
    "r15okPJAL4d",
    "AbcflebQNUI",
    "TtBkt94t2c5",
    "hHW0EUZeUux",
    "BOM1KerPEWy",
    "QfvgGvyVjO7",
    "seIVGmOiDkQ",
    "uYGqgUiVze8",
    "nXpt1cGa22g",
    "ON5dW2gPVbO",
]
SEED_EVENT_REPORTS = ["dWD0yEWgaHC"]


def uids(kind: str, payload: dict[str, list[Json]] = PACKAGE) -> set[str]:
    return {thing["id"] for thing in payload.get(kind, ())}


def items(payload: dict[str, list[Json]]) -> Iterator[Json]:
    for dashboard in payload["dashboards"]:
        yield from dashboard["dashboardItems"]


def charts() -> list[Json]:
    return PACKAGE["visualizations"] + PACKAGE["eventVisualizations"]


def test_every_dashboard_the_seed_had_is_there() -> None:
    assert len(SEED_DASHBOARDS) == 8
    assert uids("dashboards") >= set(SEED_DASHBOARDS)


def test_every_chart_the_seed_had_is_there_and_its_event_report_is_an_event_visualization() -> None:
    assert len(SEED_VISUALIZATIONS) == 44
    assert uids("visualizations") >= set(SEED_VISUALIZATIONS)
    assert uids("eventVisualizations") >= set(SEED_EVENT_REPORTS)


def test_an_item_the_seed_had_on_a_dashboard_keeps_its_uid_where_it_is_shown_there() -> None:
    for dashboard in PACKAGE["dashboards"]:
        seed = SEED_DASHBOARD_ITEMS.get(dashboard["id"], {})
        for item in dashboard["dashboardItems"]:
            target = (item.get("visualization") or {}).get("id", "")
            assert seed.get(target, item["id"]) == item["id"]
    assert sum(len(of_one) for of_one in SEED_DASHBOARD_ITEMS.values()) == 83


def test_a_dashboard_has_six_to_ten_items_on_two_screens_and_says_first_what_is_counted() -> None:
    for dashboard in PACKAGE["dashboards"]:
        items = dashboard["dashboardItems"]
        first = min(items, key=lambda item: item["y"])

        assert 6 <= len(items) <= 10, dashboard["name"]
        assert max(item["y"] + item["height"] for item in items) <= MOST_ROWS, dashboard["name"]
        assert first["type"] == "TEXT"
        assert sum(item["type"] == "TEXT" for item in items) == 1
        for part in ("Counted", "By date", "Up to the end of last month", "Left out"):
            assert part in first["text"]


def test_who_may_read_no_event_has_no_dashboard_on_which_a_table_of_events_would_be_blank() -> None:
    with_events = [
        dashboard
        for dashboard in PACKAGE["dashboards"]
        if any(item["type"] == "EVENT_REPORT" for item in dashboard["dashboardItems"])
    ]

    assert [row["name"] for row in with_events] == ["Claims: what is claimed most often?"]
    for dashboard in PACKAGE["dashboards"]:
        readers = set(dashboard["sharing"]["userGroups"])
        assert (BOARD.uid in readers) is (dashboard not in with_events)
        assert {DATA_ACCESS.uid, ADMINISTRATION.uid} < readers


def test_the_name_of_a_dashboard_says_the_question_that_it_answers() -> None:
    overviews = {"Beneficiary Management", "Claims Management"}

    for row in DASHBOARDS:
        assert row.name in overviews or row.name.endswith("?")
        assert row.question.endswith("?")


def test_what_dhis2_does_not_have_yet_is_waited_for_in_words() -> None:
    without = package(choices(ASKING, **LISTS), ASKING, frozenset())
    texts = [item["text"] for item in items(without) if item["type"] == "TEXT"]
    shown = str([item for item in items(without) if item["type"] != "TEXT"])

    assert not any(each["id"] in shown for each in MAPS)
    assert ENROLLMENT_RATE not in shown
    for waiting in Awaited:
        assert any(waiting.value in text for text in texts)
        assert not any(waiting.value in item.get("text", "") for item in items(PACKAGE))
    assert ENROLLMENT_RATE in uids("visualizations", without)


@pytest.mark.parametrize("payload", [PACKAGE, BARE], ids=["every list", "few options"])
def test_every_item_of_a_dashboard_shows_something_of_the_package(
    payload: dict[str, list[Json]],
) -> None:
    whole = payload | {"maps": MAPS}

    for item in items(payload):
        if item["type"] == "TEXT":
            assert item["text"].strip()
        else:
            name, kind = OF_ITEMS[item["type"]]
            assert item[name]["id"] in uids(kind, whole)


@pytest.mark.parametrize("payload", [PACKAGE, BARE], ids=["every list", "few options"])
def test_no_item_overlaps_another_or_leaves_the_dashboard(payload: dict[str, list[Json]]) -> None:
    for dashboard in payload["dashboards"]:
        assert dashboard["dashboardItems"]
        for item in dashboard["dashboardItems"]:
            assert item["x"] >= 0
            assert item["x"] + item["width"] <= 60
            assert min(item["width"], item["height"]) > 3
        for one, other in combinations(dashboard["dashboardItems"], 2):
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            below = (
                one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )
            assert beside or below


def test_no_two_items_share_a_uid_and_nothing_is_on_a_dashboard_twice() -> None:
    found = [item["id"] for item in items(PACKAGE)]

    assert len(found) == len(set(found)) > 100
    for dashboard in DASHBOARDS:
        shown = [key for row in dashboard.rows for key in row]
        assert len(shown) == len(set(shown))


def test_every_chart_and_map_is_on_a_dashboard() -> None:
    shown = {
        item[OF_ITEMS[item["type"]][0]]["id"] for item in items(PACKAGE) if item["type"] != "TEXT"
    }

    assert shown == uids("visualizations") | uids("eventVisualizations") | {
        row["id"] for row in MAPS
    }


def test_a_chart_has_one_relative_period_that_is_over_and_the_org_units_of_who_looks() -> None:
    for chart in charts():
        chosen = [name for name, is_chosen in chart["relativePeriods"].items() if is_chosen]
        dimensions = chart["columnDimensions"] + chart["rowDimensions"] + chart["filterDimensions"]

        assert len(chosen) == 1
        assert chosen[0].startswith("last")
        assert chart["periods"] == []
        assert chart["userOrganisationUnit"], "who has no place below sees one's own"
        assert chart["userOrganisationUnitChildren"] is ("ou" in chart["rowDimensions"])
        assert chart["organisationUnits"] == []
        assert {"pe", "ou"} <= set(dimensions)
        assert len(dimensions) == len(set(dimensions))


def test_a_chart_shows_data_of_the_package() -> None:
    for chart in PACKAGE["visualizations"]:
        for item in chart["dataDimensionItems"]:
            if item["dataDimensionItemType"] == "INDICATOR":
                assert item["indicator"]["id"] in uids("indicators")
            else:
                assert item["programIndicator"]["id"] in uids("programIndicators")
        assert chart["dataDimensionItems"]
        assert "dx" in chart["columnDimensions"] + chart["rowDimensions"]
        if "legend" in chart:
            assert chart["legend"]["set"]["id"] in uids("legendSets")
        for dimension in chart.get("organisationUnitGroupSetDimensions", ()):
            assert dimension["organisationUnitGroupSet"]["id"] in uids("organisationUnitGroupSets")
            assert dimension["organisationUnitGroupSet"]["id"] in chart["rowDimensions"]


@pytest.mark.parametrize("table", PACKAGE["eventVisualizations"], ids=lambda table: table["name"])
def test_a_table_of_the_most_frequent_counts_a_data_element_of_its_stage(table: Json) -> None:
    stage = next(
        row for row in PACKAGE["programStages"] if row["id"] == table["programStage"]["id"]
    )
    linked = {link["dataElement"]["id"] for link in stage["programStageDataElements"]}
    named = {row["dataElement"]["id"] for row in table["dataElementDimensions"]}

    assert stage["program"] == table["program"]
    assert named <= linked
    assert set(table["rowDimensions"]) <= named
    assert table.get("dataElementValueDimension", {"id": next(iter(linked))})["id"] in linked
    assert (table["sortOrder"], table["topLimit"]) == (1, 10)


def test_a_claim_counts_once_among_diagnoses_though_it_has_an_event_for_each_status() -> None:
    table = next(row for row in PACKAGE["eventVisualizations"] if "diagnoses" in row["name"])

    filters = [row["filter"] for row in table["dataElementDimensions"] if "filter" in row]
    codes = {row["id"]: row for row in PACKAGE["dataElements"]}
    status = table["dataElementDimensions"][1]["dataElement"]["id"]
    assert filters == ["IN:Entered"]
    assert codes[status]["name"] == "Claim status"


def test_where_restored_claims_are_sent_the_tables_leave_out_what_others_stand_in_for() -> None:
    sends = a_country().model_copy(update={"privacy": {"Restored from claim": Treatment.SEND}})
    tables = package(choices(**LISTS), sends)["eventVisualizations"]
    [replacing] = [
        row["id"] for row in PACKAGE["dataElements"] if row["name"] == "Replacing claims"
    ]

    for table in tables:
        linked = {"dataElement": {"id": replacing}, "filter": "IN:NV"}
        assert linked in table["dataElementDimensions"]
        assert replacing in table["filterDimensions"]
    assert len(tables) == len(PACKAGE["eventVisualizations"])
    assert replacing not in str(PACKAGE["eventVisualizations"])


def test_charts_are_in_the_form_that_dhis2_stores() -> None:
    for chart in charts():
        assert not {"columns", "rows", "filters"} & chart.keys()


def test_what_is_added_up_in_a_chart_are_parts_of_a_whole() -> None:
    for row in VISUALIZATIONS:
        if row.kind in ADD_UP:
            parts = [key for key in row.items if not key.endswith("-unknown")]
            unknown = [key for key in row.items if key.endswith("-unknown")]
            measures = {key.partition(".")[0] for key in parts}
            kinds = {re.split(r"[-:]", key.partition(".")[2])[0] for key in parts}
            one_split = len(measures) == 1 and all("." in key for key in parts)

            assert set(row.items) in PARTS_OF_A_WHOLE or (one_split and len(kinds) <= 3)
            for key in unknown if one_split else ():
                whole = next(each for each in INDICATORS if f"indicator:{each.key}" == key)
                assert whole.numerator == f"[{measures.copy().pop()}]"
                assert set(whole.less) == set(parts)


def test_charts_suit_what_they_show() -> None:
    for row in VISUALIZATIONS:
        if row.kind in {ChartType.LINE, ChartType.STACKED_AREA}:
            assert row.layout == BY_PERIOD, "a line joins months, not places"
        if row.kind in {ChartType.GAUGE, ChartType.SINGLE_VALUE}:
            assert len(row.items) == 1
        one_figure = "pe" in row.layout.filters or row.kind is ChartType.BAR
        if one_figure:
            assert row.period in {Period.LAST_MONTH, Period.LAST_YEAR}, (
                "figures of several periods are not made into one"
            )


def test_tables_have_no_totals_over_months_in_which_one_person_may_be_twice() -> None:
    tables = [chart for chart in charts() if chart["type"] == "PIVOT_TABLE"]

    assert tables
    assert not any(table["rowTotals"] or table["colTotals"] for table in tables)


def test_keys_of_charts_name_measures_and_indicators_that_exist() -> None:
    measures = {measure.key for measure in MEASURES}
    parts = {key for measure in MEASURES for key in map(partial(part_of, measure), measure.splits)}
    indicators = {f"indicator:{row.key}" for row in INDICATORS}

    for row in VISUALIZATIONS:
        assert set(row.items) <= measures | parts | indicators, row.key
    assert len({row.key for row in VISUALIZATIONS}) == len(VISUALIZATIONS)


def part_of(measure: Measure, split: Split | OptionSplit) -> str:
    """Return the key by which a chart names a part of a measure, or all parts of one kind."""
    every_option = ":*" if isinstance(split, OptionSplit) else ""
    return f"{measure.key}.{split.key}{every_option}"


def test_dashboards_name_charts_that_exist() -> None:
    """One that is not there is left out without a word, as one that a country does not have."""
    charts = {row.key for row in VISUALIZATIONS}

    for dashboard in DASHBOARDS:
        named = {key for row in dashboard.rows for key in row if ":" not in key}
        assert named <= charts, dashboard.key


def test_a_country_without_an_option_gets_charts_without_it() -> None:
    others = [row for row in BARE["programIndicators"] if "Other gender" in row["name"]]
    of_all = next(row for row in PACKAGE["visualizations"] if row["id"] == "dsqd9OBkJp9")
    of_two = next(row for row in BARE["visualizations"] if row["id"] == "dsqd9OBkJp9")

    assert not others
    assert len(of_all["dataDimensionItems"]) == 4
    assert len(of_two["dataDimensionItems"]) == 3
    assert len(PACKAGE["visualizations"]) == len(VISUALIZATIONS)
    assert len(BARE["visualizations"]) < len(VISUALIZATIONS)


def test_titles_are_mended() -> None:
    names = [thing["name"] for kind in ("visualizations", "dashboards") for thing in PACKAGE[kind]]

    for name in names:
        assert name[0].isupper()
        assert "  " not in name
        assert "Wise" not in name
        assert "DIstrict" not in name
        assert len(name) <= 230
    assert all(chart["title"] == chart["name"] for chart in PACKAGE["visualizations"])


@pytest.mark.parametrize("legend_set", PACKAGE["legendSets"], ids=lambda row: row["name"])
def test_every_percentage_has_one_colour_and_a_word(legend_set: Json) -> None:
    legends = legend_set["legends"]

    assert legends[0]["startValue"] == 0
    assert legends[-1]["endValue"] > 100
    assert all(one["endValue"] == other["startValue"] for one, other in pairwise(legends))
    assert len({legend["color"] for legend in legends}) == len(legends)
    assert not any(each.isdigit() for legend in legends for each in legend["name"])


def test_a_country_says_where_the_words_of_a_legend_begin() -> None:
    country = a_country(legends=Legends(less_is_better=(1, 2, 3, 4)))
    of_claims = package(choices(**LISTS), country)["legendSets"][1]

    assert [each["startValue"] for each in of_claims["legends"]] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="do not rise"):
        Legends(less_is_better=(1, 3, 2, 4))


def test_no_chart_has_labels_above_a_dozen_points_or_on_bars_that_are_stacked() -> None:
    for row in VISUALIZATIONS:
        chart = next((each for each in PACKAGE["visualizations"] if each["id"] == row.uid), None)
        if chart and chart["showData"] and row.kind is not ChartType.PIVOT_TABLE:
            assert "STACKED" not in chart["type"]
            points = len(chart["dataDimensionItems"]) * MONTHS.get(row.period, 1)
            assert points <= 12 or "pe" in row.layout.filters, row.key


def test_parts_of_a_whole_of_which_something_may_be_unknown_have_a_part_for_it() -> None:
    rows = {row["id"]: row for row in PACKAGE["indicators"]}
    of_gender = next(row for row in PACKAGE["visualizations"] if row["id"] == "dsqd9OBkJp9")
    unknown = rows[of_gender["dataDimensionItems"][-1]["indicator"]["id"]]

    assert "gender unknown" in unknown["name"]
    assert unknown["numerator"].count(" - ") == 3
    bare = next(row for row in BARE["indicators"] if row["id"] == unknown["id"])
    assert bare["numerator"].count(" - ") == 2


def test_money_is_shown_without_decimals_and_a_rate_with_one() -> None:
    for row in INDICATORS:
        if row.type is PER_CENT:
            assert row.decimals in {None, 1}
    assert PER_CENT.decimals == 1
    for measure in MEASURES:
        if any(each in measure.name for each in ("(Value)", "Value of", "Contributions")):
            assert measure.decimals == 0, measure.key


def test_maps_show_the_levels_of_districts_and_facilities_wherever_the_root_lies() -> None:
    for root_level in (1, 2):
        levels = [
            item["id"]
            for row in maps(root_level)
            for item in row["mapViews"][0]["rows"][0]["items"]
            if item["id"].startswith("LEVEL-")
        ]

        assert levels == [f"LEVEL-{root_level + 2}", f"LEVEL-{root_level + 3}"]


def test_the_map_of_coverage_names_an_indicator_and_a_legend_of_the_package() -> None:
    (layer,) = next(row for row in MAPS if "overage" in row["name"])["mapViews"]

    assert layer["columns"][0]["items"][0]["id"] in uids("indicators")
    assert layer["legendSet"]["id"] in uids("legendSets")
    assert layer["filters"] == [{"dimension": "pe", "items": [{"id": "LAST_MONTH"}]}]


def test_nothing_is_public() -> None:
    for thing in charts() + PACKAGE["dashboards"] + PACKAGE["legendSets"] + MAPS:
        assert thing["sharing"]["public"] == "--------"
        assert thing["sharing"]["userGroups"]
