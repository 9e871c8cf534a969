"""Bad records of openIMIS: how each is made, and what becomes of what is made of it.

Those of `tests.support.openimis_sample.defects` and more. Several hundred rows of one database have
one each, and none has two.
"""

# ruff: noqa: E501, DTZ001 - a table is read by its rows; openIMIS knows no time zones

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.defects import DEFECTS, Defect, Workbench

Make = Callable[[Workbench], list[int]]

LONG = "A name of three hundred characters ".ljust(300, "x")
NUL = "Before\x00after"
LINES = "Over\ntwo\tlines"
QUOTES = 'O\'Brien "\\u0041" {}; --'
ARABIC = "\u202b\u0639\u0627\u0626\u0634\u0629\u202c \u0628\u0646\u062a"
COMBINING = "Zoe\u0308 N\u0303an\u0303ez \U0001f469\u200d\u2695\ufe0f"
NOWHERE = 2_000_000_000
ABSURD = Decimal("9999999999999999.99")

VILLAGE, WARD, DISTRICT, REGION = ((pl.col("LocationType") == letter) for letter in "VWDR")
PASSED = pl.col("ClaimItemStatus") == 1


def changed(table: str, among: pl.Expr | None = None, **columns: Any) -> Make:
    """Two current rows of a table with other values."""

    def make(bench: Workbench) -> list[int]:
        keys = bench.take(table, f"{table} {sorted(columns)} {columns}"[:60], among=among)[:2]
        bench.write(table, keys, **columns)
        return keys

    return make


def _of_each_other(column: str, among: pl.Expr) -> Make:
    """Two current locations, each the parent of the other."""

    def make(bench: Workbench) -> list[int]:
        first, second = bench.take("tblLocations", "circle", among=among)[:2]
        bench.write("tblLocations", [first], **{column: second})
        bench.write("tblLocations", [second], **{column: first})
        return [first, second]

    return make


def _own_key(table: str, column: str, among: pl.Expr) -> Make:
    return changed(table, among, **{column: pl.col(schema.key(table))})


def _at_a(kind: pl.Expr) -> Make:
    """Two current facilities below another kind of location than a district."""

    def make(bench: Workbench) -> list[int]:
        place = bench.tables["tblLocations"].filter(kind, pl.col("ValidityTo").is_null())
        keys = bench.take("tblHF", "at another kind")[:2]
        bench.write("tblHF", keys, LocationId=place["LocationId"][0])
        return keys

    return make


def _history_ends_before_it_begins(table: str) -> Make:
    """Two current rows, each with a history row that ended before it began."""

    def make(bench: Workbench) -> list[int]:
        rows, key = bench.tables[table], schema.key(table)
        history = rows.filter(pl.col("ValidityTo").is_not_null(), pl.col("LegacyID").is_not_null())
        has_history = pl.col(key).is_in(history["LegacyID"].implode())
        keys = bench.take(table, "history is reversed", among=has_history)[:2]
        reversed_rows = history.filter(pl.col("LegacyID").is_in(keys))[key].to_list()
        ended = pl.col("ValidityFrom").dt.offset_by("-30d")
        bench.write(table, reversed_rows, ValidityTo=ended)
        assert reversed_rows
        return keys

    return make


def _lower_twin(table: str, column: str) -> Make:
    """Two current rows whose codes differ in case only."""

    def make(bench: Workbench) -> list[int]:
        first, second = bench.take(table, f"twins {column}")[:2]
        bench.write(table, [first], **{column: "TWIN7"})
        bench.write(table, [second], **{column: "twin7"})
        return [first, second]

    return make


def _same_uuid(table: str) -> Make:
    """Two current rows of one UUID."""

    def make(bench: Workbench) -> list[int]:
        column = schema.uuid_column(table) or ""
        first, second = bench.take(table, "same UUID")[:2]
        rows = bench.tables[table].filter(pl.col(schema.key(table)) == first)
        bench.write(table, [second], **{column: rows[column][0]})
        return [first, second]

    return make


