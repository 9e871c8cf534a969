"""Our program indicators and indicators hold together, for the sample's country and the demo's.

Every expression parses, every code is an option of its set, every UID is an object of the package
where DHIS2 looks for it, every part of a ratio is there, age bands divide all ages, and nothing is
built of what no DHIS2 server ever answered.
"""

import datetime as dt
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.figures.compiler import Place, compiled
from tests.figures.constructs import constructs
from tests.figures.expressions import (
    Attribute,
    Binary,
    Call,
    Element,
    ExpressionError,
    Node,
    ProgramIndicator,
    Text,
    Variable,
    found,
    nodes,
    parsed,
)
from tests.figures.ratios import parts_of
from tests.figures.snapshots import made_of
from tests.figures.test_analytics_lab import proven, tried
from tests.figures.tracker import Type, types_of
from tests.figures.unproven import UNPROVEN, UNPROVEN_WHERE_ASKED
from tests.support.databases import demo_folder
from tests.support.openimis_sample import sample
from tests.system.demo_database import needs_demo_database
from transforms.core.fields import Treatment
from transforms.core.json_texts import Json
from transforms.model.options import options
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.service_groups import ServiceGroup
from transforms.openimis.tables.columns import TABLES
from transforms.package.metadata import package
from transforms.package.program_indicators import program_indicators
from transforms.package.tables.indicators import INDICATORS

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))


@cache
def options_of(country: str) -> pl.DataFrame:
    frames = _sample() if country == "sample" else _demo()
    return options(register_of(made_of(frames))).collect()


def _sample() -> dict[str, pl.DataFrame]:
    return sample(100, seed=1, level="1.11", as_of=dt.date(2026, 1, 1))


def _demo() -> dict[str, pl.DataFrame]:
    folder = demo_folder() or Path()
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    return {name: pl.read_parquet(path) for name, path in paths.items() if path.exists()}


@cache
def package_of(country: str) -> dict[str, list[Json]]:
    return package(options_of(country), COUNTRY)


@pytest.fixture(params=["sample", pytest.param("demo", marks=needs_demo_database)])
def country(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def objects(country: str) -> dict[str, list[Json]]:
    return package_of(country)


@pytest.fixture
def ours(objects: dict[str, list[Json]]) -> list[Json]:
    return objects["programIndicators"]


def trees(indicator: Json) -> list[Node]:
    return [parsed(indicator[name]) for name in ("expression", "filter") if indicator.get(name)]


def value_types(objects: dict[str, list[Json]]) -> dict[str, Type]:
    values = [*objects["trackedEntityAttributes"], *objects["dataElements"]]
    return types_of({each["id"]: each["valueType"] for each in values})


def test_every_expression_and_filter_parses_and_compares_like_with_like(
    objects: dict[str, list[Json]], ours: list[Json]
):
    types = value_types(objects)

    for indicator in ours:
        compiled(parsed(indicator["expression"]), Place.EXPRESSION, types)
        if indicator.get("filter"):
            condition = compiled(parsed(indicator["filter"]), Place.FILTER, types)
            assert condition.type is Type.BOOLEAN

    assert len(ours) > 150


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "(1", "1)", "1 2", "'Active", "#{DVRNDUNwI9s}.x", "#{short.uid}", "A{x}",
        "V{no_such_variable}", "d2:noSuchFunction(1)", "if(1, 2)", "d2:daysBetween(1)", "a == b",
        "1 = 1", "V{event_count} &&", "d2:condition('1 ==', 1, 0)",
    ],
)  # fmt: skip
def test_what_does_not_parse_is_refused_with_the_place(text: str):
    with pytest.raises(ExpressionError, match=r"Found .*, expected .* at character \d+"):
        parsed(text)


def test_every_code_in_a_filter_is_an_option_of_its_set(country: str, ours: list[Json]):
    objects = package_of(country)
    values = [*objects["trackedEntityAttributes"], *objects["dataElements"]]
    set_of = {each["id"]: each["optionSet"]["id"] for each in values if each.get("optionSet")}
    known = set(options_of(country).select("optionSet", "code").iter_rows())

    compared = {pair for indicator in ours for tree in trees(indicator) for pair in _codes(tree)}

    assert {(set_of[uid], code) for uid, code in compared} - known == set()
    assert len(compared) > 20


