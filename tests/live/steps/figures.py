"""Analytics: the tables are built, every figure equals SQL on openIMIS, everything answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from staging.snapshots import read_manifest
from tests.figures import figures_twice
from tests.figures.openimis_figures import COUNTRY
from tests.figures.tracker import Period, period
from tests.live.calendars import OF_SAMPLE
from tests.live.context import Live
from tests.live.openimis import RESTORING
from tests.live.outcomes import Counts, NotDoneError, must, must_be_equal
from transforms.aggregates.figures.periods import DataPeriod
from transforms.model.desired import desired_metadata
from transforms.model.org_units import org_units
from transforms.model.resources import OPTIONS
from transforms.openimis.register import register_of
from transforms.openimis.tables.places import DISTRICT
from transforms.package.program_indicators import (
    program_indicator_objects,
    program_indicators_of,
)

Json = dict[str, Any]

AT_ONCE = 20
PLACES_AT_ONCE = 60
ANALYTICS = "/api/analytics"
YEARS = {"iso8601": "2025", "nepali": "2082", "ethiopian": "2018"}
"""Calendar to one of its years."""


@dataclass(frozen=True)
class Openimis:
    """What `figures_twice` needs of a database."""

    conninfo: str


@dataclass(frozen=True, repr=False, kw_only=True)
class Answered(figures_twice.BothSides):
    """One openIMIS, and what a real DHIS2 answered.

    Attributes:
        answered: Key of a program indicator to period, orgUnit, value.
    """

    answered: Mapping[str, pl.DataFrame]

    def answers(self, key: str, periods: tuple[Period, ...], version: str = "") -> pl.DataFrame:
        """Return what DHIS2 answered."""
        return self.answered[key]


def built(live: Live) -> Counts:
    """DHIS2 builds its analytics tables."""
    live.as_user("analytics")
    done = live.pilot.run_analytics().must_complete()
    live.as_user("loader")
    probe = live.server.client().exchange("GET", ANALYTICS, {"dimension": ["dx:x", "pe:2025"]})
    if probe.status == 501:
        raise NotDoneError("this server computes no figures")
    return done.counts()


def equal_sql(live: Live) -> Counts:
    """Every program indicator, of the country and each district, equals SQL on openIMIS."""
    scheme = _scheme(live)
    periods = _periods(live)
    figures = scheme.compared(periods)
    differing = [each for each in figures if not each.is_equal]
    told = "; ".join(
        f"{each.key} {each.period} {each.place}: DHIS2 {each.dhis2:g}, openIMIS {each.openimis:g}"
        for each in differing[:6]
    )
    must(not differing, f"{len(differing)} of {len(figures)} figures differ: {told}")
    return {
        "figures": len(figures),
        "different": 0,
        "not zero": sum(bool(each.openimis) for each in figures),
        "program indicators": len(scheme.program_indicators),
    }


def _periods(live: Live) -> tuple[Period, ...]:
    if live.source.is_sample:
        return OF_SAMPLE[live.server.info.calendar]
    year = read_manifest(live.pilot.run(live.last_run)).as_of.year
    return tuple(period(str(each)) for each in range(year - 8, year))


def _scheme(live: Live) -> Answered:
    if live.source.conninfo is None:
        raise NotDoneError("figures are asked of an openIMIS in PostgreSQL only")
    run = live.pilot.run(live.last_run)
    register = register_of(live.pilot.snapshot(live.last_run))
    country = live.pilot.country
    options = desired_metadata(register, country, None)[OPTIONS].collect()
    rows = program_indicators_of(country, options)
    objects = {each["id"]: each for each in program_indicator_objects(rows)["programIndicators"]}
    there = set(live.server.ids("programIndicators"))
    must_be_equal("Program indicators that DHIS2 lacks", len(objects.keys() - there), 0)
    units = org_units(register, country=country).select("code", "uid", "kind").collect()
    districts = units.filter(kind=DISTRICT.kind)["uid"].to_list()
    by_key = {row.key: row.uid for row in rows}
    return Answered(
        tracker=None,  # type: ignore[arg-type]
        program_indicators={row.key: objects[row.uid] for row in rows},
        splits={row.key: (row.measure.key, row.split.key if row.split else "") for row in rows},
        database=Openimis(live.source.conninfo),  # type: ignore[arg-type]
        as_of=read_manifest(run).as_of.date(),
        places=dict(units.select("code", "uid").iter_rows()) | {COUNTRY: country.root.uid},
        country=RESTORING if live.source.is_sample else "demo",
        service_groups=country.service_groups,
        answered=_answered(live, by_key, [country.root.uid, *districts]),
    )


def _answered(
    live: Live, by_key: Mapping[str, str], places: Sequence[str]
) -> dict[str, pl.DataFrame]:
    rows = list(asked(live, list(by_key.values()), places, _periods(live)))
    schema = {"uid": pl.String, "period": pl.String, "orgUnit": pl.String, "value": pl.Float64}
    everything = pl.DataFrame(rows, schema=schema, orient="row")
    return {key: everything.filter(uid=uid).drop("uid") for key, uid in by_key.items()}


def asked(
    live: Live, uids: Sequence[str], places: Sequence[str], of: Sequence[Period | DataPeriod]
) -> Iterator[tuple[Any, ...]]:
    """Yield what DHIS2 answers: UID, period, org unit and value."""
    periods = [each.id for each in of]
    for some in _slices(uids, AT_ONCE):
        for where in _slices(places, PLACES_AT_ONCE):
            dimensions = [
                f"dx:{';'.join(some)}", f"ou:{';'.join(where)}", f"pe:{';'.join(periods)}",
            ]  # fmt: skip
            yield from _rows(live.server.get(ANALYTICS, dimension=dimensions, skipMeta="true"))


def _rows(answer: Json) -> Iterator[tuple[Any, ...]]:
    at = {header["name"]: number for number, header in enumerate(answer["headers"])}
    for row in answer["rows"]:
        yield row[at["dx"]], row[at["pe"]], row[at["ou"]], float(row[at["value"]])


def _slices(things: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def regions_add_up(live: Live) -> Counts:
    """Figures of the regions are those of their districts, also after places have moved."""
    units = live.server.get("/api/organisationUnits", fields="id,level,parent[id]", paging="false")[
        "organisationUnits"
    ]
    root = live.pilot.country.root.uid
    regions = [each["id"] for each in units if (each.get("parent") or {}).get("id") == root]
    districts = {
        each["id"]: each["parent"]["id"]
        for each in units
        if (each.get("parent") or {}).get("id") in regions
    }
    counted = _counted(live, "claims-entered", [*regions, *districts])
    expected: dict[str, float] = dict.fromkeys(regions, 0.0)
    for district, region in districts.items():
        expected[region] += counted.get(district, 0.0)
    found = {region: counted.get(region, 0.0) for region in regions}
    must_be_equal("Claims entered, by region", found, expected)
    must(any(found.values()), "no region has a claim")
    return {"regions": len(regions), "districts": len(districts)}


def _counted(live: Live, key: str, places: Sequence[str]) -> dict[str, float]:
    register, country = register_of(live.pilot.snapshot(live.last_run)), live.pilot.country
    options = desired_metadata(register, country, None)[OPTIONS].collect()
    rows = program_indicators_of(country, options)
    [uid] = [row.uid for row in rows if row.key == key]
    found: dict[str, float] = {}
    for _, _, place, value in asked(live, [uid], places, _periods(live)):
        found[place] = found.get(place, 0.0) + value
    return found


def everything_answers(live: Live) -> Counts:
    """Every indicator, chart, event visualization and map answers 200."""
    asked = {
        "indicators": _indicator_questions(live),
        "charts": questions_of(live, "visualizations"),
        "event visualizations": _event_questions(live),
        "maps": _map_questions(live),
    }
    failed: list[str] = []
    counts: Counts = {}
    for what, questions in asked.items():
        counts[what] = len(questions)
        for name, path, params in questions:
            answer = live.server.client().exchange("GET", path, params)
            if answer.status != 200:
                code = (answer.body or {}).get("errorCode")
                failed.append(f"{what} {name} ({answer.status} {code})")
    must(not failed, f"{len(failed)} did not answer: {'; '.join(failed[:8])}")
    return counts


Question = tuple[str, str, Json]
_AXES = ",".join(f"{axis}[dimension,filter,items[id]]" for axis in ("columns", "rows", "filters"))


def _indicator_questions(live: Live) -> list[Question]:
    root, year = live.pilot.country.root.uid, YEARS[live.server.info.calendar]
    return [
        (uid, ANALYTICS, {"dimension": [f"dx:{uid}", f"ou:{root}", f"pe:LAST_12_MONTHS;{year}"]})
        for uid in live.server.ids("indicators")
    ]


def questions_of(live: Live, kind: str) -> list[Question]:
    """Return what an app asks for each chart: its UID, a path, and parameters."""
    return [
        (uid, ANALYTICS, _dimensions(live.server.get(f"/api/{kind}/{uid}", fields=_AXES)))
        for uid in live.server.ids(kind)
    ]


def _map_questions(live: Live) -> list[Question]:
    return [
        (uid, *_map_question(layer))
        for uid in live.server.ids("maps")
        for layer in live.server.get(f"/api/maps/{uid}", fields=f"mapViews[{_AXES}]")["mapViews"]
    ]


def _map_question(layer: Json) -> tuple[str, Json]:
    """Return what the Maps app asks for a layer; one that shows no figure asks for places alone."""
    asked = _dimensions(layer)
    if any(dimension.startswith("dx:") for dimension in asked["dimension"]):
        return ANALYTICS, asked
    return "/api/geoFeatures", {"ou": asked["dimension"][0]}


def _dimensions(shown: Json, stage: str = "") -> Json:
    """Return what an app asks for an object that names columns, rows and filters."""
    axes = [*shown.get("columns", ()), *shown.get("rows", ())]
    filters = [_dimension(axis, stage) for axis in shown.get("filters", ())]
    return {"dimension": [_dimension(axis, stage) for axis in axes]} | (
        {"filter": filters} if filters else {}
    )


def _dimension(axis: Json, stage: str) -> str:
    name, items = axis["dimension"], ";".join(item["id"] for item in axis.get("items") or ())
    if stage and name not in ("ou", "pe", "dx"):
        name = f"{stage}.{name}"
    return ":".join(part for part in (name, items or axis.get("filter") or "") if part)


def _event_questions(live: Live) -> list[Question]:
    fields = f"type,outputType,value[id],aggregationType,program[id],programStage[id],{_AXES}"
    found = []
    for uid in live.server.ids("eventVisualizations"):
        shown = live.server.get(f"/api/eventVisualizations/{uid}", fields=fields)
        stage = shown["programStage"]["id"]
        params = _dimensions(shown, stage) | {"stage": stage, "outputType": shown["outputType"]}
        if shown.get("value"):
            params |= {"value": shown["value"]["id"], "aggregationType": shown["aggregationType"]}
        way = "query" if shown["type"] == "LINE_LIST" else "aggregate"
        found.append((uid, f"{ANALYTICS}/events/{way}/{shown['program']['id']}", params))
    return found