MORE: Mapping[str, Defect] = {
    # Dates of 1900 and 2090, and the other way round.
    "born_in_1900": Defect("born in 1900", changed("tblInsuree", DOB=date(1900, 1, 1))),
    "born_in_2090": Defect("born in 2090", changed("tblInsuree", DOB=date(2090, 1, 1))),
    "recorded_in_1900": Defect("a person whose record begins in 1900", changed("tblInsuree", ValidityFrom=datetime(1900, 1, 1))),
    "recorded_in_2090": Defect("a person whose record begins in 2090", changed("tblInsuree", ValidityFrom=datetime(2090, 1, 1))),
    "enrolled_in_1900": Defect("an insuree policy of 1900", changed("tblInsureePolicy", EnrollmentDate=date(1900, 1, 1))),
    "enrolled_in_2090": Defect("an insuree policy of 2090", changed("tblInsureePolicy", EnrollmentDate=date(2090, 1, 1))),
    "enrolled_in_the_year_202": Defect("an insuree policy of the year 202", changed("tblInsureePolicy", EnrollmentDate=date(202, 1, 1))),
    "effective_in_2090": Defect("a cover that begins in 2090", changed("tblInsureePolicy", EffectiveDate=date(2090, 1, 1), ExpiryDate=date(2090, 12, 31))),
    "expires_in_2999": Defect("a cover that ends in 2999", changed("tblInsureePolicy", ExpiryDate=date(2999, 12, 31))),
    "claimed_in_1900": Defect("a claim of 1900", changed("tblClaim", DateClaimed=date(1900, 1, 1))),
    "claimed_in_2090": Defect("a claim of 2090", changed("tblClaim", DateClaimed=date(2090, 1, 1))),
    "claimed_in_1753": Defect("a claim of 1753", changed("tblClaim", DateClaimed=date(1753, 1, 1))),
    "visited_in_1900": Defect("a visit in 1900", changed("tblClaim", DateFrom=date(1900, 1, 1))),
    "visited_in_2090": Defect("a visit in 2090", changed("tblClaim", DateFrom=date(2090, 1, 1), DateTo=date(2090, 1, 2))),
    "visit_ends_before_it_begins": Defect("DateTo before DateFrom", changed("tblClaim", DateTo=pl.col("DateFrom").dt.offset_by("-10d"))),
    "submitted_in_1900": Defect("a claim submitted in 1900", changed("tblClaim", pl.col("SubmitStamp").is_not_null(), SubmitStamp=datetime(1900, 1, 1))),
    "submitted_in_2090": Defect("a claim submitted in 2090", changed("tblClaim", pl.col("SubmitStamp").is_not_null(), SubmitStamp=datetime(2090, 1, 1))),
    "processed_in_3000": Defect("a claim processed in 3000", changed("tblClaim", pl.col("ClaimStatus") == 8, ProcessStamp=datetime(3000, 1, 1))),
    "policy_ends_before_it_begins": Defect("a policy whose expiry is before its start", changed("tblPolicy", pl.col("EffectiveDate").is_not_null(), ExpiryDate=pl.col("StartDate").dt.offset_by("-400d"))),
    "claim_recorded_in_2090": Defect("a claim whose record begins in 2090", changed("tblClaim", ValidityFrom=datetime(2090, 1, 1))),
    # Amounts.
    "price_is_negative": Defect("a negative price", changed("tblClaimItems", PASSED, PriceAsked=Decimal("-12.50"))),
    "quantity_is_negative": Defect("a negative quantity", changed("tblClaimServices", QtyProvided=Decimal("-1.00"))),
    "price_is_absurd": Defect("the greatest amount there is", changed("tblClaimServices", PriceAsked=ABSURD, QtyProvided=ABSURD)),
    "policy_value_is_negative": Defect("a policy of negative value", changed("tblPolicy", PolicyValue=Decimal("-1.00"))),
    "policy_value_is_absurd": Defect("a policy of absurd value", changed("tblPolicy", PolicyValue=ABSURD)),
    # Texts.
    "name_is_long": Defect("a name of 300 characters", changed("tblInsuree", LastName=LONG)),
    "name_has_nul": Defect("a name with a NUL", changed("tblInsuree", LastName=NUL)),
    "name_is_arabic": Defect("a name from right to left", changed("tblInsuree", LastName=ARABIC)),
    "name_combines": Defect("a name of combining characters", changed("tblInsuree", OtherNames=COMBINING)),
    "name_has_line_end": Defect("a name in two lines", changed("tblInsuree", LastName=LINES)),
    "name_has_quotes": Defect("a name that could end a text", changed("tblInsuree", LastName=QUOTES)),
    "number_is_long": Defect("a number of 300 characters", changed("tblInsuree", CHFID=pl.concat_str(pl.lit("9" * 290), pl.col("InsureeID").cast(pl.String)))),
    "number_has_control_character": Defect("a number with a control character", changed("tblInsuree", CHFID=pl.concat_str(pl.lit("\x07"), pl.col("CHFID")))),
    "number_has_nul": Defect("a number with a NUL", changed("tblInsuree", CHFID=pl.concat_str(pl.col("CHFID"), pl.lit("\x00"), pl.col("CHFID")))),
    "phone_is_words": Defect("a telephone number in words", changed("tblInsuree", Phone="ask the neighbour")),
    "gender_is_lower": Defect("a gender in lower case", changed("tblInsuree", Gender="m")),
    "claim_code_has_nul": Defect("a claim code with a NUL", changed("tblClaim", ClaimCode=NUL)),
    "claim_code_is_arabic": Defect("a claim code from right to left", changed("tblClaim", ClaimCode=ARABIC)),
    "visit_type_is_lower": Defect("a visit type in lower case", changed("tblClaim", VisitType="e")),
    # References to nothing.
    "insuree_of_no_row": Defect("a claim of an insuree that is not there", changed("tblClaim", InsureeID=NOWHERE)),
    "claim_at_no_row": Defect("a claim at a facility that is not there", changed("tblClaim", HFID=NOWHERE)),
    "claim_at_nought": Defect("a claim at facility 0", changed("tblClaim", HFID=0)),
    "diagnosis_of_no_row": Defect("a diagnosis that is not there", changed("tblClaim", ICDID=NOWHERE)),
    "second_diagnosis_of_no_row": Defect("a second diagnosis that is not there", changed("tblClaim", ICDID1=NOWHERE)),
    "administrator_of_no_row": Defect("an administrator who is not there", changed("tblClaim", ClaimAdminId=NOWHERE)),
    "batch_run_of_no_row": Defect("a batch run that is not there", changed("tblClaim", pl.col("ClaimStatus") == 16, RunID=NOWHERE)),
    "item_of_no_row": Defect("a line of an item that is not there", changed("tblClaimItems", ItemID=NOWHERE)),
    "line_of_no_claim": Defect("a line of a claim that is not there", changed("tblClaimItems", ClaimID=NOWHERE)),
    "cover_of_no_insuree": Defect("a cover of nobody", changed("tblInsureePolicy", InsureeID=NOWHERE)),
    "cover_of_no_policy": Defect("a cover of no policy", changed("tblInsureePolicy", PolicyId=NOWHERE)),
    "product_of_no_row": Defect("a policy of a product that is not there", changed("tblPolicy", ProdID=NOWHERE)),
    "family_of_no_row": Defect("a person of a family that is not there", changed("tblInsuree", FamilyID=NOWHERE, CurrentVillage=None)),
    "village_of_no_row": Defect("an own village that is not there", changed("tblInsuree", CurrentVillage=NOWHERE)),
    "service_point_of_no_row": Defect("a first service point that is not there", changed("tblInsuree", HFID=NOWHERE)),
    # What there must be, and is not.
    "policy_stage_is_null": Defect("a policy without a stage", changed("tblPolicy", PolicyStage=None)),
    "policy_stage_is_unknown": Defect("a policy of a stage that is none", changed("tblPolicy", PolicyStage="X")),
    "policy_status_is_null": Defect("a policy without a status", changed("tblPolicy", PolicyStatus=None)),
    "gender_is_null": Defect("a person without a gender", changed("tblInsuree", Gender=None)),
    "status_is_unknown": Defect("a person whose status is none", changed("tblInsuree", status="ZZ")),
    "uuid_is_blank": Defect("a person without a UUID", changed("tblInsuree", InsureeUUID="")),
    "uuid_is_none": Defect("a claim whose UUID is none", changed("tblClaim", ClaimUUID=pl.concat_str(pl.lit("claim "), pl.col("ClaimID").cast(pl.String)))),
    "uuid_is_double": Defect("two persons of one UUID", _same_uuid("tblInsuree")),
    "claim_uuid_is_double": Defect("two claims of one UUID", _same_uuid("tblClaim")),
    # Places.
    "places_in_a_circle": Defect("two wards, each the parent of the other", _of_each_other("ParentLocationId", WARD)),
    "place_is_its_own_parent": Defect("a village that is its own parent", _own_key("tblLocations", "ParentLocationId", VILLAGE)),
    "place_of_no_parent": Defect("a village whose parent is not there", changed("tblLocations", VILLAGE, ParentLocationId=NOWHERE)),
    "place_without_parent": Defect("a village without a parent", changed("tblLocations", VILLAGE, ParentLocationId=None)),
    "place_of_unknown_type": Defect("a place of an unknown type", changed("tblLocations", VILLAGE, LocationType="Q")),
    "place_name_is_long": Defect("a village with a name of 300 characters", changed("tblLocations", VILLAGE, LocationName=LONG)),
    "place_name_has_nul": Defect("a village with a NUL in its name", changed("tblLocations", VILLAGE, LocationName=NUL)),
    "place_name_is_arabic": Defect("a village with a name from right to left", changed("tblLocations", VILLAGE, LocationName=ARABIC)),
    "place_code_has_blanks": Defect("a village whose code has blanks, in lower case", changed("tblLocations", VILLAGE, LocationCode=" r1 d1 v7 ")),
    "place_uuid_is_double": Defect("two villages of one UUID", _same_uuid("tblLocations")),
    "facility_of_no_place": Defect("a facility whose district is not there", changed("tblHF", LocationId=NOWHERE)),
    "facility_at_nought": Defect("a facility without a district", changed("tblHF", LocationId=0)),
    "facility_in_a_village": Defect("a facility whose district is a village", _at_a(VILLAGE)),
    "facility_of_unknown_level": Defect("a facility of an unknown level", changed("tblHF", HFLevel="Q")),
    "facility_name_is_long": Defect("a facility with a name of 300 characters", changed("tblHF", HFName=LONG)),
    "facility_code_is_blank": Defect("a facility without a code", changed("tblHF", HFCode="")),
    # Registers.
    "product_code_is_blank": Defect("a product without a code", changed("tblProduct", ProductCode="")),
    "product_ends_before_it_begins": Defect("a product that ends before it begins", changed("tblProduct", DateTo=datetime(1900, 1, 1))),
    "item_code_is_lower": Defect("an item code in lower case with blanks inside", changed("tblItems", ItemCode=pl.concat_str(pl.lit("a b "), pl.col("ItemID").cast(pl.String)))),
    "item_codes_differ_in_case": Defect("two items whose codes differ in case only", _lower_twin("tblItems", "ItemCode")),
    "item_name_is_long": Defect("an item with a name of 300 characters", changed("tblItems", ItemName=LONG)),
    "item_code_has_nul": Defect("an item code with a NUL", changed("tblItems", ItemCode="A\x00B")),
    "item_name_has_nul": Defect("an item with a NUL in its name", changed("tblItems", ItemName=NUL)),
    "item_code_has_control_character": Defect("a service code with a control character", changed("tblServices", ServCode="A\x07B")),
    "service_code_is_blank": Defect("a service without a code", changed("tblServices", ServCode=" ")),
    "service_code_is_long": Defect("a service code of 300 characters", changed("tblServices", ServCode=LONG)),
    "service_name_is_arabic": Defect("a service with a name from right to left", changed("tblServices", ServName=ARABIC)),
    "diagnosis_name_is_blank": Defect("a diagnosis without a name", changed("tblICDCodes", ICDName="")),
    "diagnosis_code_is_lower": Defect("a diagnosis code in lower case", changed("tblICDCodes", ICDCode=pl.concat_str(pl.lit("x."), pl.col("ICDID").cast(pl.String)))),
    "history_ends_before_it_begins": Defect("a history row of a claim with ValidityTo before ValidityFrom", _history_ends_before_it_begins("tblClaim")),
}  # fmt: skip

