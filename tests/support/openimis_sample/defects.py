"""Bad records, a few of each kind, as they are met in real openIMIS databases.

Each defect takes a few current rows that no other defect has, so that what comes of each can be
told apart.
"""

# ruff: noqa: E501 - a table is read by its rows
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.plan import Plan

_SHARE: Final = 0.0005
"""Rows of each kind: one in two thousand of the table's current ones, two at least."""


@dataclass
class Workbench:
    """The tables while defects are put in, and the rows that have one already."""

    plan: Plan
    tables: dict[str, pl.DataFrame]
    taken: dict[str, set[int]] = field(default_factory=dict)

    def take(self, table: str, name: str, *, among: pl.Expr | None = None) -> list[int]:
        """Keys of a few current rows without a defect."""
        key = schema.key(table)
        rows = self.tables[table].filter(pl.col("ValidityTo").is_null())
        wanted = max(2, round(rows.height * _SHARE))
        free = rows if among is None else rows.filter(among)
        free = free.filter(~pl.col(key).is_in(list(self.taken.setdefault(table, set()))))
        order = self.plan.chance.shares(f"defect {name}", free.height)
        keys = free.with_columns(order=order).sort("order").head(wanted)[key].to_list()
        self.taken[table] |= set(keys)
        return keys

    def write(self, table: str, keys: list[int], **columns: Any) -> None:
        """Writes columns of the rows; a value may be an expression."""
        frame = self.tables[table]
        here = pl.col(schema.key(table)).is_in(keys)
        self.tables[table] = frame.with_columns(
            pl.when(here)
            .then(value if isinstance(value, pl.Expr) else pl.lit(value))
            .otherwise(pl.col(name))
            .cast(frame.schema[name])
            .alias(name)
            for name, value in columns.items()
            if name in frame.columns
        )


@dataclass(frozen=True)
class Defect:
    """A kind of bad record: what it is, and how it is made."""

    says: str
    make: Callable[[Workbench], list[int]]
    levels: tuple[schema.Level, ...] = schema.LEVELS


