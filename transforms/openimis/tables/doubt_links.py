"""What is made of what in openIMIS: how far a value that cannot be read reaches.

A row with such a value is in doubt itself. `LINKS` says, in the order in which they are followed,
what else is: rows that name it, or that it names, for what they take of it. A sign (it begins with
`@`) stands for what a row does not have of itself.

    place ─► facility, family, person ─► policy, cover, claim ─► line
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import (
    BATCH_RUNS,
    CLAIM_ADMINS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    CLAIMS,
    DIAGNOSES,
    EDUCATIONS,
    FAMILIES,
    FAMILY_TYPES,
    GENDERS,
    HEALTH_FACILITIES,
    IDENTIFICATION_TYPES,
    INSUREE_POLICIES,
    INSUREES,
    ITEMS,
    LOCATIONS,
    PACKAGE_ITEMS,
    PACKAGE_SERVICES,
    PAYERS,
    POLICIES,
    PREMIUMS,
    PRODUCTS,
    PROFESSIONS,
    SERVICES,
)

SIGN = "@"
PLACE, HEAD, VALUE = "@place", "@head", "@value"
"""Where it lies; who is the head; a value that holds nothing else up."""
POLICY, COVERS, PERSON, COVER = "@policy", "@covers", "@person", "@cover"
"""The policy of a cover; the covers of a person; the person of a cover or claim; another row of the
same cover."""
PRODUCT, LINES, VALUATION, CLAIM, CLAIMED = "@product", "@lines", "@valuation", "@claim", "@claimed"
"""The product of a line; the lines of a claim, and whether any is valuated; the claim of a line;
the claims of a person who is here, or has a place, only through them."""
RESTORING = "@restoring"
"""The claims that restore a claim."""
HOME_OF_HEAD = "@home of head"
"""Where the head of a family may be, to whom the payments for its policies belong."""

LASTING: frozenset[str] = frozenset(
    table.name
    for table in (
        LOCATIONS, HEALTH_FACILITIES, PRODUCTS, ITEMS, SERVICES, DIAGNOSES, CLAIM_ADMINS, BATCH_RUNS,
    )
)  # fmt: skip
"""Tables whose deleted rows count like current ones: old data name them."""

HISTORY: Mapping[str, tuple[str, ...]] = {
    INSUREES.name: ("ValidityFrom", "FamilyID", "CurrentVillage"),
    FAMILIES.name: ("LocationId",),
    POLICIES.name: ("ValidityFrom", "PolicyStatus"),
    CLAIMS.name: ("ClaimStatus",),
}
"""Table to the columns of its history rows that something is made of."""

SIBLINGS: Mapping[str, tuple[str, ...]] = {INSUREE_POLICIES.name: ("InsureeID", "PolicyId")}
"""Table to the columns in which its current rows are alike where several are one object."""

KIN: Mapping[str, str] = {
    INSUREES.name: "FamilyID",
    FAMILIES.name: "InsureeID",
    POLICIES.name: "FamilyID",
    CLAIMS.name: "InsureeID",
}
"""Table to a column in which the versions of an object are alike: where nobody knows of which object
a row is a version (its LegacyID), all that are alike are in doubt."""


@dataclass(frozen=True)
class Link:
    """Rows of `table` and those that they name in `column`.

    Attributes:
        table: The table that has the foreign key.
        column: The foreign key.
        of: The table that it names.
        takes: Columns and signs of the rows in doubt that matter, besides what says which they are.
        sign: Of what is in doubt because of them.
        all_columns: Whether all columns that the rows in doubt have of themselves matter.
        back: Whether the named rows are in doubt because of those that name them.
        unless_settled: Not for people who are current and have a place without their claims.
    """

    table: Table
    column: str
    of: Table
    takes: tuple[str, ...]
    sign: str
    all_columns: bool = False
    back: bool = False
    unless_settled: bool = False


_TREE = ("LocationType", "ParentLocationId", PLACE)
_SITE = ("LocationId", PLACE)
_HOME = ("FamilyID", "CurrentVillage", PLACE)
_LINES = (CLAIM_ITEMS, CLAIM_SERVICES)
_DIAGNOSES = ("ICDID", "ICDID1", "ICDID2", "ICDID3", "ICDID4")

LINKS: tuple[Link, ...] = (
    # Where places lie. A village is at most four steps below its region.
    *4 * (Link(LOCATIONS, "ParentLocationId", LOCATIONS, _TREE, PLACE),),
    Link(HEALTH_FACILITIES, "LocationId", LOCATIONS, _TREE, PLACE),
    Link(FAMILIES, "LocationId", LOCATIONS, _TREE, PLACE),
    Link(INSUREES, "CurrentVillage", LOCATIONS, _TREE, PLACE),
    # Families and their members.
    Link(INSUREES, "FamilyID", FAMILIES, ("IsHead", "FamilyID"), HEAD, back=True),
    Link(FAMILIES, "InsureeID", INSUREES, ("FamilyID",), HEAD),
    Link(FAMILIES, "FamilyType", FAMILY_TYPES, (), VALUE),
    Link(INSUREES, "FamilyID", FAMILIES, _SITE, PLACE),
    Link(INSUREES, "FamilyID", FAMILIES, ("Poverty", "FamilyType", "InsureeID", HEAD, VALUE), VALUE),
    Link(INSUREES, "HFID", HEALTH_FACILITIES, _SITE, VALUE),
    Link(INSUREES, "Gender", GENDERS, (), VALUE),
    Link(INSUREES, "Profession", PROFESSIONS, (), VALUE),
    Link(INSUREES, "Education", EDUCATIONS, (), VALUE),
    Link(INSUREES, "TypeOfId", IDENTIFICATION_TYPES, (), VALUE),
    # Policies: one of the covers carries the value, the head's if there is one.
    Link(POLICIES, "ProdID", PRODUCTS, ("ProductCode",), VALUE),
    Link(POLICIES, "FamilyID", FAMILIES, ("InsureeID", HEAD), VALUE),
    Link(INSUREE_POLICIES, "PolicyId", POLICIES, ("PolicyId", "InsureeID"), VALUE, back=True),
    Link(INSUREE_POLICIES, "PolicyId", POLICIES, (), POLICY, all_columns=True),
    Link(INSUREE_POLICIES, "PolicyId", POLICIES, (VALUE,), VALUE),
    # Claims, and what their lines make of them.
    Link(CLAIMS, "HFID", HEALTH_FACILITIES, _SITE, PLACE),
    Link(CLAIMS, "ClaimAdminId", CLAIM_ADMINS, (), VALUE),
    Link(CLAIMS, "RunID", BATCH_RUNS, ("RunDate",), VALUE),
    *(Link(CLAIMS, column, HEALTH_FACILITIES, _SITE, VALUE) for column in ("ReferFrom", "ReferTo")),
    Link(CLAIMS, "RestoredClaim", CLAIMS, ("InsureeID",), VALUE),
    Link(CLAIMS, "RestoredClaim", CLAIMS, ("InsureeID", "RestoredClaim"), RESTORING, back=True),
    *(Link(CLAIMS, column, DIAGNOSES, ("ICDCode",), VALUE) for column in _DIAGNOSES),
    Link(CLAIM_ITEMS, "ItemID", ITEMS, ("ItemCode",), VALUE),
    Link(CLAIM_SERVICES, "ServiceID", SERVICES, ("ServCode",), VALUE),
    Link(PACKAGE_SERVICES, "ServiceId", SERVICES, ("ServCode",), VALUE),
    Link(PACKAGE_ITEMS, "ItemID", ITEMS, ("ItemCode",), VALUE),
    *(
        Link(of, column, CLAIM_SERVICES, (VALUE,), VALUE, all_columns=True, back=True)
        for of, column in ((PACKAGE_SERVICES, "claimServiceID"), (PACKAGE_ITEMS, "ClaimServiceID"))
    ),
    *(Link(line, "ProdID", PRODUCTS, ("ProductCode",), PRODUCT) for line in _LINES),
    *(Link(line, "ClaimID", CLAIMS, (PRODUCT,), LINES, all_columns=True, back=True) for line in _LINES),
    *(Link(line, "ClaimID", CLAIMS, ("PriceValuated", "ClaimID"), VALUATION, back=True) for line in _LINES),
    # Who is here, or has a place, only through a claim; enrolled since when, with how many covers.
    Link(
        CLAIMS, "InsureeID", INSUREES, ("InsureeID", "HFID", "DateFrom", PLACE), CLAIMED,
        back=True, unless_settled=True,
    ),
    Link(INSUREE_POLICIES, "InsureeID", INSUREES, (POLICY,), COVERS, all_columns=True, back=True),
    Link(INSUREE_POLICIES, "InsureeID", INSUREES, (*_HOME, CLAIMED, COVERS), PERSON),
    Link(CLAIMS, "InsureeID", INSUREES, _HOME, PERSON),
    *(Link(line, "ClaimID", CLAIMS, (PLACE, PERSON, VALUATION, RESTORING), CLAIM, all_columns=True) for line in _LINES),
    # Payments for policies lie where the head of the family does.
    Link(INSUREES, "FamilyID", FAMILIES, (*_HOME, CLAIMED), HOME_OF_HEAD, back=True),
    Link(POLICIES, "FamilyID", FAMILIES, (HOME_OF_HEAD,), HOME_OF_HEAD),
    Link(PREMIUMS, "PolicyID", POLICIES, (HOME_OF_HEAD,), HOME_OF_HEAD),
    # Funding lies where its product does.
    Link(PRODUCTS, "LocationId", LOCATIONS, _TREE, PLACE),
    Link(POLICIES, "ProdID", PRODUCTS, _SITE, PLACE),
    Link(PREMIUMS, "PolicyID", POLICIES, ("FamilyID", "ProdID", VALUE, PLACE), POLICY),
    Link(PREMIUMS, "PayerID", PAYERS, ("PayerType",), VALUE),
)  # fmt: skip
