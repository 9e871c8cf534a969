"""Samples of openIMIS in which more than one table differs from the community's.

other_values      codes of other programs, and a column of another name
more_fields       what ministries ask for: referrals, patient condition, pre-authorisation
restored_claims   rejected claims that were entered again, some of them twice
day_workers       people who were entered without family and village
old_data          funds, policies without stage or product, several rows of one insuree and
                  policy, and rows that name nothing
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from tests.support.openimis_sample import schema

Tables = dict[str, pl.DataFrame]
KIND_OF_VISIT: Final = "visit_kind"
"""What openIMIS calls VisitType."""
FUND_NUMBERS: Final = ("999999999", "000000001")
NO_ROW: Final = 88_888_888
_REJECTED: Final = 1
_NOT_PROCESSED: Final = (2, 4)
_LIVE: Final = pl.col("ValidityTo").is_null() & pl.col("LegacyID").is_null()


def with_other_values(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Codes that openIMIS itself does not have, in every version of a row."""
    return {
        **tables,
        "tblInsuree": _recoded(tables, "tblInsuree", "Marital", {"N": "U"}, {"M": "P"}),
        "tblPolicy": _recoded(tables, "tblPolicy", "PolicyStage", {}, {"R": "C"}),
        "tblHF": _recoded(
            {"tblHF": _recoded(tables, "tblHF", "LegalForm", {}, {"G": "M"})},
            "tblHF",
            "HFLevel",
            {},
            {"C": "L"},
        ),
        "tblClaim": tables["tblClaim"].rename({"VisitType": KIND_OF_VISIT}),
    }


def _recoded(
    tables: Mapping[str, pl.DataFrame],
    table: str,
    column: str,
    always: Mapping[str, str],
    of_every_second: Mapping[str, str],
) -> pl.DataFrame:
    text = pl.col(column).str.strip_chars().replace(always)
    is_second = pl.coalesce("LegacyID", schema.key(table)) % 2 == 0
    other = pl.when(is_second).then(text.replace(of_every_second)).otherwise(text)
    return tables[table].with_columns(other.alias(column))


