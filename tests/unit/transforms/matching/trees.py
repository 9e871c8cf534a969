"""A small tree on either side: one region and district, to which tests add places and org units.

openIMIS    region R ── district D ─┬─ facilities of a test
DHIS2       Root ── RegionUnit1 ── DistrictU01 ── org units of a test
"""

from datetime import date
from typing import Any

import polars as pl

from transforms.matching.match import match
from transforms.matching.org_unit_tree import org_units_of
from transforms.matching.places import PLACES
from transforms.openimis.match_settings import MatchSettings

ROOT, REGION, DISTRICT = "RootUnit001", "RegionUnit1", "DistrictU01"
TODAY = date(2026, 1, 5)
LEVELS = {"region": [2], "district": [3], "facility": [4]}


def place(key: str, name: str, parent: str | None = "D", **more: Any) -> dict[str, Any]:
    """A place of openIMIS: by default a facility of the district."""
    row = {"key": key, "kind": "facility", "code": key, "name": name, "parent_key": parent}
    nowhere = {"longitude": None, "latitude": None}
    return row | {"path": name, "is_current": True} | nowhere | more


def unit(uid: str, name: str, above: str = f"{ROOT}/{REGION}/{DISTRICT}", **more: Any) -> Any:
    """An org unit as DHIS2 shows it: by default below the district."""
    return {"id": uid, "name": name, "shortName": name, "path": f"/{above}/{uid}"} | more


ABOVE = [
    place("R", "Ultha", None, kind="region"),
    place("D", "Rapta", "R", kind="district"),
]
UNITS_ABOVE = [
    {"id": ROOT, "name": "Nation", "shortName": "Nation", "path": f"/{ROOT}"},
    unit(REGION, "Ultha", ROOT),
    unit(DISTRICT, "Rapta", f"{ROOT}/{REGION}"),
]


def places_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([*ABOVE, *rows], schema=PLACES)


def units_of(*units: Any, attribute: str | None = None) -> pl.DataFrame:
    return org_units_of([*UNITS_ABOVE, *units], attribute, today=TODAY)


def settings(**more: Any) -> MatchSettings:
    return MatchSettings(**({"levels": LEVELS} | more))


def matched(
    places: list[dict[str, Any]],
    units: list[Any],
    limits: MatchSettings | None = None,
    **more: Any,
) -> dict[str, dict[str, Any]]:
    """Return the match of each place by its key."""
    limits = limits or settings()
    frame = units_of(*units, attribute=limits.code_attribute)
    rows = match(places_of(*places), frame, ROOT, limits, **more)
    return {row["key"]: row for row in rows.to_dicts()}


def decided(match: dict[str, Any]) -> tuple[str, str | None, str]:
    return match["decision"], match["uid"], match["note"]
