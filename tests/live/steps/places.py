"""Places that move to another parent, or to another level."""

from collections.abc import Mapping
from typing import Any

from tests.live.context import Live
from tests.live.outcomes import Counts, must
from tests.live.steps.loading import loaded
from tests.support.openimis_sample.database import CURRENT, OpenImis
from tests.support.openimis_sample.register_changes import move_location, new_location

Json = dict[str, Any]

DISTRICTS = f"""SELECT "LocationId" FROM "tblLocations"
    WHERE {CURRENT} AND "LocationType" = 'D' ORDER BY 1"""
BUSY_DISTRICTS = f"""SELECT d."LocationId" FROM "tblLocations" d JOIN "tblHF" h USING ("LocationId")
    WHERE d.{CURRENT} AND h.{CURRENT} AND d."LocationType" = 'D'
    GROUP BY 1 ORDER BY count(*) DESC, 1"""


def moved(live: Live) -> Counts:
    """A district moves, a ward becomes a district: all below are right at once."""
    live.as_user("loader")
    day = live.next_day()
    with live.source.changing() as imis:
        new_ward = _enter_ward(imis, live)
        district = imis.keys(BUSY_DISTRICTS)[0]
    loaded(live, "before-the-move")
    with live.source.changing() as imis:
        imis.chance.seed(day.toordinal())
        _move(imis, district, live)
        _raise(imis, new_ward)
    counts = loaded(live, "move")
    return counts | _judged(live, _uid(live, district), _uid(live, new_ward))


def _enter_ward(imis: OpenImis, live: Live) -> int:
    return new_location(imis, imis.keys(DISTRICTS)[0], live.now)


def _move(imis: OpenImis, district: int, live: Live) -> None:
    move_location(imis, district, live.now)


def _raise(imis: OpenImis, ward: int) -> None:
    """Let a ward in which nobody lives become a district, and its villages wards."""
    above = imis.row("tblLocations", imis.row("tblLocations", ward)["ParentLocationId"])
    imis.update("tblLocations", ward, LocationType="D", ParentLocationId=above["ParentLocationId"])
    for village in imis.rows("tblLocations", '"ParentLocationId" = ?', ward):
        imis.update("tblLocations", village["LocationId"], LocationType="W")


def _uid(live: Live, location: int) -> str:
    with live.source.changing() as imis:
        key = str(imis.row("tblLocations", location)["LocationUUID"])
    units = live.pilot.desired(live.last_run, "org_units")
    return str(units.filter(key=key.lower())["uid"][0])


def _judged(live: Live, *uids: str) -> Counts:
    """Hold level and path of all org units against their parents, as DHIS2 has stored them."""
    listed = live.server.get(
        "/api/organisationUnits", fields="id,level,path,parent[id]", paging="false"
    )["organisationUnits"]
    units = {unit["id"]: unit for unit in listed}
    wrong = [uid for uid, unit in units.items() if unit["level"] != len(_line(units, uid))]
    must(not wrong, f"{len(wrong)} org units have another level than their place says")
    for uid in uids:
        _judge_stored_path(live, units, uid)
    return {"org units": len(units)}


def _judge_stored_path(live: Live, units: Mapping[str, Json], uid: str) -> None:
    line = _line(units, uid)
    below = sum(uid in _line(units, each) for each in units)
    stored = live.server.ids("organisationUnits", filter=f"path:like:/{'/'.join(line)}")
    must(
        len(stored) == below,
        f"{len(stored)} org units have a stored path through {uid}, {below} lie at or below it",
    )


def _line(units: Mapping[str, Json], uid: str) -> list[str]:
    line = [uid]
    while parent := units[line[0]].get("parent"):
        line.insert(0, parent["id"])
    return line