def with_more_fields(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Referrals, patient conditions and pre-authorisations of claims, in every version."""
    live = pl.coalesce("LegacyID", "ClaimID")
    facilities = tables["tblHF"].filter(_LIVE)["HfID"].sort()
    some = pl.lit(facilities).gather(live % len(facilities))
    claims = tables["tblClaim"].with_columns(
        ReferFrom=pl.when(live % 5 == 0).then(some),
        ReferTo=pl.when(live % 7 == 0).then(some),
        patient_condition=pl.lit(pl.Series(["H", "D", "E", "R"])).gather(live % 4),
        pre_authorization=live % 6 == 0,
    )
    return {**tables, "tblClaim": schema.conformed(claims, "tblClaim", schema.LEVELS[-1])}


def with_restored_claims(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Each rejected claim is restored by the person's next one, and some by the one after, too.

    The sample rejects few: so is every other claim that is not processed yet.
    """
    is_new = _LIVE & pl.col("ClaimStatus").is_in(_NOT_PROCESSED) & (pl.col("ClaimID") % 2 == 0)
    status = pl.when(is_new).then(_REJECTED).otherwise("ClaimStatus").cast(pl.Int16)
    claims = tables["tblClaim"].with_columns(ClaimStatus=status).drop("RestoredClaim")
    live = claims.filter(_LIVE).sort("InsureeID", "ClaimID")
    one, two = (
        pl.when(pl.col("ClaimStatus").shift(number).over("InsureeID") == _REJECTED).then(
            pl.col("ClaimID").shift(number).over("InsureeID")
        )
        for number in (1, 2)
    )
    restored = live.select("ClaimID", RestoredClaim=pl.coalesce(two, one))
    claims = claims.join(restored, on="ClaimID", how="left")
    return {**tables, "tblClaim": schema.conformed(claims, "tblClaim", schema.LEVELS[-1])}


def with_day_workers(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Every ninth person who heads no family has neither family nor village, nor ever had."""
    is_one = ~pl.col("IsHead") & (pl.coalesce("LegacyID", "InsureeID") % 9 == 0)
    homes = ["FamilyID", "CurrentVillage"]
    insurees = tables["tblInsuree"].with_columns(pl.when(~is_one).then(pl.col(homes)))
    return {**tables, "tblInsuree": insurees}


def with_old_data(tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Twelve years of an openIMIS: what it takes for granted, and what nobody cleaned up."""
    policy, live = pl.coalesce("LegacyID", "PolicyID"), tables["tblPolicy"]
    policies = live.with_columns(
        PolicyStage=pl.when(policy % 7 != 0).then("PolicyStage"),
        ProdID=pl.when(policy % 11 == 0).then(0).otherwise("ProdID").cast(live.schema["ProdID"]),
    )
    made = {**tables, "tblPolicy": policies}
    made["tblInsureePolicy"] = _with_rows_of_every_save(made["tblInsureePolicy"])
    return _with_rows_that_name_nothing(_with_funds(made))


def _with_rows_of_every_save(covers: pl.DataFrame) -> pl.DataFrame:
    """Insurees who were saved while a policy of theirs ran: one more current row each time."""
    again = covers.filter(_LIVE, pl.col("InsureePolicyID") % 5 == 0)
    return _added(
        covers, "tblInsureePolicy", again.with_columns(pl.col("EffectiveDate") + timedelta(days=60))
    )


def _with_funds(tables: Tables) -> Tables:
    """One fund for each number: a family in a district or nowhere, its head, and a policy."""
    count, made = len(FUND_NUMBERS), dict(tables)
    district = tables["tblLocations"].filter(_LIVE, LocationType="D")["LocationId"][0]
    heads = tables["tblInsuree"].filter(_LIVE, "IsHead").head(count)
    copies = {
        "tblFamilies": tables["tblFamilies"].filter(_LIVE).head(count),
        "tblInsuree": heads.with_columns(Gender=None, CurrentVillage=None),
        "tblPolicy": tables["tblPolicy"].filter(_LIVE, PolicyStatus=2).head(count),
        "tblInsureePolicy": tables["tblInsureePolicy"].filter(_LIVE).head(count),
    }
    keys = {name: _next_keys(tables, name, count) for name in copies}
    own = {
        "tblFamilies": {"InsureeID": keys["tblInsuree"], "LocationId": pl.Series([district, None])},
        "tblInsuree": {"FamilyID": keys["tblFamilies"], "CHFID": pl.Series(FUND_NUMBERS)},
        "tblPolicy": {"FamilyID": keys["tblFamilies"]},
        "tblInsureePolicy": {"InsureeID": keys["tblInsuree"], "PolicyId": keys["tblPolicy"]},
    }
    for name, rows in copies.items():
        made[name] = _added(tables[name], name, rows.with_columns(**own[name]))
    return {**made, "tblLocations": _with_places_of_funds(tables["tblLocations"])}


def _with_places_of_funds(places: pl.DataFrame) -> pl.DataFrame:
    """Region, district, ward and village, each below the one before, all called Funding."""
    kinds = pl.Series(["R", "D", "W", "V"])
    keys = _next_keys({"tblLocations": places}, "tblLocations", len(kinds))
    rows = places.filter(_LIVE).head(len(kinds))
    funding = rows.with_columns(
        LocationType=kinds,
        LocationCode="F" + kinds,
        LocationName=pl.lit("Funding"),
        ParentLocationId=keys.shift(1),
    )
    return _added(places, "tblLocations", funding)


def _with_rows_that_name_nothing(tables: Tables) -> Tables:
    """Copies of rows that name 0, or a row that is not there, one for each foreign key."""
    made = dict(tables)
    for name, column in NAMES_NOTHING:
        for value in (0, NO_ROW):
            row = made[name].filter(_LIVE).head(1)
            made[name] = _added(made[name], name, row.with_columns(pl.lit(value).alias(column)))
    return made


NAMES_NOTHING: Final = (
    ("tblInsureePolicy", "InsureeID"),
    ("tblInsureePolicy", "PolicyId"),
    ("tblClaim", "InsureeID"),
    ("tblClaim", "HFID"),
    ("tblClaimServices", "ClaimID"),
    ("tblClaimItems", "ClaimID"),
)
"""Without what these foreign keys name, there is nothing that could be sent."""


def _next_keys(tables: Mapping[str, pl.DataFrame], table: str, count: int) -> pl.Series:
    """The keys that `_added` gives to so many rows."""
    keys = tables[table][schema.key(table)]
    return pl.int_range(1, count + 1, eager=True) + keys.max()


def _added(table: pl.DataFrame, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The table with rows of their own: with keys, UUIDs and codes that no other row has."""
    key, uuid = schema.key(name), schema.uuid_column(name)
    numbered = rows.with_columns(_next_keys({name: table}, name, rows.height).alias(key))
    if uuid:
        own = pl.format("00000000-0000-4000-8000-{}", pl.col(key).cast(pl.String).str.zfill(12))
        numbered = numbered.with_columns(own.alias(uuid))
    if "ClaimCode" in numbered.columns:
        numbered = numbered.with_columns(ClaimCode=pl.format("OLD{}", key))
    return pl.concat([table, numbered.select(table.columns).cast(table.schema)])