WIDE = ("place", "facility_", "village_code", "location_", "product_code", "product_ends")
"""How the names begin of bad records on which much else hangs."""

DEFECTS_OF_ALL: Mapping[str, Defect] = {
    name: defect
    for name, defect in {**DEFECTS, **MORE}.items()
    if name != "deleted_claim_has_live_lines"  # the sound sample has it too
}


@dataclass(frozen=True)
class Fate:
    """What becomes of what is made of a bad record.

    Attributes:
        arrives: Whether something of it is in DHIS2.
        held_back: Why objects of it are rejects.
        left_out: What was left out of objects that arrived.
    """

    arrives: bool = True
    held_back: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


FATES: Mapping[str, Fate] = {
    "facility_is_its_own_past": Fate(),
    "village_code_is_double": Fate(),
    "location_name_is_blank": Fate(),
    "places_in_a_circle": Fate(arrives=False, held_back=_codes("location_without_region")),
    "place_is_its_own_parent": Fate(arrives=False, held_back=_codes("location_without_region")),
    "place_of_no_parent": Fate(arrives=False, held_back=_codes("location_without_region")),
    "place_without_parent": Fate(arrives=False, held_back=_codes("location_without_region")),
    "place_of_unknown_type": Fate(arrives=False, held_back=_codes("location_type_unknown")),
    "place_name_is_long": Fate(),
    "place_name_has_nul": Fate(),
    "place_name_is_arabic": Fate(),
    "place_code_has_blanks": Fate(),
    "place_uuid_is_double": Fate(arrives=False, held_back=_codes("key_double")),
    "facility_of_no_place": Fate(arrives=False, held_back=_codes("health_facility_without_district")),
    "facility_at_nought": Fate(arrives=False, held_back=_codes("health_facility_without_district")),
    "facility_in_a_village": Fate(),
    "facility_of_unknown_level": Fate(),
    "facility_name_is_long": Fate(),
    "facility_code_is_blank": Fate(),
    "product_code_is_blank": Fate(left_out=_codes("option_code_blank")),
    "product_ends_before_it_begins": Fate(),
    "number_is_null": Fate(),
    "number_is_blank": Fate(),
    "number_is_double": Fate(left_out=_codes("insurance_number_double")),
    "number_has_blanks": Fate(),
    "family_without_head": Fate(),
    "head_is_deleted": Fate(),
    "heads_disagree": Fate(),
    "two_heads": Fate(),
    "insuree_without_family": Fate(arrives=False, held_back=_codes("no_place")),
    "birth_is_null": Fate(),
    "birth_is_long_ago": Fate(),
    "gender_is_unknown": Fate(left_out=_codes("gender_unknown")),
    "name_has_control_character": Fate(left_out=_codes("last_name_has_control_characters")),
    "village_is_a_ward": Fate(),
    "village_is_deleted": Fate(),
    "family_without_village": Fate(held_back=_codes("no_place")),
    "family_in_deleted_village": Fate(),
    "expiry_is_null": Fate(),
    "cover_expiry_is_null": Fate(),
    "cover_has_no_dates": Fate(),
    "expiry_before_effective": Fate(),
    "policy_names_history_product": Fate(),
    "cover_of_deleted_policy": Fate(arrives=False),
    "policy_status_is_unknown": Fate(arrives=False, held_back=_codes("policy_status_unknown")),
    "claim_of_deleted_insuree": Fate(),
    "claim_of_history_insuree": Fate(),
    "claim_names_history_facility": Fate(),
    "claim_at_deleted_facility": Fate(),
    "claim_code_is_double": Fate(),
    "claim_code_is_blank": Fate(),
    "dates_are_reversed": Fate(),
    "processed_without_stamp": Fate(left_out=_codes("claim_status_date_missing")),
    "claim_status_is_unknown": Fate(arrives=False, held_back=_codes("claim_status_unknown")),
    "visit_type_is_unknown": Fate(left_out=_codes("visit_type_unknown")),
    "line_without_product": Fate(),
    "line_of_deleted_item": Fate(),
    "line_of_history_service": Fate(),
    "quantity_is_nought": Fate(),
    "amount_is_huge": Fate(),
    "item_code_has_blanks": Fate(),
    "service_code_has_blanks": Fate(),
    "item_code_is_blank": Fate(left_out=_codes("option_code_blank")),
    "diagnosis_code_is_long": Fate(),
    "diagnosis_code_is_double": Fate(),
    "born_in_1900": Fate(),
    "born_in_2090": Fate(),
    "recorded_in_1900": Fate(),
    "recorded_in_2090": Fate(),
    "enrolled_in_1900": Fate(),
    "enrolled_in_2090": Fate(),
    "enrolled_in_the_year_202": Fate(arrives=False, held_back=_codes("policy_date_out_of_range")),
    "effective_in_2090": Fate(),
    "expires_in_2999": Fate(arrives=False, held_back=_codes("policy_date_out_of_range")),
    "claimed_in_1900": Fate(),
    "claimed_in_2090": Fate(arrives=False, held_back=_codes("claim_date_in_future")),
    "claimed_in_1753": Fate(arrives=False, held_back=_codes("claim_date_out_of_range")),
    "visited_in_1900": Fate(),
    "visited_in_2090": Fate(),
    "visit_ends_before_it_begins": Fate(),
    "submitted_in_1900": Fate(),
    "submitted_in_2090": Fate(),
    "processed_in_3000": Fate(held_back=_codes("claim_status_date_out_of_range")),
    "policy_ends_before_it_begins": Fate(),
    "claim_recorded_in_2090": Fate(),
    "history_ends_before_it_begins": Fate(),
    "price_is_negative": Fate(),
    "quantity_is_negative": Fate(),
    "price_is_absurd": Fate(),
    "policy_value_is_negative": Fate(),
    "policy_value_is_absurd": Fate(),
    "name_is_long": Fate(),
    "name_has_nul": Fate(left_out=_codes("last_name_has_control_characters")),
    "name_is_arabic": Fate(),
    "name_combines": Fate(),
    "name_has_line_end": Fate(),
    "name_has_quotes": Fate(),
    "number_is_long": Fate(),
    "number_has_control_character": Fate(left_out=_codes("chfid_has_control_characters")),
    "number_has_nul": Fate(left_out=_codes("chfid_has_control_characters")),
    "phone_is_words": Fate(left_out=_codes("phone_number_malformed")),
    "gender_is_lower": Fate(left_out=_codes("gender_unknown")),
    "claim_code_has_nul": Fate(held_back=_codes("claim_number_has_control_characters")),
    "claim_code_is_arabic": Fate(),
    "visit_type_is_lower": Fate(left_out=_codes("visit_type_unknown")),
    "insuree_of_no_row": Fate(arrives=False, held_back=_codes("claim_insuree_unknown")),
    "claim_at_no_row": Fate(arrives=False, held_back=_codes("claim_facility_unknown")),
    "claim_at_nought": Fate(arrives=False, held_back=_codes("claim_facility_unknown")),
    "diagnosis_of_no_row": Fate(held_back=_codes("main_diagnosis_unknown")),
    "second_diagnosis_of_no_row": Fate(held_back=_codes("secondary_diagnosis_1_unknown")),
    "administrator_of_no_row": Fate(left_out=_codes("claim_administrator_unknown")),
    "batch_run_of_no_row": Fate(left_out=_codes("claim_batch_run_unknown")),
    "item_of_no_row": Fate(arrives=False, held_back=_codes("claimed_item_unknown")),
    "line_of_no_claim": Fate(arrives=False, held_back=_codes("claim_line_claim_unknown")),
    "cover_of_no_insuree": Fate(arrives=False, held_back=_codes("insuree_policy_insuree_unknown")),
    "cover_of_no_policy": Fate(arrives=False, held_back=_codes("insuree_policy_policy_unknown")),
    "product_of_no_row": Fate(arrives=False, held_back=_codes("product_unknown")),
    "family_of_no_row": Fate(left_out=_codes("family_missing")),
    "village_of_no_row": Fate(left_out=_codes("current_village_unknown")),
    "service_point_of_no_row": Fate(left_out=_codes("first_service_point_unknown")),
    "policy_stage_is_null": Fate(left_out=_codes("policy_without_stage")),
    "policy_stage_is_unknown": Fate(arrives=False, held_back=_codes("policy_stage_unknown")),
    "policy_status_is_null": Fate(arrives=False, held_back=_codes("policy_status_unknown")),
    "gender_is_null": Fate(),
    "status_is_unknown": Fate(held_back=_codes("insuree_status_unknown")),
    "uuid_is_blank": Fate(arrives=False, held_back=_codes("key_double")),
    "uuid_is_none": Fate(arrives=False, held_back=_codes("key_malformed", "parent_rejected")),
    "uuid_is_double": Fate(arrives=False, held_back=_codes("key_double")),
    "claim_uuid_is_double": Fate(arrives=False, held_back=_codes("key_double", "parent_rejected")),
    "item_code_is_lower": Fate(),
    "item_codes_differ_in_case": Fate(),
    "item_name_is_long": Fate(),
    "item_code_has_nul": Fate(arrives=False, held_back=_codes("claimed_item_has_control_characters")),
    "item_name_has_nul": Fate(),
    "item_code_has_control_character": Fate(arrives=False, held_back=_codes("claimed_service_has_control_characters")),
    "service_code_is_blank": Fate(left_out=_codes("option_code_blank")),
    "service_code_is_long": Fate(arrives=False, held_back=_codes("option_code_too_long")),
    "service_name_is_arabic": Fate(),
    "diagnosis_name_is_blank": Fate(),
    "diagnosis_code_is_lower": Fate(),
}  # fmt: skip