def _codes(tree: Node) -> list[tuple[str, str]]:
    """Attribute or data element, and the text that it is compared with."""
    return [
        (item.uid, text.value)
        for node in nodes(tree)
        if isinstance(node, Binary)
        for item, text in ((node.left, node.right), (node.right, node.left))
        if isinstance(item, Element | Attribute) and isinstance(text, Text)
    ]


def test_every_data_element_is_in_its_stage_and_every_attribute_in_its_program(
    objects: dict[str, list[Json]], ours: list[Json]
):
    in_stage = {
        (stage["program"]["id"], stage["id"], each["dataElement"]["id"])
        for stage in objects["programStages"]
        for each in stage["programStageDataElements"]
    }
    in_program = {
        (program["id"], each["trackedEntityAttribute"]["id"])
        for program in objects["programs"]
        for each in program["programTrackedEntityAttributes"]
    }

    for indicator in ours:
        for tree in trees(indicator):
            program = indicator["program"]["id"]
            elements = {(program, each.stage, each.uid) for each in found(tree, Element)}
            attributes = {(program, each.uid) for each in found(tree, Attribute)}
            assert elements <= in_stage, indicator["name"]
            assert attributes <= in_program, indicator["name"]


def test_every_org_unit_field_is_an_org_unit(objects: dict[str, list[Json]], ours: list[Json]):
    values = [*objects["trackedEntityAttributes"], *objects["dataElements"]]
    org_units = {each["id"] for each in values if each["valueType"] == "ORGANISATION_UNIT"}

    fields = {each["orgUnitField"] for each in ours if each.get("orgUnitField")}

    assert fields - {"ENROLLMENT", "REGISTRATION"} <= org_units


def test_every_indicator_is_made_of_what_is_there(objects: dict[str, list[Json]]):
    parts = {each["id"] for each in objects["programIndicators"] + objects["dataElements"]}
    types = {each["id"] for each in objects["indicatorTypes"]}

    for indicator in objects["indicators"]:
        for side in ("numerator", "denominator"):
            assert {part.uid for part in parts_of(parsed(indicator[side]))} <= parts
        assert indicator["indicatorType"]["id"] in types
        assert not indicator["annualized"]

    of_persons = [row for row in INDICATORS if "[contributions" not in row.numerator]
    assert len(objects["indicators"]) == len(of_persons)


def test_the_parts_of_an_indicator_are_shown_at_the_same_place(country: str):
    """Of people at their homes, or of claims at the facilities: a ratio of both means nothing."""
    places = {
        row.uid: "home"
        if row.measure.program.uid == "IR5BiEXrBD7" or row.measure.org_unit_field
        else "facility"
        for row in program_indicators(options_of(country))
    }

    for indicator in package_of(country)["indicators"]:
        tree_parts = [
            part
            for side in ("numerator", "denominator")
            for part in found(parsed(indicator[side]), ProgramIndicator)
        ]
        assert len({places[part.uid] for part in tree_parts}) == 1, indicator["name"]


def test_the_age_bands_of_a_measure_leave_no_age_out_and_none_twice(country: str):
    bands: dict[str, list[str]] = {}
    for row in program_indicators(options_of(country)):
        if row.split and row.split.key.startswith("age-"):
            bands.setdefault(row.measure.key, []).append(row.split.condition)
    first = dt.date(1900, 1, 1)
    ages = pl.DataFrame({"woZmnhwGvu6": pl.date_range(first, dt.date(2025, 6, 30), eager=True)})
    days = pl.lit(dt.date(2025, 6, 30)).cast(pl.Datetime("ms"))
    rows = ages.cast(pl.Datetime("ms")).with_columns(end=days, occurredAt=days)

    for measure, conditions in bands.items():
        within = [_holds(condition).cast(pl.Int32) for condition in conditions]
        assert len(conditions) == 4, measure
        assert rows.select(pl.sum_horizontal(within)).to_series().unique().to_list() == [1], measure

    assert len(bands) >= 7


def _holds(condition: str) -> pl.Expr:
    return compiled(parsed(condition), Place.FILTER, {"woZmnhwGvu6": Type.DATE}).expr


