"""openIMIS tables and columns: what is read, and nothing else.

Names are PostgreSQL's. SQL Server spells a few differently in case (`LegacyId`, `InsureeId`), so
columns are matched without regard to case and always come out spelled as here.
Column types are fixed here and never guessed; time stamps are wall clock of the source, read in
a UTC session. A column that is not required may be missing (older or other schema): it is then
null in the snapshot, and the manifest says so.
"""

import polars as pl

from transforms.openimis.tables.column_types import (
    AMOUNT,
    CODE,
    DATE,
    KEY,
    STAMP,
    TEXT,
    YES_NO,
    Column,
    Table,
)

DELETION_FLAGS = ("IsDeleted", "is_deleted", "IsActive", "is_active")
"""Columns that openIMIS's tables here do not have, and by which forks delete rows."""

FUND_NUMBERS = ("999999999",)
"""Insurance numbers of records that are no people: openIMIS gives this one to its funds, and leaves
such records out itself, unless its configuration names others (`excluded_insuree_chfids`)."""

VERSION_OF = "LegacyID"
"""The column that says of which row a row is an earlier version."""
VALIDITY = (
    Column("ValidityFrom", STAMP),
    Column("ValidityTo", STAMP),
    Column(VERSION_OF, KEY),
)


def _table(name: str, key: str, uuid: str | None, *columns: Column) -> Table:
    names = (Column(key, KEY), *((Column(uuid, TEXT),) if uuid else ()))
    return Table(name, key, uuid, (*names, *columns, *VALIDITY))


def _lookup(name: str, key: str, key_type: pl.DataType, label: str) -> Table:
    """A small list of codes; it has no history."""
    return Table(
        name,
        key,
        None,
        (Column(key, key_type), Column(label, TEXT), Column("SortOrder", CODE, required=False)),
    )


def _lines(name: str, key: str, status: str, thing: str) -> Table:
    return _table(
        name,
        key,
        None,
        Column("ClaimID", KEY),
        Column(thing, KEY, field=True),
        Column("ProdID", KEY),
        Column(status, CODE),
        Column("RejectionReason", CODE),
        *(Column(f"Qty{which}", AMOUNT) for which in ("Provided", "Approved")),
        *(
            Column(f"Price{which}", AMOUNT)
            for which in ("Asked", "Adjusted", "Approved", "Valuated")
        ),
        *(Column(name, AMOUNT) for name in ("DeductableAmount", "ExceedCeilingAmount")),
        Column("ExceedCeilingAmountCategory", AMOUNT, required=False),
        Column("RemuneratedAmount", AMOUNT),
    )


def _contents(name: str, key: str, line: str, thing: str) -> Table:
    """What is in a package that was claimed: openIMIS 1.11 and later have it, without history."""
    columns = {key: KEY, line: KEY, thing: KEY, "qty_displayed": CODE, "qty_provided": CODE}
    read = (Column(each, dtype, required=False, field=True) for each, dtype in columns.items())
    return Table(name, key, None, tuple(read), is_optional=True)