def with_defects(plan: Plan, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with a few records of each kind in `DEFECTS` that the level allows."""
    bench = Workbench(plan, dict(tables))
    for defect in DEFECTS.values():
        if plan.level in defect.levels:
            defect.make(bench)
    return bench.tables


def _value(
    table: str, name: str, among: pl.Expr | None = None, **columns: Any
) -> Callable[[Workbench], list[int]]:
    """A defect that is a wrong value in a row."""

    def make(bench: Workbench) -> list[int]:
        keys = bench.take(table, name, among=among)
        bench.write(table, keys, **columns)
        return keys

    return make


def _of_neighbour(table: str, name: str, column: str) -> Callable[[Workbench], list[int]]:
    """A defect that is another row's value: the first taken row's is copied to the others."""

    def make(bench: Workbench) -> list[int]:
        keys = bench.take(table, name)
        rows = bench.tables[table]
        if len(keys) < 2:
            return []
        value = rows.filter(pl.col(schema.key(table)) == keys[0])[column][0]
        bench.write(table, keys[1:], **{column: value})
        return keys

    return make


def _dead_reference(
    table: str, name: str, column: str, to: str, among: pl.Expr
) -> Callable[[Workbench], list[int]]:
    """A defect that is a foreign key to a row of `to` that is not current."""

    def make(bench: Workbench) -> list[int]:
        dead = bench.tables[to].filter(among)[schema.key(to)]
        keys = bench.take(table, name) if len(dead) else []
        if keys:
            bench.write(table, keys, **{column: dead[0]})
        return keys

    return make


def _lines_of_gone_claims(bench: Workbench) -> list[int]:
    """Every line that looks alive though its claim is deleted: the sample has them already."""
    claims = bench.tables["tblClaim"].filter(
        pl.col("ValidityTo").is_not_null() & pl.col("LegacyID").is_null()
    )
    return claims["ClaimID"].to_list()


_HISTORY: Final = pl.col("LegacyID").is_not_null()
_DELETED: Final = pl.col("ValidityTo").is_not_null() & pl.col("LegacyID").is_null()
_IS_HEAD: Final = pl.col("IsHead")
_NEW: Final = ("1.11",)
_LONG_CODE: Final = pl.concat_str(pl.col("ICDCode"), pl.col("ICDName"), separator=" ").str.slice(
    0, 66
)

# fmt: off
DEFECTS: Final[dict[str, Defect]] = {
    # Numbers.
    "number_is_null": Defect("a person without an insuree number", _value("tblInsuree", "number_is_null", CHFID=None)),
    "number_is_blank": Defect("a number of blanks", _value("tblInsuree", "number_is_blank", CHFID="  ")),
    "number_is_double": Defect("two current persons with one number", _of_neighbour("tblInsuree", "number_is_double", "CHFID")),
    "number_has_blanks": Defect("a number with blanks around it", _value("tblInsuree", "number_has_blanks", CHFID=pl.concat_str(pl.lit(" "), pl.col("CHFID"), pl.lit(" ")))),
    # Persons and families.
    "family_without_head": Defect("the family's head is 0", _value("tblFamilies", "family_without_head", InsureeID=0)),
    "head_is_deleted": Defect("the family's head is a deleted person", _dead_reference("tblFamilies", "head_is_deleted", "InsureeID", "tblInsuree", _DELETED)),
    "heads_disagree": Defect("the family names a head whose own mark says no", _value("tblInsuree", "heads_disagree", _IS_HEAD, IsHead=False)),
    "two_heads": Defect("a second member is marked as head", _value("tblInsuree", "two_heads", ~_IS_HEAD, IsHead=True)),
    "insuree_without_family": Defect("a person of no family and no village", _value("tblInsuree", "insuree_without_family", ~_IS_HEAD, FamilyID=None, CurrentVillage=None), _NEW),
    "birth_is_null": Defect("a person without a date of birth", _value("tblInsuree", "birth_is_null", DOB=None), _NEW),
    "birth_is_long_ago": Defect("born in the year 1", _value("tblInsuree", "birth_is_long_ago", DOB=pl.date(1, 1, 1))),
    "gender_is_unknown": Defect("a gender that the lookup does not have", _value("tblInsuree", "gender_is_unknown", Gender="X")),
    "name_has_control_character": Defect("a name with a control character", _value("tblInsuree", "name_has_control_character", LastName="Bad\x07name")),
    "village_is_a_ward": Defect("an own village that is a ward", _dead_reference("tblInsuree", "village_is_a_ward", "CurrentVillage", "tblLocations", pl.col("LocationType") == "W")),
    "village_is_deleted": Defect("an own village that was deleted", _dead_reference("tblInsuree", "village_is_deleted", "CurrentVillage", "tblLocations", _DELETED & (pl.col("LocationType") == "V"))),
    "family_without_village": Defect("a family without a village", _value("tblFamilies", "family_without_village", LocationId=None)),
    "family_in_deleted_village": Defect("a family in a deleted village", _dead_reference("tblFamilies", "family_in_deleted_village", "LocationId", "tblLocations", _DELETED & (pl.col("LocationType") == "V"))),
    # Policies.
    "expiry_is_null": Defect("a policy and its covers without an expiry date", _value("tblPolicy", "expiry_is_null", ExpiryDate=None)),
    "cover_expiry_is_null": Defect("an insuree policy without an expiry date", _value("tblInsureePolicy", "cover_expiry_is_null", ExpiryDate=None)),
    "cover_has_no_dates": Defect("an insuree policy without any date", _value("tblInsureePolicy", "cover_has_no_dates", EnrollmentDate=None, StartDate=None, EffectiveDate=None, ExpiryDate=None)),
    "expiry_before_effective": Defect("a cover that ends before it begins", _value("tblInsureePolicy", "expiry_before_effective", pl.col("EffectiveDate").is_not_null(), ExpiryDate=pl.col("EffectiveDate").dt.offset_by("-40d"))),
    "policy_names_history_product": Defect("a policy of a history row of its product", _dead_reference("tblPolicy", "policy_names_history_product", "ProdID", "tblProduct", _HISTORY)),
    "cover_of_deleted_policy": Defect("a current cover of a deleted policy", _dead_reference("tblInsureePolicy", "cover_of_deleted_policy", "PolicyId", "tblPolicy", _DELETED)),
    "policy_status_is_unknown": Defect("a policy status that is none", _value("tblPolicy", "policy_status_is_unknown", PolicyStatus=3)),
    # Claims.
    "claim_of_deleted_insuree": Defect("a current claim of a deleted person", _dead_reference("tblClaim", "claim_of_deleted_insuree", "InsureeID", "tblInsuree", _DELETED)),
    "claim_of_history_insuree": Defect("a current claim of a history row of a person", _dead_reference("tblClaim", "claim_of_history_insuree", "InsureeID", "tblInsuree", _HISTORY)),
    "claim_names_history_facility": Defect("a current claim at a history row of a facility", _dead_reference("tblClaim", "claim_names_history_facility", "HFID", "tblHF", _HISTORY)),
    "claim_at_deleted_facility": Defect("a current claim at a deleted facility", _dead_reference("tblClaim", "claim_at_deleted_facility", "HFID", "tblHF", _DELETED)),
    "claim_code_is_double": Defect("two current claims of one code", _of_neighbour("tblClaim", "claim_code_is_double", "ClaimCode")),
    "claim_code_is_blank": Defect("a claim without a code", _value("tblClaim", "claim_code_is_blank", ClaimCode="")),
    "dates_are_reversed": Defect("stamps before the visit, as after a shift of dates", _value("tblClaim", "dates_are_reversed", pl.col("SubmitStamp").is_not_null(), DateFrom=pl.col("DateFrom").dt.offset_by("90d"), DateTo=pl.col("DateFrom").dt.offset_by("80d"))),
    "processed_without_stamp": Defect("status 8 without any date of processing", _value("tblClaim", "processed_without_stamp", pl.col("ClaimStatus") == 8, ProcessStamp=None, DateProcessed=None)),
    "claim_status_is_unknown": Defect("a claim status that is none", _value("tblClaim", "claim_status_is_unknown", ClaimStatus=32)),
    "visit_type_is_unknown": Defect("a visit type that is none", _value("tblClaim", "visit_type_is_unknown", VisitType="Z")),
    "line_without_product": Defect("a passed line without a product", _value("tblClaimItems", "line_without_product", pl.col("ProdID").is_not_null(), ProdID=None, PolicyID=None)),
    "line_of_deleted_item": Defect("a current line of a deleted item", _dead_reference("tblClaimItems", "line_of_deleted_item", "ItemID", "tblItems", _DELETED)),
    "line_of_history_service": Defect("a current line of a history row of a service", _dead_reference("tblClaimServices", "line_of_history_service", "ServiceID", "tblServices", _HISTORY)),
    "quantity_is_nought": Defect("approved quantity 0 on a passed line", _value("tblClaimServices", "quantity_is_nought", pl.col("ClaimServiceStatus") == 1, QtyApproved=0)),
    "amount_is_huge": Defect("an amount of sixteen digits", _value("tblClaimItems", "amount_is_huge", PriceAsked=pl.lit("1234567890123456.78").cast(schema.MONEY), QtyProvided=1, QtyApproved=None)),
    "deleted_claim_has_live_lines": Defect("lines that look alive though their claim is deleted", _lines_of_gone_claims),
    # Registers.
    "facility_is_its_own_past": Defect("a current facility whose LegacyID is its own key", _value("tblHF", "facility_is_its_own_past", LegacyID=pl.col("HfID"))),
    "item_code_has_blanks": Defect("an item code with a trailing blank", _value("tblItems", "item_code_has_blanks", ItemCode=pl.concat_str(pl.col("ItemCode"), pl.lit(" ")))),
    "service_code_has_blanks": Defect("a service code with trailing blanks", _value("tblServices", "service_code_has_blanks", ServCode=pl.concat_str(pl.col("ServCode"), pl.lit("  ")))),
    "item_code_is_blank": Defect("an item without a code", _value("tblItems", "item_code_is_blank", ItemCode="")),
    "diagnosis_code_is_long": Defect("a diagnosis whose code holds its name too, as in release 24.04", _value("tblICDCodes", "diagnosis_code_is_long", ICDCode=_LONG_CODE)),
    "diagnosis_code_is_double": Defect("two current diagnoses with one code", _of_neighbour("tblICDCodes", "diagnosis_code_is_double", "ICDCode")),
    "village_code_is_double": Defect("two current places with one code", _of_neighbour("tblLocations", "village_code_is_double", "LocationCode")),
    "location_name_is_blank": Defect("a village without a name", _value("tblLocations", "location_name_is_blank", pl.col("LocationType") == "V", LocationName="")),
}
# fmt: on
