"""Locations (regions, districts, wards, villages) and the health facilities under districts."""

from datetime import timedelta
from typing import Final

import polars as pl

from tests.support.openimis_sample.names import place_names
from tests.support.openimis_sample.plan import AUDIT_USER, Plan, Table, numbered, where

_LEVELS: Final = ("R", "D", "M", "V")
"""Prefix of the codes; openIMIS's own type of a municipality is W."""

_FACILITY_LEVELS: Final = ("H", "C", "C", "D", "D", "D")
"""What a district has: a hospital, two health centres, three dispensaries."""

_FACILITY_NAMES: Final = {"H": "District Hospital", "C": "Health Centre", "D": "Dispensary"}


def locations(plan: Plan) -> Table:
    """tblLocations: the tree, one village and one ward that were deleted, and moved wards."""
    counts = _counts(plan.families)
    tree = pl.concat(_level(at, counts) for at in range(4))
    live = numbered(tree, "LocationId").with_columns(
        LocationName=place_names(tree.height),
        ValidityFrom=pl.lit(plan.founded),
        ValidityTo=pl.lit(None, pl.Datetime("us")),
        AuditUserId=pl.lit(AUDIT_USER),
    )
    table = Table("tblLocations", _with_deleted(plan, _with_population(plan, live)))
    _keep_moved_wards(plan, table)
    return table


def villages(locations_: pl.DataFrame) -> pl.Series:
    """Keys of the current villages."""
    current = locations_.filter(pl.col("LocationType") == "V", pl.col("ValidityTo").is_null())
    return current["LocationId"]


def facilities(plan: Plan, locations_: pl.DataFrame) -> Table:
    """tblHF: six a district, some with earlier versions, one in 25 no longer valid."""
    districts = locations_.filter(LocationType="D")["LocationId"]
    count, chance = len(districts) * len(_FACILITY_LEVELS), plan.chance
    live = numbered(
        pl.select(
            LocationId=pl.lit(districts).repeat_by(len(_FACILITY_LEVELS)).explode(),
            HFLevel=pl.lit(pl.Series(_FACILITY_LEVELS * len(districts))),
        ),
        "HfID",
    ).with_columns(
        HFCode=pl.format("HF{}", pl.col("HfID").cast(pl.String).str.zfill(4)),
        HFName=_facility_name(count),
        LegalForm=chance.choices("legal form", count, {"G": 6, "C": 2, "D": 1, "P": 1}),
        HFSublevel=chance.choices("sublevel", count, {None: 7, "I": 1, "N": 1, "R": 1}),
        HFCareType=chance.choices("hf care", count, {"B": 6, "O": 3, "I": 1}),
        HFAddress=pl.lit("Market Road 1\\nP.O.Box 12"),
        Phone=pl.lit(""),
        Fax=pl.lit(""),
        eMail=pl.lit(""),
        OffLine=pl.lit(False),
        AuditUserID=pl.lit(AUDIT_USER),
        ValidityFrom=pl.lit(plan.founded),
        ValidityTo=pl.when(pl.col("HfID") % 25 == 9).then(pl.lit(plan.end - timedelta(days=200))),
        ContractStartDate=pl.lit(plan.first_day),
        status=chance.choices("hf status", count, {"AC": 94, "IN": 3, "DE": 1, "ID": 2}),
    )
    table = Table("tblHF", live)
    _keep_renamed_facilities(plan, table)
    return table


def _counts(families: int) -> tuple[int, int, int, int]:
    villages_ = max(8, families // 25)
    wards = max(4, villages_ // 5)
    districts = max(4, wards // 4)
    return max(2, districts // 5), districts, wards, villages_


def _level(at: int, counts: tuple[int, ...]) -> pl.DataFrame:
    """The places of one level; their parents take turns."""
    before, count = sum(counts[: max(at - 1, 0)]), counts[at]
    parent = pl.int_range(count) % counts[at - 1] + before + 1 if at else pl.lit(None, pl.Int64)
    number = pl.int_range(1, count + 1).cast(pl.String).str.zfill(2 + at)
    return pl.select(
        LocationType=pl.lit("RDWV"[at]).repeat_by(count).explode(),
        LocationCode=pl.format(_LEVELS[at] + "{}", number),
        ParentLocationId=parent,
    )


def _with_population(plan: Plan, live: pl.DataFrame) -> pl.DataFrame:
    """Four villages in five have population figures; nothing else has."""
    chance, count = plan.chance, live.height
    known = (live["LocationType"] == "V") & plan.chance.happens("population", count, 0.8)
    bounds = {
        "MalePopulation": (80, 900),
        "FemalePopulation": (90, 950),
        "OtherPopulation": (0, 9),
        "Families": (30, 350),
    }
    figures = {name: chance.integers(name, count, *bound) for name, bound in bounds.items()}
    return live.with_columns(**{name: where(known, value) for name, value in figures.items()})


def _with_deleted(plan: Plan, live: pl.DataFrame) -> pl.DataFrame:
    """A ward with its village, both deleted last year."""
    ward = live.filter(LocationType="W")[-1]
    village = live.filter(LocationType="V")[-1]
    key = live.height
    gone = pl.concat([ward, village]).with_columns(
        LocationId=pl.Series([key + 1, key + 2]),
        LocationCode=pl.Series(["M999", "V9999"]),
        LocationName=pl.Series(["Farewell", "Farewell Green"]),
        ParentLocationId=pl.Series([ward["ParentLocationId"][0], key + 1]),
        ValidityTo=pl.lit(plan.end - timedelta(days=300)),
    )
    return pl.concat([live, gone.cast(live.schema)])


def _keep_moved_wards(plan: Plan, table: Table) -> None:
    """One ward in eight lay in another district before: a history row, nothing in the live one."""
    wards = table.live.filter(pl.col("LocationType") == "W", pl.col("ValidityTo").is_null())
    moved = wards.gather_every(8)
    districts = table.live.filter(LocationType="D")["LocationId"]
    before = moved.with_columns(
        ParentLocationId=plan.chance.picks("old district", moved.height, districts)
    )
    days = plan.chance.days("ward moved", moved.height, plan.first_day, plan.as_of)
    table.keep_versions(before, plan.moments("ward moved at", days))


def _facility_name(count: int) -> pl.Expr:
    kinds = pl.col("HFLevel").replace_strict(_FACILITY_NAMES)
    return pl.concat_str([pl.lit(place_names(count)), kinds], separator=" ")


def _keep_renamed_facilities(plan: Plan, table: Table) -> None:
    """One facility in five had another name before."""
    renamed = table.live.filter(pl.col("HfID") % 5 == 0, pl.col("ValidityTo").is_null())
    before = renamed.with_columns(HFName=pl.format("Old {}", pl.col("HFName").str.slice(0, 90)))
    days = plan.chance.days("hf renamed", renamed.height, plan.first_day, plan.as_of)
    moments = plan.moments("hf renamed at", days)
    table.keep_versions(before, moments)
    moved = pl.DataFrame({"HfID": renamed["HfID"], "moved": moments})
    table.live = (
        table.live.join(moved, on="HfID", how="left")
        .with_columns(ValidityFrom=pl.coalesce("moved", "ValidityFrom"))
        .drop("moved")
    )