LOCATIONS = _table(
    "tblLocations",
    "LocationId",
    "LocationUUID",
    Column("LocationCode", TEXT),
    Column("LocationName", TEXT),
    Column("LocationType", TEXT),
    Column("ParentLocationId", KEY),
)
HEALTH_FACILITIES = _table(
    "tblHF",
    "HfID",
    "HfUUID",
    Column("HFCode", TEXT),
    Column("HFName", TEXT),
    Column("HFLevel", TEXT),
    Column("LegalForm", TEXT, required=False),
    Column("status", TEXT, required=False, field=True),
    Column("LocationId", KEY),
)
FAMILIES = _table(
    "tblFamilies",
    "FamilyID",
    "FamilyUUID",
    Column("InsureeID", KEY),
    Column("LocationId", KEY),
    Column("Poverty", YES_NO, field=True),
    Column("FamilyType", TEXT, field=True),
)
INSUREES = _table(
    "tblInsuree",
    "InsureeID",
    "InsureeUUID",
    Column("FamilyID", KEY),
    Column("CurrentVillage", KEY),
    Column("IsHead", YES_NO),
    Column("status", TEXT, required=False),
    Column("CHFID", TEXT, field=True),
    Column("LastName", TEXT, field=True),
    Column("OtherNames", TEXT, field=True),
    Column("DOB", DATE, field=True),
    Column("Gender", TEXT, field=True),
    Column("Marital", TEXT, field=True),
    Column("Phone", TEXT, field=True),
    Column("passport", TEXT, field=True),
    Column("TypeOfId", TEXT, field=True),
    Column("Education", CODE, field=True),
    Column("Profession", CODE, field=True),
    Column("HFID", KEY, field=True),
    Column("IsExcluded", CODE, required=False, of="CHFID", among=FUND_NUMBERS),
)
POLICIES = _table(
    "tblPolicy",
    "PolicyID",
    "PolicyUUID",
    Column("FamilyID", KEY),
    Column("ProdID", KEY),
    Column("PolicyStage", TEXT),
    Column("PolicyStatus", CODE),
    Column("PolicyValue", AMOUNT),
    Column("EnrollDate", DATE),
    Column("StartDate", DATE),
    Column("EffectiveDate", DATE),
    Column("ExpiryDate", DATE),
)
INSUREE_POLICIES = _table(
    "tblInsureePolicy",
    "InsureePolicyID",
    None,
    Column("InsureeID", KEY),
    Column("PolicyId", KEY),
    Column("EnrollmentDate", DATE),
    Column("StartDate", DATE),
    Column("EffectiveDate", DATE),
    Column("ExpiryDate", DATE),
)
PRODUCTS = _table(
    "tblProduct", "ProdID", None, Column("ProductCode", TEXT), Column("ProductName", TEXT)
)
CLAIMS = _table(
    "tblClaim",
    "ClaimID",
    "ClaimUUID",
    Column("InsureeID", KEY),
    Column("HFID", KEY),
    Column("ClaimAdminId", KEY),
    Column("RunID", KEY),
    Column("ClaimStatus", CODE),
    Column("DateFrom", DATE),
    Column("DateTo", DATE),
    Column("DateClaimed", DATE),
    Column("DateProcessed", DATE),
    Column("SubmitStamp", STAMP),
    Column("ProcessStamp", STAMP),
    Column("ValidityFromReview", STAMP),
    Column("ClaimCode", TEXT, field=True),
    Column("VisitType", TEXT, field=True),
    *(Column(f"ICDID{number}", KEY, field=True) for number in ("", 1, 2, 3, 4)),
    Column("RejectionReason", CODE, required=False, field=True),
    Column("CareType", TEXT, required=False, field=True),
    Column("pre_authorization", YES_NO, required=False, field=True),
    Column("patient_condition", TEXT, required=False, field=True),
    Column("ReferFrom", KEY, required=False, field=True),
    Column("ReferTo", KEY, required=False, field=True),
    Column("RestoredClaim", KEY, required=False, field=True),
)
CLAIM_ITEMS = _lines("tblClaimItems", "ClaimItemID", "ClaimItemStatus", "ItemID")
CLAIM_SERVICES = _lines("tblClaimServices", "ClaimServiceID", "ClaimServiceStatus", "ServiceID")
PACKAGE_SERVICES = _contents("tblClaimServicesService", "idCss", "claimServiceID", "ServiceId")
PACKAGE_ITEMS = _contents("tblClaimServicesItems", "idCsi", "ClaimServiceID", "ItemID")
CLAIM_ADMINS = _table("tblClaimAdmin", "ClaimAdminId", "ClaimAdminUUID")
ITEMS = _table("tblItems", "ItemID", None, Column("ItemCode", TEXT), Column("ItemName", TEXT))
SERVICES = _table(
    "tblServices", "ServiceID", None, Column("ServCode", TEXT), Column("ServName", TEXT)
)
DIAGNOSES = _table("tblICDCodes", "ICDID", None, Column("ICDCode", TEXT), Column("ICDName", TEXT))
BATCH_RUNS = _table("tblBatchRun", "RunID", None, Column("RunDate", STAMP))

GENDERS = _lookup("tblGender", "Code", TEXT, "Gender")
PROFESSIONS = _lookup("tblProfessions", "ProfessionId", CODE, "Profession")
EDUCATIONS = _lookup("tblEducations", "EducationId", CODE, "Education")
FAMILY_TYPES = _lookup("tblFamilyTypes", "FamilyTypeCode", TEXT, "FamilyType")
IDENTIFICATION_TYPES = _lookup(
    "tblIdentificationTypes", "IdentificationCode", TEXT, "IdentificationTypes"
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        LOCATIONS, HEALTH_FACILITIES, FAMILIES, INSUREES, POLICIES, INSUREE_POLICIES, PRODUCTS,
        CLAIMS, CLAIM_ITEMS, CLAIM_SERVICES, CLAIM_ADMINS, ITEMS, SERVICES, DIAGNOSES, BATCH_RUNS,
        GENDERS, PROFESSIONS, EDUCATIONS, FAMILY_TYPES, IDENTIFICATION_TYPES,
        PACKAGE_SERVICES, PACKAGE_ITEMS,
    )
}  # fmt: skip

TABLES_OF_SET_UP: tuple[str, ...] = tuple(
    table.name
    for table in (
        LOCATIONS, HEALTH_FACILITIES, FAMILIES, INSUREES, CLAIMS, PRODUCTS, ITEMS, SERVICES,
        DIAGNOSES, GENDERS, PROFESSIONS, EDUCATIONS, FAMILY_TYPES, IDENTIFICATION_TYPES,
    )
)  # fmt: skip
"""What org units and options are made of. Of people, families and claims only keys: where a person
without a village is, the first claim says."""
