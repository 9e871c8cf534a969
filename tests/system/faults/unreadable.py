"""Values that no driver and no parser can read, written into an openIMIS that was loaded."""

# ruff: noqa: E501 - a table is read by its rows

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class BadValue:
    """A value that cannot be read.

    Attributes:
        says: What it is.
        table: The openIMIS table.
        column: Its column.
        value: What is written there; SQLite takes anything anywhere.
        reason: Why the row is a reject.
    """

    says: str
    table: str
    column: str
    value: str
    reason: str


LATE, MOMENT = "20223-01-01", "20223-01-01 00:00:00"

BAD_VALUES: Mapping[str, BadValue] = {
    "born_in_the_year_20223": BadValue("a date of birth in the year 20223", "tblInsuree", "DOB", LATE, "dob_unreadable"),
    "born_some_day": BadValue("a date of birth in words", "tblInsuree", "DOB", "some day", "dob_unreadable"),
    "name_of_an_essay": BadValue("a name of 1,001 letters", "tblInsuree", "LastName", "x" * 1_001, "last_name_unreadable"),
    "recorded_in_20223": BadValue("a person whose record begins in 20223", "tblInsuree", "ValidityFrom", MOMENT, "validity_from_unreadable"),
    "person_deleted_in_20223": BadValue("a person deleted in 20223", "tblInsuree", "ValidityTo", MOMENT, "validity_to_unreadable"),
    "person_of_another_in_words": BadValue("a person who is a version of somebody", "tblInsuree", "LegacyID", "somebody", "legacy_id_unreadable"),
    "family_deleted_in_20223": BadValue("a family deleted in 20223", "tblFamilies", "ValidityTo", MOMENT, "validity_to_unreadable"),
    "family_at_home": BadValue("a family at a village in words", "tblFamilies", "LocationId", "home", "location_id_unreadable"),
    "cover_expires_in_20223": BadValue("a cover that ends in 20223", "tblInsureePolicy", "ExpiryDate", LATE, "expiry_date_unreadable"),
    "cover_deleted_in_20223": BadValue("a cover deleted in 20223", "tblInsureePolicy", "ValidityTo", MOMENT, "validity_to_unreadable"),
    "policy_status_in_words": BadValue("a policy status in words", "tblPolicy", "PolicyStatus", "active", "policy_status_unreadable"),
    "policy_value_of_three_decimals": BadValue("a policy of three decimals", "tblPolicy", "PolicyValue", "100.125", "policy_value_unreadable"),
    "policy_deleted_in_20223": BadValue("a policy deleted in 20223", "tblPolicy", "ValidityTo", MOMENT, "validity_to_unreadable"),
    "claimed_in_20223": BadValue("a claim of the year 20223", "tblClaim", "DateClaimed", LATE, "date_claimed_unreadable"),
    "claim_status_of_milliards": BadValue("a claim status of milliards", "tblClaim", "ClaimStatus", "3000000000", "claim_status_unreadable"),
    "claim_deleted_in_20223": BadValue("a claim deleted in 20223", "tblClaim", "ValidityTo", MOMENT, "validity_to_unreadable"),
    "claim_uuid_of_an_essay": BadValue("a claim whose UUID has 1,001 letters", "tblClaim", "ClaimUUID", "x" * 1_001, "claim_uuid_unreadable"),
    "price_of_three_decimals": BadValue("a price of three decimals", "tblClaimItems", "PriceAsked", "0.125", "price_asked_unreadable"),
    "line_deleted_in_20223": BadValue("a line deleted in 20223", "tblClaimServices", "ValidityTo", MOMENT, "validity_to_unreadable"),
}  # fmt: skip