TURN_BAD: Sequence[str] = [
    name
    for name, fate in FATES.items()
    if fate.held_back and not fate.arrives and not name.startswith(WIDE)
    if "uuid" not in name and "item_code" not in name and "service_code" not in name
]
"""Bad records of which nothing arrives; one with another UUID is another record."""


def _lived_in(table: str, column: str) -> Callable[[Workbench], pl.Expr]:
    def among(bench: Workbench) -> pl.Expr:
        rows = bench.tables[table].filter(pl.col("ValidityTo").is_null())
        key = "LocationId" if table == "tblFamilies" else "HfID"
        return pl.col(key).is_in(rows[column].implode())

    return among


def _changed_where(table: str, lived_in: Callable[[Workbench], pl.Expr], **columns: Any) -> Make:
    def make(bench: Workbench) -> list[int]:
        return changed(table, lived_in(bench), **columns)(bench)

    return make


_WITH_PEOPLE, _WITH_CLAIMS = _lived_in("tblFamilies", "LocationId"), _lived_in("tblClaim", "HFID")

POPULATED: Mapping[str, Defect] = {
    "people_in_an_orphaned_village": Defect("a village with people whose parent is not there", _changed_where("tblLocations", _WITH_PEOPLE, ParentLocationId=NOWHERE)),
    "people_in_a_village_of_unknown_type": Defect("a village with people, of an unknown type", _changed_where("tblLocations", _WITH_PEOPLE, LocationType="Q")),
    "claims_of_a_facility_without_district": Defect("a facility with claims, without a district", _changed_where("tblHF", _WITH_CLAIMS, LocationId=0)),
}  # fmt: skip

