"""Figures of DHIS2's analytics by the ministry's own levels, and SQL over the decisions."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.analytics.build_tables import build_analytics_tables
from staging.links import read_links
from staging.snapshots import read_snapshot
from tests.figures.matched_figures import MatchedFigures
from tests.live.calendars import OF_SAMPLE
from tests.live.ministry.real import RealMinistry
from tests.live.outcomes import Counts, NotDoneError, must
from tests.live.real_people import people_of
from tests.support.databases import postgresql
from tests.support.national_tree import AS_OF, ROOT, openimis_tables
from tests.support.openimis_sample import write_postgresql
from tests.support.scheme.job import extract
from transforms.model.desired import known_options
from transforms.openimis.register import register_of
from transforms.package.program_indicators import (
    program_indicator_objects,
    program_indicators_of,
)

ANALYTICS = "/api/analytics"
PERIODS = OF_SAMPLE["iso8601"]
FACILITIES, OTHERS = 40, 10
"""Of so many facilities with most claims, and of others, figures are asked."""
AT_ONCE, PLACES_AT_ONCE = 20, 60
NOT_MODELLED = 501
"""How the stand-in answers what it has no figures for."""


def build(ministry: RealMinistry) -> Counts:
    """DHIS2 builds its analytics tables."""
    with ministry.client() as client:
        if client.exchange("GET", ANALYTICS, {"dimension": "dx:none"}).status == NOT_MODELLED:
            raise NotDoneError("this server computes no figures")
        limits = ministry.settings.analytics
        seconds = build_analytics_tables(client, client.system_info(), limits, lambda *_: None)
    return {"seconds": round(seconds)}


def equal(ministry: RealMinistry, insurees: int) -> Counts:
    """Every program indicator, by the ministry's own levels, equals SQL over the decisions."""
    rows, objects = _program_indicators(ministry)
    asked = _asked_units(ministry)
    with postgresql() as server, ministry.client() as client:
        database = server.create_database()
        write_postgresql(openimis_tables(ministry.made, insurees), database.conninfo)
        sides = MatchedFigures(
            conninfo=database.conninfo,
            as_of=AS_OF,
            program_indicators={row.key: objects[row.uid] for row in rows},
            splits={row.key: (row.measure.key, row.split.key if row.split else "") for row in rows},
            units={key: uid for key, uid in ministry.expected().items() if uid},
            paths={row["id"]: row["path"].strip("/").split("/") for row in ministry.made.units},
            birth_to_the="day",  # the ministry knows the birthdays of its people
            registered_at=_registered_at(ministry, client),
        )
        counts = Counts()
        for level, units in asked.items():
            answers = _answers(client, {row.key: row.uid for row in rows}, [ROOT, *units])
            found = sides.compared(answers.__getitem__, PERIODS, level, units)
            _must_be_equal(level, found)
            counts |= {f"figures of level {level}": len(found),
                       f"not zero of level {level}": sum(bool(each.openimis) for each in found),
                       f"org units of level {level}": len(units)}  # fmt: skip
    return counts | {"different": 0, "program indicators": len(rows)}


def _registered_at(ministry: RealMinistry, client: Dhis2) -> dict[str, str]:
    """UUID of each linked person to the org unit where the ministry has registered the person."""
    people = people_of(client)
    links = read_links(ministry.target, ministry.current).drop_nulls("theirs")
    return {
        key.lower(): people[uid]["orgUnit"]
        for key, uid in links.select("key", "theirs").iter_rows()
    }


def _must_be_equal(level: int, found: list[Any]) -> None:
    differing = [each for each in found if not each.is_equal]
    some = "; ".join(
        f"{each.key} {each.period} {each.place} DHIS2 {each.dhis2:g} openIMIS {each.openimis:g}"
        for each in differing[:5]
    )
    must(not differing, f"level {level}: {len(differing)} of {len(found)} figures differ: {some}")


def _program_indicators(ministry: RealMinistry) -> tuple[Any, dict[str, Any]]:
    job = ministry.job("figures", as_of=datetime.combine(AS_OF, time(12)))
    extract(job)
    register = register_of(read_snapshot(job.run).frames)
    options = known_options(register, ministry.settings).collect()
    rows = program_indicators_of(ministry.settings, options)
    made = program_indicator_objects(rows)["programIndicators"]
    return rows, {each["id"]: each for each in made}


def _asked_units(ministry: RealMinistry) -> dict[int, list[str]]:
    """Level to the org units of which figures are asked."""
    claims = ministry.counted_claims()
    of_level: dict[int, list[str]] = {2: [], 3: [], 4: []}
    for row in ministry.made.units:
        of_level.get(row["path"].count("/"), []).append(row["id"])
    by_claims = sorted(of_level[4], key=lambda uid: -claims.get(uid, 0))
    return of_level | {4: by_claims[:FACILITIES] + by_claims[-OTHERS:]}


def _answers(client: Dhis2, uids: dict[str, str], places: list[str]) -> dict[str, pl.DataFrame]:
    rows = list(_ask(client, list(uids.values()), places))
    schema = {"uid": pl.String, "period": pl.String, "orgUnit": pl.String, "value": pl.Float64}
    everything = pl.DataFrame(rows, schema=schema, orient="row")
    return {key: everything.filter(uid=uid).drop("uid") for key, uid in uids.items()}


def _ask(client: Dhis2, uids: list[str], places: list[str]) -> Iterator[tuple[Any, ...]]:
    periods = ";".join(each.id for each in PERIODS)
    for first in range(0, len(uids), AT_ONCE):
        for at in range(0, len(places), PLACES_AT_ONCE):
            dimensions = [
                f"dx:{';'.join(uids[first : first + AT_ONCE])}",
                f"ou:{';'.join(places[at : at + PLACES_AT_ONCE])}",
                f"pe:{periods}",
            ]
            answer = client.get(ANALYTICS, {"dimension": dimensions, "skipMeta": "true"})
            index = {header["name"]: number for number, header in enumerate(answer["headers"])}
            for row in answer["rows"]:
                uid, period, unit = (row[index[name]] for name in ("dx", "pe", "ou"))
                yield uid, period, unit, float(row[index["value"]])
