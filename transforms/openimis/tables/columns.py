"""openIMIS tables and columns: what is read, and nothing else.

Names are PostgreSQL's. SQL Server spells a few differently in case (`LegacyId`, `InsureeId`), so
columns are matched without regard to case and always come out spelled as here.
Column types are fixed here and never guessed; time stamps are wall clock of the source, read in
a UTC session. A column that is not required may be missing (older or other schema): it is then
null in the snapshot, and the manifest says so.
"""

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
from transforms.openimis.tables.table_forms import VALIDITY as VALIDITY
from transforms.openimis.tables.table_forms import VERSION_OF as VERSION_OF
from transforms.openimis.tables.table_forms import (
    claim_lines,
    dated,
    lookup,
    of_figures,
    only_for_figures,
    package_contents,
)

DELETION_FLAGS = ("IsDeleted", "is_deleted", "IsActive", "is_active")
"""Columns that openIMIS's tables here do not have, and by which forks delete rows."""

FUND_NUMBERS = ("999999999",)
"""Insurance numbers of records that are no people: openIMIS gives this one to its funds, and leaves
such records out itself, unless its configuration names others (`excluded_insuree_chfids`)."""

CEILINGS = (
    "MaxInsuree", "MaxIPInsuree", "MaxOPInsuree", "MaxPolicy", "MaxIPPolicy", "MaxOPPolicy",
    "MaxPolicyExtraMember", "MaxPolicyExtraMemberIP", "MaxPolicyExtraMemberOP",
    "MaxCeilingPolicy", "MaxCeilingPolicyIP", "MaxCeilingPolicyOP",
)  # fmt: skip
"""Of a product: what it pays at most for an insuree, for a policy, for a member more."""


LOCATIONS = dated(
    "tblLocations",
    "LocationId",
    "LocationUUID",
    Column("LocationCode", TEXT),
    Column("LocationName", TEXT),
    Column("LocationType", TEXT),
    Column("ParentLocationId", KEY),
)
HEALTH_FACILITIES = dated(
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
FAMILIES = dated(
    "tblFamilies",
    "FamilyID",
    "FamilyUUID",
    Column("InsureeID", KEY),
    Column("LocationId", KEY),
    Column("Poverty", YES_NO, field=True),
    Column("FamilyType", TEXT, field=True),
)
INSUREES = dated(
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
POLICIES = dated(
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
INSUREE_POLICIES = dated(
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
PRODUCTS = dated(
    "tblProduct",
    "ProdID",
    None,
    Column("ProductCode", TEXT),
    Column("ProductName", TEXT),
    Column("LocationId", KEY, required=False, field=True),
    *only_for_figures(KEY, "ConversionProdID"),
    *only_for_figures(CODE, "GracePeriod", "GracePeriodRenewal", "Threshold"),
    *only_for_figures(TEXT, "CeilingInterpretation"),
    *only_for_figures(AMOUNT, *CEILINGS),
)
CLAIMS = dated(
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
CLAIM_ITEMS = claim_lines("tblClaimItems", "ClaimItemID", "ClaimItemStatus", "ItemID")
CLAIM_SERVICES = claim_lines(
    "tblClaimServices", "ClaimServiceID", "ClaimServiceStatus", "ServiceID"
)
PACKAGE_SERVICES = package_contents(
    "tblClaimServicesService", "idCss", "claimServiceID", "ServiceId"
)
PACKAGE_ITEMS = package_contents("tblClaimServicesItems", "idCsi", "ClaimServiceID", "ItemID")
CLAIM_ADMINS = dated("tblClaimAdmin", "ClaimAdminId", "ClaimAdminUUID")
ITEMS = dated("tblItems", "ItemID", None, Column("ItemCode", TEXT), Column("ItemName", TEXT))
SERVICES = dated(
    "tblServices", "ServiceID", None, Column("ServCode", TEXT), Column("ServName", TEXT)
)
DIAGNOSES = dated("tblICDCodes", "ICDID", None, Column("ICDCode", TEXT), Column("ICDName", TEXT))
PREMIUMS = of_figures(
    "tblPremium",
    "PremiumId",
    "PremiumUUID",
    PolicyID=KEY,
    PayerID=KEY,
    Amount=AMOUNT,
    PayDate=DATE,
    PayType=TEXT,
    isPhotoFee=YES_NO,
)
PAYERS = of_figures("tblPayer", "PayerID", None, PayerType=TEXT)
FEEDBACKS = of_figures(
    "tblFeedback", "FeedbackID", None, ClaimID=KEY, Asessment=CODE, FeedbackDate=STAMP
)
FEEDBACK_PROMPTS = of_figures(
    "tblFeedbackPrompt", "FeedbackPromptID", None, ClaimID=KEY, FeedbackPromptDate=DATE
)
BATCH_RUNS = dated("tblBatchRun", "RunID", None, Column("RunDate", STAMP))

GENDERS = lookup("tblGender", "Code", TEXT, "Gender")
PROFESSIONS = lookup("tblProfessions", "ProfessionId", CODE, "Profession")
EDUCATIONS = lookup("tblEducations", "EducationId", CODE, "Education")
FAMILY_TYPES = lookup("tblFamilyTypes", "FamilyTypeCode", TEXT, "FamilyType")
IDENTIFICATION_TYPES = lookup(
    "tblIdentificationTypes", "IdentificationCode", TEXT, "IdentificationTypes"
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        LOCATIONS, HEALTH_FACILITIES, FAMILIES, INSUREES, POLICIES, INSUREE_POLICIES, PRODUCTS,
        CLAIMS, CLAIM_ITEMS, CLAIM_SERVICES, CLAIM_ADMINS, ITEMS, SERVICES, DIAGNOSES, BATCH_RUNS,
        GENDERS, PROFESSIONS, EDUCATIONS, FAMILY_TYPES, IDENTIFICATION_TYPES,
        PACKAGE_SERVICES, PACKAGE_ITEMS, PREMIUMS, PAYERS, FEEDBACKS, FEEDBACK_PROMPTS,
    )
}  # fmt: skip

TABLES_OF_SET_UP: tuple[str, ...] = tuple(
    table.name
    for table in (
        LOCATIONS, HEALTH_FACILITIES, PRODUCTS, ITEMS, SERVICES, DIAGNOSES, GENDERS, PROFESSIONS,
        EDUCATIONS, FAMILY_TYPES, IDENTIFICATION_TYPES,
    )
)  # fmt: skip
"""What org units and options are made of: places and lists, nothing of people or claims."""
