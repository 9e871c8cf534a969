"""What may go wrong in a night: in openIMIS, in DHIS2, on the way, and to the run itself."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from transforms.changes.objects.phases import Phase

CLAIM, INSUREE, ITEM = "tblClaim", "tblInsuree", "tblClaimItems"
COVER, POLICY, FAMILY = "tblInsureePolicy", "tblPolicy", "tblFamilies"
NOWHERE, LATE = 999_999, "20223-01-01 00:00:00"


@dataclass(frozen=True)
class BadValue:
    """A value that stands in a row of openIMIS for a night.

    Attributes:
        table: Of the row.
        column: Of the value.
        value: What stands there.
        is_fault: Whether it holds the row back; else the row goes without the value.
        of_family: Whether people of the family, and their claims, may wait with it.
        of_covers: Whether the enrollment (its first day) and the other covers (how many are active)
            of those who are covered may wait with it; not the people, and no claim.
        of_claim: Whether the claim of a line may wait with it: its amounts are made of its lines.
        is_counted_only: Whether it is counted, and not named, where DHIS2 has nothing of the row.
    """

    table: str
    column: str
    value: object
    is_fault: bool = True
    of_family: bool = False
    of_covers: bool = False
    of_claim: bool = False
    is_counted_only: bool = False


BAD_VALUES = {
    "a claim of a day that cannot be read": BadValue(CLAIM, "DateFrom", LATE),
    "a claim of nobody": BadValue(CLAIM, "InsureeID", NOWHERE, is_counted_only=True),
    "a claim of no facility": BadValue(CLAIM, "HFID", NOWHERE),
    "a claim of a status that is none": BadValue(CLAIM, "ClaimStatus", 99),
    "a claim deleted in 20223": BadValue(CLAIM, "ValidityTo", LATE),
    "an item that is in no list": BadValue(ITEM, "ItemID", NOWHERE),
    "a price of three decimals": BadValue(ITEM, "PriceAsked", "0.125", of_claim=True),
    "a person born some day": BadValue(INSUREE, "DOB", "some day"),
    "a person deleted in 20223": BadValue(INSUREE, "ValidityTo", LATE, of_family=True),
    "a person of a profession that is none": BadValue(INSUREE, "Profession", 99, is_fault=False),
    "a person in a village that is none": BadValue(
        INSUREE, "CurrentVillage", NOWHERE, is_fault=False
    ),
    "a family at home": BadValue(FAMILY, "LocationId", "home", of_family=True),
    "a policy whose status is a word": BadValue(POLICY, "PolicyStatus", "active", of_covers=True),
    "a cover deleted in 20223": BadValue(COVER, "ValidityTo", LATE, of_covers=True),
}
TROUBLES: dict[str, dict[str, Any]] = {
    "DHIS2 fails": {"status": 500},
    "it does not arrive": {"drop": "before"},
    "its answer does not arrive": {"drop": "after"},
}


@dataclass(frozen=True)
class Night:
    """What goes wrong in one night; of rows, each fault names how many there are before its own.

    Attributes:
        bad_values: Row of the table of a bad value, and its name.
        deleted: Claims that are deleted in openIMIS on this night, and on no other.
        troubles: A claim, and what becomes of each request that holds its number.
        shows_names: Whether the privacy policy sends names.
        outage: From which bundle on DHIS2 is cut off, and how.
        cut_after: The phase after which the run is cut short.
        comes: Whether what did not arrive the night before does so before this night, or after.
    """

    bad_values: tuple[tuple[int, str], ...] = ()
    deleted: tuple[int, ...] = ()
    troubles: tuple[tuple[int, str], ...] = ()
    shows_names: bool = True
    outage: tuple[int, str] | None = None
    cut_after: Phase | None = None
    comes: str | None = None


ROWS = st.integers(0, 11)
NIGHTS = st.builds(
    Night,
    bad_values=st.lists(st.tuples(ROWS, st.sampled_from(sorted(BAD_VALUES))), max_size=3).map(
        tuple
    ),
    deleted=st.lists(ROWS, max_size=2).map(tuple),
    troubles=st.lists(st.tuples(ROWS, st.sampled_from(sorted(TROUBLES))), max_size=2).map(tuple),
    shows_names=st.booleans(),
    outage=st.none() | st.tuples(st.integers(1, 8), st.sampled_from(["before", "after"])),
    cut_after=st.none() | st.sampled_from(Phase),
    comes=st.sampled_from([None, "before", "after"]),
)