HELD_BACK_PLACES: Mapping[str, frozenset[str]] = {
    "people_in_an_orphaned_village": _codes("location_without_region"),
    "people_in_a_village_of_unknown_type": _codes("location_type_unknown"),
    "claims_of_a_facility_without_district": _codes("health_facility_without_district"),
}


HELD: tuple[tuple[str, str, str, set[str | None]], ...] = (
    ("name_is_long", "tracked_entities", "Last name", {LONG}),
    ("name_is_arabic", "tracked_entities", "Last name", {ARABIC}),
    ("name_combines", "tracked_entities", "First name", {COMBINING}),
    ("name_has_line_end", "tracked_entities", "Last name", {LINES}),
    ("name_has_quotes", "tracked_entities", "Last name", {QUOTES}),
    ("born_in_1900", "tracked_entities", "Date of birth", {"1900-01-01"}),
    ("born_in_2090", "tracked_entities", "Date of birth", {"2090-01-01"}),
    ("birth_is_null", "tracked_entities", "Date of birth", {None}),
    ("gender_is_null", "tracked_entities", "Gender", {None}),
    ("phone_is_words", "tracked_entities", "Phone number", {None}),
    ("number_is_null", "tracked_entities", "Insurance number", {None}),
    ("number_is_blank", "tracked_entities", "Insurance number", {None}),
    ("number_is_double", "tracked_entities", "Insurance number", {None}),
    ("policy_value_is_negative", "policy_events", "Policy Value", {"-1", None}),
    ("policy_value_is_absurd", "policy_events", "Policy Value", {str(ABSURD), None}),
    ("price_is_negative", "claim_items", "Item price", {"-12.5"}),
    ("claim_code_is_blank", "claim_events", "Claim number", {None}),
    ("claim_code_is_arabic", "claim_events", "Claim number", {ARABIC}),
    ("administrator_of_no_row", "claim_events", "Claim administrator", {None}),
    ("item_codes_differ_in_case", "claim_items", "Claimed item", {"TWIN7", "twin7"}),
    ("item_code_is_blank", "claim_items", "Claimed item", {None}),
)
"""Bad record, resource, field, and the values that DHIS2 holds."""