@pytest.mark.longer
def test_nothing_is_built_of_what_no_server_was_asked(
    objects: dict[str, list[Json]], ours: list[Json]
):
    types = value_types(objects)

    attributes = {each["id"] for each in objects["trackedEntityAttributes"]}

    used = {
        construct for indicator in ours for construct in constructs(indicator, types, attributes)
    }

    assert used - proven() - UNPROVEN.keys() == set()


def test_what_only_some_countries_ask_for_is_built_of_what_servers_were_asked_but_what_is_listed():
    groups = {"anc": ServiceGroup(name="ANC", codes=["S001", "S002"])}
    restored = {"Restored from claim": Treatment.SEND}
    country = COUNTRY.model_copy(update={"service_groups": groups, "privacy": restored})
    objects = package(options_of("sample"), country)
    attributes = {each["id"] for each in objects["trackedEntityAttributes"]}
    types = value_types(objects)

    used = {
        construct
        for indicator in objects["programIndicators"]
        for construct in constructs(indicator, types, attributes)
    }

    assert used - proven() - UNPROVEN.keys() == UNPROVEN_WHERE_ASKED.keys()


def test_what_is_called_unproven_is_used_or_was_tried(objects: dict[str, list[Json]]):
    types = value_types(objects)
    attributes = {each["id"] for each in objects["trackedEntityAttributes"]}

    used = {
        construct
        for indicator in objects["programIndicators"]
        for construct in constructs(indicator, types, attributes)
    }

    assert UNPROVEN.keys() <= used | tried()


# Rules that hold on all versions: each broken one gave wrong figures on a real server.


def test_every_program_indicator_has_boundaries(ours: list[Json]):
    assert [each["name"] for each in ours if not each["analyticsPeriodBoundaries"]] == []


def test_counts_are_of_what_the_analytics_type_counts_rightly(ours: list[Json]):
    right = {
        "ENROLLMENT": {"enrollment_count"},
        "EVENT": {"event_count", "tei_count", "org_unit_count"},
    }

    for each in ours:
        tree = parsed(each["expression"])
        if each["aggregationType"] == "COUNT":
            assert isinstance(tree, Variable), each["name"]
            assert tree.name in right[each["analyticsType"]], each["name"]


def test_nothing_that_may_be_missing_is_compared_by_unequal(ours: list[Json]):
    """`!=` of a missing value is not true on 2.40 to 2.42, and true on 2.43."""
    unequal = [
        each["name"]
        for each in ours
        for tree in trees(each)
        if any(isinstance(node, Binary) and node.operator == "!=" for node in nodes(tree))
    ]

    assert unequal == []


def test_no_function_is_used_that_2_43_gets_wrong(ours: list[Json]):
    wrong = {"d2:hasValue", "isNull", "isNotNull", "d2:countIfValue", "d2:count"}

    for each in ours:
        used = {call.name for tree in trees(each) for call in found(tree, Call)}
        if each["analyticsType"] == "ENROLLMENT":
            assert not used & wrong, each["name"]


def test_amounts_are_summed_of_events_of_one_status(country: str):
    """Each event of a policy or claim carries its amounts, which would be summed once an event."""
    statuses = {"Q0pEucwW60Z", "mGCsTQbv7zA"}

    for row in program_indicators(options_of(country)):
        amounts = {each.uid for each in found(parsed(row.measure.expression), Element)}
        stages = {each.stage for each in found(parsed(row.measure.expression), Element)}
        if amounts and stages & {"DVRNDUNwI9s", "J6HPLSiv7Ij"}:
            filtered = {each.uid for each in found(parsed(row.filter), Element)}
            assert filtered & statuses, row.key


def test_a_latest_event_is_read_only_for_what_is_the_same_on_all_events_of_a_day(country: str):
    """Of two events of one day the latest is arbitrary; the pipeline sends the number of active
    policies of the person, which is the same on both."""
    active_policies = "eyBb2lkub3x"

    read = {
        element.uid
        for row in program_indicators(options_of(country))
        if row.measure.analytics_type == "ENROLLMENT"
        for text in (row.measure.expression, row.filter)
        if text
        for element in found(parsed(text), Element)
    }

    assert read == {active_policies}
