"""A nation twice: as openIMIS has it, and as its ministry's DHIS2 has it, with the truth.

Whoever matches the two sees neither this code nor its truth, and this code knows nothing of how
they are matched. Both sides are made of one list of facilities, as people write it down twice:

- a quarter of the names is spelt otherwise: another word for what it is, a slip, accents, the words
  in another order, a word left out
- half of DHIS2's facilities have no code, or one of the ministry's own
- one in ten is on one side only; some lie at another level or in another district; some are
  closed
- ten are there twice: five on each side
- some codes were copied to the wrong line
- one village in three has the name of another in its district but for a letter
- the wards and villages of openIMIS are not in DHIS2
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from tests.support.openimis_sample import sample
from tests.support.sandbox.org_units import store_all_paths
from tests.support.sandbox.state import State
from transforms.matching.org_unit_tree import org_units_of
from transforms.matching.places import PLACES

ROOT = "NationRootA"
AS_OF = date(2026, 1, 1)
LIVED_IN = (
    ("tblFamilies", "LocationId"), ("tblInsuree", "CurrentVillage"), ("tblInsuree", "HFID"),
    ("tblClaim", "HFID"), ("tblClaimAdmin", "HFId"),
)  # fmt: skip
"""Columns of the sample that name a village or a health facility."""
TYPES = {
    "D": ("Dispensary", "Disp.", "Disp"),
    "C": ("Health Centre", "HC", "Health Center", "H/C"),
    "H": ("Hospital", "Hosp.", "Hosp"),
}
OWNERS = ("Government", "Mission", "Catholic Mission", "Islamic", "District", "Army")
ACCENTS = str.maketrans({"a": "á", "e": "é", "o": "ô", "i": "ï"})


@dataclass
class Nation:
    """Both sides of a nation.

    Attributes:
        places: Rows of openIMIS's places: key, kind, code, name, parent_key, level of a facility.
        units: DHIS2's org units, as it shows them.
        truth: Key of a place to the UID of its org unit; None: it has none.
        doubles: Keys of places that are there twice, and UIDs of org units that are.
        levels: Kind of place to DHIS2's levels.
        villages: Key of a facility, and UID of its org unit, to the district and village where it
            is in truth.
        points: Key of a place to the longitude and latitude that openIMIS's side knows.
    """

    places: list[dict[str, Any]] = field(default_factory=list)
    units: list[dict[str, Any]] = field(default_factory=list)
    truth: dict[str, str | None] = field(default_factory=dict)
    doubles: set[str] = field(default_factory=set)
    levels: dict[str, list[int]] = field(
        default_factory=lambda: {"region": [2], "district": [3], "facility": [4]}
    )
    villages: dict[str, tuple[str, str]] = field(default_factory=dict)
    points: dict[str, tuple[float, float]] = field(default_factory=dict)


class _Maker:
    """Writes a nation down twice."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.nation = Nation()
        self.paths = {ROOT: f"/{ROOT}"}
        self.numbers = 0
        self.unit(ROOT, "Nation", None)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def uid(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return "".join(self.random.choice(letters) for _ in range(11))

    def word(self) -> str:
        syllables = self.random.randint(2, 4)
        made = "".join(
            self.random.choice("bgklmnrst") + self.random.choice("aeiou") for _ in range(syllables)
        )
        return made.capitalize()

    def unit(self, uid: str, name: str, parent: str | None, **more: Any) -> str:
        path = f"{self.paths.get(parent or '', '')}/{uid}"
        self.paths[uid] = path
        row = {"id": uid, "name": name, "shortName": name[:50], "path": path}
        above = {"parent": {"id": parent}} if parent else {}
        self.nation.units.append(row | above | more)
        return uid

    def place(self, kind: str, name: str, parent: str | None, **more: Any) -> str:
        key = str(uuid.UUID(int=self.random.getrandbits(128)))
        code = f"{kind[0].upper()}{self.number():05d}"
        row = {"key": key, "kind": kind, "code": code, "name": name, "parent_key": parent}
        self.nation.places.append(row | more)
        return key

    # spelling

    def respelt(self, name: str, kinds: tuple[str, ...] = ()) -> str:
        """The same name as somebody else writes it down."""
        ways = [self.slip, self.accents, str.upper, self.turned]
        if kinds:
            ways += [lambda text: self.other_word(text, kinds)] * 4
        return self.random.choice(ways)(name)

    def slip(self, name: str) -> str:
        """One letter left out, doubled, changed, or two letters that changed places."""
        at = self.random.randrange(1, max(2, len(name.split()[0]) - 1))
        kind = self.random.randrange(4)
        other = self.random.choice("aeioumnrtls")
        return (
            name[:at] + name[at + 1 :],
            name[: at + 1] + name[at:],
            name[:at] + other + name[at + 1 :],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        )[kind]

    def accents(self, name: str) -> str:
        return name.translate(ACCENTS)

    def turned(self, name: str) -> str:
        words = name.split()
        return " ".join(words[1:] + words[:1])

    def other_word(self, name: str, kinds: tuple[str, ...]) -> str:
        other = self.random.choice([*kinds[1:], ""])
        return name.replace(kinds[0], other).strip()


def nation(
    facilities: int = 1_500, regions: int = 12, districts: int = 6, seed: int = 1, wards: int = 3
) -> Nation:
    """Return a nation of so many facilities; every seed gives another one."""
    made = _Maker(seed)
    homes = []
    for _ in range(regions):
        name = made.word()
        region = made.place("region", name, None)
        region_uid = _twin(made, region, name, ROOT)
        for _ in range(districts):
            name = made.word()
            district = made.place("district", name, region)
            homes.append((district, _twin(made, district, name, region_uid)))
            for _ in range(wards):
                ward = made.place("ward", made.word(), district)
                made.nation.truth[ward] = None
                for _ in range(2):
                    village = made.place("village", made.word(), ward)
                    made.nation.truth[village] = None
    _facilities(made, homes, facilities)
    return made.nation


def _twin(made: _Maker, key: str, name: str, parent: str) -> str:
    """A region or district: half have the code, a quarter another spelling."""
    spelt = made.respelt(name) if made.random.random() < 0.25 else name
    code = {"code": _code_of(made, key)} if made.random.random() < 0.5 else {}
    uid = made.unit(made.uid(), spelt, parent, **code)
    made.nation.truth[key] = uid
    return uid


def _code_of(made: _Maker, key: str) -> str:
    return str(next(row["code"] for row in reversed(made.nation.places) if row["key"] == key))


def _facilities(made: _Maker, homes: list[tuple[str, str]], count: int) -> None:
    villages = {district: _villages(made, count // len(homes) + 2) for district, _ in homes}
    for number in range(count):
        district, parent = homes[number % len(homes)]
        level, kinds = made.random.choice(list(TYPES.items()))
        # Some villages have a hospital and a dispensary, some two dispensaries with numbers.
        name = village = made.random.choice(villages[district])
        if made.random.random() < 0.2:
            name += f" {made.random.choice(OWNERS)}"
        elif made.random.random() < 0.1:
            name += f" {made.random.choice(['I', 'II', '3', 'North', 'South', 'A', 'B'])}"
        added = len(made.nation.places), len(made.nation.units)
        _facility(made, f"{name} {kinds[0]}", level, kinds, district, parent, homes, number)
        new = [row["key"] for row in made.nation.places[added[0] :]]
        new += [row["id"] for row in made.nation.units[added[1] :]]
        made.nation.villages |= dict.fromkeys(new, (district, village))
    _doubles(made)
    _wrong_codes(made)


def _villages(made: _Maker, count: int) -> list[str]:
    """Names of villages; one in three is another's but for a letter, as Kitua and Kitui are."""
    names = [made.word()]
    while len(names) < count:
        name = made.random.choice(names)
        at = made.random.randrange(1, len(name))
        near = name[:at] + made.random.choice("aeioubkmnt") + name[at + 1 :]
        names.append(near if made.random.random() < 1 / 3 else made.word())
    return names


def _facility(
    made: _Maker, name: str, level: str, kinds: tuple[str, ...], district: str, parent: str,
    homes: list[tuple[str, str]], number: int,
) -> None:  # fmt: skip
    chance = made.random.random
    side = "both" if chance() > 0.1 else made.random.choice(["openimis", "dhis2"])
    spelt = made.respelt(name, kinds) if chance() < 0.25 else name
    if side == "dhis2":
        made.unit(made.uid(), spelt, parent)
        return
    key = made.place("facility", name, district, level=level)
    made.nation.truth[key] = None
    if side == "openimis":
        return
    code: dict[str, Any] = {}
    if chance() < 0.5:
        code = {"code": _code_of(made, key)}
    elif chance() < 0.3:
        code = {"code": f"MOH-{number}"}
    elsewhere = made.random.choice(homes)[1] if chance() < 0.01 else parent
    if chance() < 0.005:
        elsewhere = made.paths[elsewhere].split("/")[2]  # beside the districts
    closed = {"closedDate": "2019-06-30T00:00:00.000"} if chance() < 0.01 else {}
    made.nation.truth[key] = made.unit(made.uid(), spelt, elsewhere, **code, **closed)


def _doubles(made: _Maker) -> None:
    """Five org units that somebody made once more, and five facilities of openIMIS."""
    facilities = [row for row in made.nation.places if row["kind"] == "facility"]
    units = {row["id"]: row for row in made.nation.units}
    chosen = [row for row in facilities if made.nation.truth[row["key"]]]
    for row in made.random.sample(chosen, 10):
        uid = str(made.nation.truth[row["key"]])
        if len(made.nation.doubles) < 10:
            unit = units[uid]
            double = made.unit(made.uid(), made.respelt(unit["name"]), unit["parent"]["id"])
            made.nation.doubles |= {uid, double}
            made.nation.villages[double] = made.nation.villages[uid]
        else:
            again = made.respelt(row["name"])
            double = made.place("facility", again, row["parent_key"], level=row["level"])
            made.nation.truth[double] = uid
            made.nation.doubles |= {row["key"], double}
            made.nation.villages[double] = made.nation.villages[row["key"]]


def _wrong_codes(made: _Maker) -> None:
    """Codes that were copied to the line below."""
    with_code = [row for row in made.nation.units if str(row.get("code", "")).startswith("F")]
    for one, other in zip(with_code[10:400:60], with_code[11:400:60], strict=True):
        one["code"], other["code"] = other["code"], one["code"]


ATTRIBUTE = "NationCodeA"
"""Attribute of org units that holds openIMIS's code."""
_WIDE, _VILLAGE, _DEVICE = 0.2, 0.004, 0.0005
"""Degrees: how far a village lies from the middle of its district, a facility from that of its
village, and a point that somebody took from the facility."""


def with_points_and_attributes(made: Nation, seed: int = 1) -> Nation:
    """Write down more of a nation on both sides, and return it.

    - openIMIS knows where 60 % of its facilities lie, DHIS2 where 80 % do; one point in fifty is
      the middle of the district
    - a third of DHIS2's facilities without openIMIS's code has it in an attribute; one in a hundred
      of these is that of the next line
    """
    chance = random.Random(seed)
    spots = _spots(made, chance)
    for row in made.places:
        if row["kind"] == "facility" and chance.random() < 0.6:
            made.points[row["key"]] = _taken(spots, made, row["key"], chance)
    keys = {uid: key for key, uid in made.truth.items() if uid and key in made.villages}
    codes = {row["key"]: row["code"] for row in made.places}
    units = [row for row in made.units if row["id"] in made.villages]
    for row in units:
        if chance.random() < 0.8:
            point = list(_taken(spots, made, row["id"], chance))
            row["geometry"] = {"type": "Point", "coordinates": point}
    without = [row for row in units if row.get("code") not in codes.values() and row["id"] in keys]
    for row, other in zip(without, without[1:] + without[:1], strict=True):
        if chance.random() < 1 / 3:
            of = keys[other["id"] if chance.random() < 0.01 else row["id"]]
            row["attributeValues"] = [{"attribute": {"id": ATTRIBUTE}, "value": codes[of]}]
    return made


def _spots(made: Nation, chance: random.Random) -> dict[object, tuple[float, float]]:
    """Where districts, villages and facilities lie in truth; both sides of one have one spot."""
    spots: dict[object, tuple[float, float]] = {}
    for row in made.places:
        if row["kind"] == "district":
            spots[row["key"]] = (30 + chance.random() * 8, -8 + chance.random() * 8)
    for district, village in made.villages.values():
        if (district, village) not in spots:
            spots[district, village] = _beside(spots[district], _WIDE, chance)
    units = {made.truth.get(key): key for key in made.villages}
    for name, home in made.villages.items():
        key = units.get(name, name)
        spots.setdefault(key, _beside(spots[home], _VILLAGE, chance))
        spots[name] = spots[key]
    return spots


def _beside(
    spot: tuple[float, float], degrees: float, chance: random.Random
) -> tuple[float, float]:
    return (
        round(chance.gauss(spot[0], degrees), 5), round(chance.gauss(spot[1], degrees), 5)
    )  # fmt: skip


def _taken(
    spots: dict[object, tuple[float, float]], made: Nation, name: str, chance: random.Random
) -> tuple[float, float]:
    """The point that somebody took of a facility; a few took that of the district."""
    if chance.random() < 0.02:
        return spots[made.villages[name][0]]
    return _beside(spots[name], _DEVICE, chance)


def coordinates_of(made: Nation) -> pl.DataFrame:
    """Return what openIMIS's side knows of where places lie, as a country's own file does."""
    codes = {row["key"]: row["code"] for row in made.places}
    rows = [(codes[key], *point) for key, point in made.points.items()]
    schema = {"code": pl.String, "longitude": pl.Float64, "latitude": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def table_of(made: Nation, count: int) -> pl.DataFrame:
    """Return a person's own table of so many facilities, with the columns of `match.table`."""
    codes = {row["key"]: row["code"] for row in made.places if row["kind"] == "facility"}
    known = [(codes[key], "facility", uid) for key, uid in made.truth.items()
             if uid and key in codes and key not in made.doubles]  # fmt: skip
    return pl.DataFrame(known[-count:], schema=["code", "kind", "uid"], orient="row")


def as_frames(made: Nation) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both sides as the frames of `transforms.matching`: places and org units."""
    rows = [row | {"is_current": True, "path": row["name"]} for row in made.places]
    places = pl.DataFrame(rows).join(coordinates_of(made), on="code", how="left")
    return places.select(PLACES.names()).cast(PLACES), org_units_of(
        made.units, ATTRIBUTE, today=AS_OF
    )


def openimis_tables(made: Nation, insurees: int = 5) -> dict[str, pl.DataFrame]:
    """Return openIMIS's tables of the places; all others are those of a sample, which lives there.

    Its families and claims are spread over the nation's villages and facilities, one after another.
    """
    whole = sample(insurees, seed=1, level="1.4", as_of=AS_OF, defects=False)
    numbers = {row["key"]: number for number, row in enumerate(made.places, start=1)}
    types = {"region": "R", "district": "D", "ward": "W", "village": "V"}
    locations, facilities = [], []
    for row in made.places:
        number, above = numbers[row["key"]], numbers.get(row["parent_key"] or "")
        named = {"ValidityFrom": datetime.fromisoformat("2020-01-01"), "AuditUserId": 1}
        if row["kind"] == "facility":
            facilities.append(
                {"HfID": number, "HfUUID": row["key"], "HFCode": row["code"], "HFName": row["name"],
                 "HFLevel": row["level"], "LocationId": above, "HFCareType": "O",
                 "OffLine": False, "AuditUserID": 1, "LegalForm": "G",
                 "ValidityFrom": named["ValidityFrom"]}
            )  # fmt: skip
        else:
            locations.append(
                named | {"LocationId": number, "LocationUUID": row["key"],
                         "LocationCode": row["code"], "LocationName": row["name"],
                         "LocationType": types[row["kind"]], "ParentLocationId": above}
            )  # fmt: skip
    of_places = {"tblLocations": locations, "tblHF": facilities}
    villages = [row["LocationId"] for row in locations if row["LocationType"] == "V"]
    sites = [row["HfID"] for row in facilities]
    for table, column in LIVED_IN:
        there = villages if column in ("LocationId", "CurrentVillage") else sites
        whole[table] = whole[table].with_columns(_spread(column, there))
    return whole | {
        name: pl.DataFrame(rows, schema=whole[name].schema) for name, rows in of_places.items()
    }


def _spread(column: str, there: list[Any]) -> pl.Expr:
    """The n-th village of the sample is the n-th of the nation, and on from the first; 0 stays."""
    row = pl.Series(there, dtype=pl.Int64)
    here = pl.lit(row.implode()).list.get(pl.col(column) % len(there))
    return pl.when(pl.col(column) > 0).then(here).otherwise(column).alias(column)


def fill_dhis2(state: State, made: Nation) -> None:
    """Let a stand-in hold the nation's org units, as its ministry keeps them."""
    with state.lock:
        for row in made.units:
            shown = {name: value for name, value in row.items() if name != "path"}
            state.metadata["organisationUnits"][row["id"]] = {
                "openingDate": "1990-01-01T00:00:00.000", **shown,
            }  # fmt: skip
        store_all_paths(state)
        state.metadata_changed()
