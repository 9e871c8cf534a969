"""The openIMIS tables that the sample holds: names, types and nullability at both schema levels.

One line a table in `_COLUMNS`; every other form of it (DDL, data types, column lists) is made here.
"""

# ruff: noqa: E501 - a table is read by its rows
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import polars as pl

Level = str
LEVELS: Final = ("1.4", "1.11")
"""Schema of the demo dump, and of a database that the backend 1.11 has migrated."""

MONEY: Final = pl.Decimal(18, 2)
TIMESTAMP: Final = pl.Datetime("us")
"""Naive; UTC by agreement of everything that writes or reads the sample."""


@dataclass(frozen=True)
class Kind:
    """A type: how polars, PostgreSQL and SQLite call it."""

    polars: pl.DataType
    postgresql: str
    sqlite: str


@dataclass(frozen=True)
class Column:
    """A column of an openIMIS table at one schema level."""

    name: str
    kind: Kind
    nullable: bool


# SQLite: a declared DECIMAL or NUMERIC loses digits in sqliteodbc 0.9998 (15 at most, no trailing
# noughts), so money is stored as text; 21 = sign, 16 digits, point, 2 digits, and one to spare.
_KINDS: Final = {
    "integer": Kind(pl.Int32(), "integer", "INTEGER"),
    "smallint": Kind(pl.Int16(), "smallint", "SMALLINT"),
    "boolean": Kind(pl.Boolean(), "boolean", "BOOLEAN"),
    "money": Kind(MONEY, "numeric(18,2)", "VARCHAR(21)"),
    "percent": Kind(pl.Decimal(5, 2), "numeric(5,2)", "VARCHAR(21)"),
    "date": Kind(pl.Date(), "date", "DATE"),
    "timestamp": Kind(TIMESTAMP, "timestamp with time zone", "TIMESTAMP"),
    "text": Kind(pl.String(), "text", "TEXT"),
    "json": Kind(pl.String(), "jsonb", "TEXT"),
    "bytes": Kind(pl.Binary(), "bytea", "BLOB"),
    "uuid": Kind(pl.String(), "uuid", "VARCHAR(36)"),
}

# A column is "name type"; "?" nullable; "|" separates level 1.4 from 1.11 where they differ and
# "-" is a column that the level does not have. The first column is the table's key.
# fmt: off
_VALIDITY: Final = "ValidityFrom timestamp, ValidityTo timestamp?, LegacyID integer?"
_LOOKUP: Final = "SortOrder integer?, AltLanguage varchar(50)?"
_LINE: Final = (
    "QtyProvided money, QtyApproved money?, PriceAsked money, PriceAdjusted money?, PriceApproved money?,"
    " PriceValuated money?, Explanation text?, Justification text?, RejectionReason smallint?, AuditUserID integer,"
    " ValidityFromReview timestamp?, ValidityToReview timestamp?, AuditUserIDReview integer?, LimitationValue money?,"
    " Limitation varchar(1)?, RemuneratedAmount money?, DeductableAmount money?, ExceedCeilingAmount money?,"
    " PriceOrigin varchar(1)?, ExceedCeilingAmountCategory money?, ClaimID integer, PolicyID integer?, ProdID integer?, JsonExt -|json?"
)
_SOURCE: Final = "Source varchar(50)?, SourceVersion varchar(15)?"

_COLUMNS: Final = {
    "tblLocations": f"LocationId integer, {_VALIDITY}, LocationUUID varchar(36), LocationCode varchar(8)?|varchar(50)?, LocationName varchar(50)?,"
        " LocationType varchar(1), MalePopulation integer?, FemalePopulation integer?, OtherPopulation integer?, Families integer?,"
        " AuditUserId integer?, ParentLocationId integer?, RowId text?, JsonExt -|json?",
    "tblHF": f"HfID integer, {_VALIDITY}, HfUUID varchar(36), HFCode varchar(8), HFName varchar(100), AccCode varchar(25)?, HFLevel varchar(1),"
        " HFAddress varchar(100)?, Phone varchar(50)?, Fax varchar(50)?, eMail varchar(50)?, HFCareType varchar(1), OffLine boolean,"
        " AuditUserID integer, PLItemID integer?, LegalForm varchar(1), LocationId integer, PLServiceID integer?, HFSublevel varchar(1)?,"
        " RowID bytes?, JsonExt -|json?, ContractEndDate -|date?, ContractStartDate -|date?, status -|varchar(2)",
    "tblFamilies": f"FamilyID integer, {_VALIDITY}, FamilyUUID varchar(36), Poverty boolean?, FamilyAddress varchar(200)?, isOffline boolean?,"
        " Ethnicity varchar(1)?, ConfirmationNo varchar(12)?, AuditUserID integer, ConfirmationType varchar(3)?, FamilyType varchar(2)?,"
        f" InsureeID integer, LocationId integer?, RowID text?, {_SOURCE}, JsonExt -|json?",
    "tblInsuree": f"InsureeID integer, {_VALIDITY}, AuditUserID integer, CHFID varchar(12)?|varchar(50)?, CardIssued boolean|boolean?,"
        " CurrentAddress varchar(200)?, CurrentVillage integer?, DOB date|date?, Education smallint?, Email varchar(100)?, FamilyID integer|integer?,"
        " Gender varchar(1)?, GeoLocation varchar(250)?, HFID integer?, InsureeUUID varchar(36), IsHead boolean, LastName varchar(100),"
        " Marital varchar(1)?, OtherNames varchar(100), Phone varchar(50)?, PhotoDate date?, PhotoID integer?, Profession smallint?,"
        " Relationship smallint?, RowID bytes?, TypeOfId varchar(1)?, Vulnerability boolean?, isOffline boolean?, passport varchar(25)?,"
        f" {_SOURCE}, JsonExt -|json?, status -|varchar(2)?, status_date -|date?, StatusReason -|smallint?",
    "tblPolicy": f"PolicyID integer, {_VALIDITY}, PolicyUUID varchar(36), PolicyStage varchar(1)?, PolicyStatus smallint?, PolicyValue money?,"
        " EnrollDate date, StartDate date, EffectiveDate date?, ExpiryDate date?, isOffline boolean?, AuditUserID integer, FamilyID integer,"
        f" OfficerID integer?, ProdID integer, RowID bytes?, {_SOURCE}, ContributionPlanID -|uuid?, creationDate -|date?",
    "tblInsureePolicy": f"InsureePolicyID integer, {_VALIDITY}, EnrollmentDate date?, StartDate date?, EffectiveDate date?, ExpiryDate date?,"
        " isOffline boolean?, AuditUserID integer, InsureeID integer, PolicyId integer, RowID bytes?",
    "tblPremium": f"PremiumId integer, {_VALIDITY}, PremiumUUID varchar(36), Amount money, Receipt varchar(50), PayDate date, PayType varchar(1),"
        " isPhotoFee boolean?, isOffline boolean?, ReportingId integer?, AuditUserID integer, PayerID integer?, PolicyID integer,"
        f" CreatedDate date, RowID text?|-, {_SOURCE}, AllDetailsCommissionReport -|timestamp?, OverviewCommissionReport -|timestamp?,"
        " ReportingCommissionID -|integer?",
    "tblProduct": f"ProdID integer, {_VALIDITY}, ProdUUID varchar(36), ProductCode varchar(8), ProductName varchar(100), DateFrom timestamp,"
        " DateTo timestamp, LumpSum money, MemberCount smallint, PremiumAdult money?, PremiumChild money?, DedInsuree money?, DedOPInsuree money?,"
        " DedIPInsuree money?, MaxInsuree money?, MaxOPInsuree money?, MaxIPInsuree money?, PeriodRelPrices varchar(1)?,"
        " PeriodRelPricesOP varchar(1)?, PeriodRelPricesIP varchar(1)?, AccCodePremiums varchar(25)?, AccCodeRemuneration varchar(25)?,"
        " DedTreatment money?, DedOPTreatment money?, DedIPTreatment money?, MaxTreatment money?, MaxOPTreatment money?, MaxIPTreatment money?,"
        " DedPolicy money?, DedOPPolicy money?, DedIPPolicy money?, MaxPolicy money?, MaxOPPolicy money?, MaxIPPolicy money?, GracePeriod integer,"
        " AuditUserID integer, MaxNoConsultation integer?, MaxNoSurgery integer?, MaxNoDelivery integer?, MaxNoHospitalizaion integer?,"
        " MaxNoVisits integer?, MaxAmountConsultation money?, MaxAmountSurgery money?, MaxAmountDelivery money?, MaxAmountHospitalization money?,"
        " GracePeriodRenewal integer?, MaxInstallments integer?, WaitingPeriod integer?, Threshold integer?, RenewalDiscountPerc integer?,"
        " RenewalDiscountPeriod integer?, MaxPolicyExtraMember money?, MaxPolicyExtraMemberIP money?, MaxPolicyExtraMemberOP money?,"
        " MaxCeilingPolicy money?, MaxCeilingPolicyIP money?, MaxCeilingPolicyOP money?, EnrolmentDiscountPerc integer?,"
        " EnrolmentDiscountPeriod integer?, MaxAmountAntenatal money?, MaxNoAntenatal integer?, CeilingInterpretation varchar(1)?,"
        " LocationId integer?, AdministrationPeriod integer?, ConversionProdID integer?, GeneralAssemblyFee money?, GeneralAssemblyLumpSum money?,"
        " InsurancePeriod smallint, Level1 varchar(1)?, Level2 varchar(1)?, Level3 varchar(1)?, Level4 varchar(1)?, Sublevel1 varchar(1)?,"
        " Sublevel2 varchar(1)?, Sublevel3 varchar(1)?, Sublevel4 varchar(1)?, RegistrationFee money?, RegistrationLumpSum money?, RowID text?,"
        " ShareContribution percent?, StartCycle1 varchar(5)?, StartCycle2 varchar(5)?, StartCycle3 varchar(5)?, StartCycle4 varchar(5)?,"
        " WeightAdjustedAmount percent?, WeightInsuredPopulation percent?, WeightNumberFamilies percent?, WeightNumberInsuredFamilies percent?,"
        " WeightNumberVisits percent?, WeightPopulation percent?, Recurrence smallint?, CeilingType -|varchar(1)?, Max Age -|integer?,"
        " Min Age -|integer?",
    "tblClaim": f"ClaimID integer, {_VALIDITY}, ClaimUUID varchar(36), ClaimCategory varchar(1)?, ClaimCode varchar(8)|varchar(50), DateFrom date,"
        " DateTo date?, ClaimStatus smallint, Adjustment text?, Claimed money?, Approved money?, Reinsured money?, Valuated money?,"
        " DateClaimed date, DateProcessed date?, Feedback boolean, Explanation text?, FeedbackStatus smallint?, ReviewStatus smallint?,"
        " ApprovalStatus smallint?, RejectionReason smallint?, AuditUserID integer, ValidityFromReview timestamp?, ValidityToReview timestamp?,"
        " SubmitStamp timestamp?, ProcessStamp timestamp?, Remunerated money?, GuaranteeId varchar(50)?, VisitType varchar(1)?,"
        " AuditUserIDReview integer?, AuditUserIDSubmit integer?, AuditUserIDProcess integer?, Adjuster integer?, ClaimAdminId integer?,"
        " RunID integer?, FeedbackID integer?, HFID integer, ICDID integer, ICDID1 integer?, ICDID2 integer?, ICDID3 integer?, ICDID4 integer?,"
        " InsureeID integer, RowID bytes?, JsonExt -|json?, ReferFrom -|integer?, ReferTo -|integer?, CareType -|varchar(4)?,"
        " RestoredClaim -|integer?, pre_authorization -|boolean?, patient_condition -|varchar(2)?, referral_code -|varchar(50)?",
    "tblClaimItems": f"ClaimItemID integer, {_VALIDITY}, ClaimItemStatus smallint, ItemID integer, Availability boolean, {_LINE}",
    "tblClaimServices": f"ClaimServiceID integer, {_VALIDITY}, ClaimServiceStatus smallint, ServiceID integer, {_LINE}",
    "tblClaimServicesService": "idCss -|integer, qty_provided -|integer?, qty_displayed -|integer?, created_date -|timestamp?, price -|money?,"
        " claimServiceID -|integer, ServiceId -|integer",
    "tblClaimServicesItems": "idCsi -|integer, qty_provided -|integer?, qty_displayed -|integer?, created_date -|timestamp?, price -|money?,"
        " ClaimServiceID -|integer, ItemID -|integer",
    "tblClaimAdmin": f"ClaimAdminId integer, {_VALIDITY}, ClaimAdminUUID varchar(36), ClaimAdminCode varchar(8)?, LastName varchar(100)?,"
        " OtherNames varchar(100)?, DOB date?, EmailId varchar(200)?, Phone varchar(50)?, HasLogin boolean?, AuditUserId integer?,"
        " HFId integer?, RowId bytes?",
    "tblItems": f"ItemID integer, {_VALIDITY}, ItemUUID varchar(36), Quantity money?, ItemCode varchar(6), ItemName varchar(100),"
        " ItemType varchar(1), ItemPackage varchar(255)?, ItemPrice money, ItemCareType varchar(1), ItemFrequency smallint?, ItemPatCat smallint,"
        " AuditUserID integer, RowID bytes?, MaximumAmount -|money?",
    "tblServices": "ServiceID integer, ValidityFrom timestamp?, ValidityTo timestamp?, LegacyID integer?, ServiceUUID varchar(36),"
        " ServCategory varchar(1)?, ServCode varchar(6), ServName varchar(100), ServType varchar(1), ServLevel varchar(1), ServPrice money,"
        " ServCareType varchar(1), ServFrequency smallint?, ServPatCat smallint, AuditUserID integer?, RowID bytes?, MaximumAmount -|money?,"
        " manualPrice -|boolean, ServPackageType -|varchar(1)",
    "tblICDCodes": f"ICDID integer, {_VALIDITY}, ICDCode varchar(255), ICDName varchar(255), AuditUserID integer, RowID bytes?",
    "tblBatchRun": f"RunID integer, {_VALIDITY}, RunDate timestamp, AuditUserID integer, RunYear integer, RunMonth smallint, LocationId integer?",
    "tblPayer": f"PayerID integer, {_VALIDITY}, PayerUUID varchar(36), PayerType varchar(1), PayerName varchar(100), PayerAddress varchar(100)?,"
        " Phone varchar(50)?, Fax varchar(50)?, eMail varchar(50)?, AuditUserID integer, LocationId integer?, RowID text?",
    "tblFeedback": f"FeedbackID integer, {_VALIDITY}, FeedbackUUID varchar(36), CareRendered boolean?, PaymentAsked boolean?,"
        " DrugPrescribed boolean?, DrugReceived boolean?, Asessment smallint?, CHFOfficerCode integer?, FeedbackDate timestamp?,"
        " AuditUserID integer, ClaimID integer?",
    "tblFeedbackPrompt": "FeedbackPromptID integer, ValidityFrom timestamp?, ValidityTo timestamp?, LegacyID integer?, ClaimID integer?,"
        " FeedbackPromptDate date, OfficerID integer?, PhoneNumber varchar(25)?|varchar(50)?, SMSStatus smallint?, AuditUserID integer?",
    "tblGender": f"Code varchar(1), Gender varchar(50)?, {_LOOKUP}",
    "tblProfessions": f"ProfessionId smallint, Profession varchar(50), {_LOOKUP}",
    "tblEducations": f"EducationId smallint, Education varchar(50), {_LOOKUP}",
    "tblFamilyTypes": f"FamilyTypeCode varchar(2), FamilyType varchar(50), {_LOOKUP}",
    "tblIdentificationTypes": f"IdentificationCode varchar(1), IdentificationTypes varchar(50), {_LOOKUP}",
    "tblRelations": f"RelationId smallint, Relation varchar(50), {_LOOKUP}",
    "tblConfirmationTypes": f"ConfirmationTypeCode varchar(3), ConfirmationType varchar(50), {_LOOKUP}, is_confirmation_number_required -|boolean",
    "tblLegalForms": f"LegalFormCode varchar(1), LegalForms varchar(50), {_LOOKUP}",
    "tblHFSublevel": f"HFSublevel varchar(1), HFSublevelDesc varchar(50)?, {_LOOKUP}",
    "tblOfficer": f"OfficerID integer, {_VALIDITY}, OfficerUUID varchar(36), Code varchar(8), LastName varchar(100), OtherNames varchar(100),"
        " LocationId integer?, AuditUserID integer, DOB date?, EmailId varchar(200)?, HasLogin boolean?, OfficerIDSubst integer?,"
        " permanentaddress varchar(100)?, Phone varchar(50)?, PhoneCommunication boolean?, RowID text?, VEOCode varchar(8)?, VEODOB date?,"
        " VEOLastName varchar(100)?, VEOOtherNames varchar(100)?, VEOPhone varchar(25)?, WorksTo timestamp?, JsonExt -|json?",
    "tblInsureeStatusReason": "StatusReasonId -|smallint, ValidityFrom -|timestamp, ValidityTo -|timestamp?, LegacyID -|integer?,"
        " StatusReason -|varchar(50), Code -|varchar(5), status_type -|varchar(2)",
}
# fmt: on

_COLUMNS_OF_FORKS: Final = {
    "tblInsuree": tuple(
        Column(name, _KINDS["boolean"], nullable=True) for name in ("IsDeleted", "IsActive")
    )
}
_NAMES_OF_FORKS: Final = {"tblClaim": {"VisitType": "visit_kind"}}
"""Table to a column of openIMIS, and what a fork calls it."""

INDEXES: Final = (
    ("tblFamilies", "InsureeID"),
    ("tblInsuree", "FamilyID"),
    ("tblInsuree", "CHFID"),
    ("tblPolicy", "FamilyID"),
    ("tblInsureePolicy", "InsureeID"),
    ("tblInsureePolicy", "PolicyId"),
    ("tblClaim", "InsureeID"),
    ("tblClaimItems", "ClaimID"),
    ("tblClaimServices", "ClaimID"),
)
"""What openIMIS indexes too, and the next day's operations look up."""


@cache
def columns(table: str, level: Level) -> tuple[Column, ...]:
    """The columns of a table at a schema level, the key first; empty where the level lacks it."""
    entries = (entry.strip() for entry in _split(_COLUMNS[table]))
    return tuple(column for entry in entries if (column := _column(entry, level)))


def tables(level: Level) -> list[str]:
    """The names of the sample's tables at a schema level."""
    if level not in LEVELS:
        raise ValueError(f"There is no schema level {level!r}. Known: {', '.join(LEVELS)}.")
    return [table for table in _COLUMNS if columns(table, level)]


def columns_of(table: str, level: Level, present: Iterable[str]) -> tuple[Column, ...]:
    """The columns of a table at a schema level, and those of a fork that its frame has."""
    mine = set(present)
    named = {old: new for old, new in _NAMES_OF_FORKS.get(table, {}).items() if new in mine}
    own = (replace(each, name=named.get(each.name, each.name)) for each in columns(table, level))
    forks = (each for each in _COLUMNS_OF_FORKS.get(table, ()) if each.name in mine)
    return (*own, *forks)


@cache
def key(table: str) -> str:
    """The primary key's column."""
    return columns(table, LEVELS[-1])[0].name


@cache
def uuid_column(table: str) -> str | None:
    """The column of openIMIS's own UUID; None where the table has none."""
    names = [column.name for column in columns(table, LEVELS[-1])]
    return next((name for name in names if name.endswith("UUID")), None)


def empty(table: str, level: Level) -> pl.DataFrame:
    """The table without a row."""
    return pl.DataFrame(schema={each.name: each.kind.polars for each in columns(table, level)})


def conformed(frame: pl.DataFrame, table: str, level: Level) -> pl.DataFrame:
    """The frame with exactly the table's columns at the level, in order; what it lacks is null."""
    return frame.select(
        (pl.col(column.name) if column.name in frame.columns else pl.lit(None))
        .cast(column.kind.polars)
        .alias(column.name)
        for column in columns(table, level)
    )


def _split(line: str) -> list[str]:
    """Entries are parted by a comma with a blank, which no type contains."""
    return line.split(", ")


def _column(entry: str, level: Level) -> Column | None:
    """A column from its entry, `name type[|type]`; a name may hold a blank (`Max Age`)."""
    name, _, types = entry.rpartition(" ")
    choices = types.split("|")
    chosen = choices[min(LEVELS.index(level), len(choices) - 1)]
    if chosen == "-":
        return None
    return Column(name, _kind(chosen.rstrip("?")), nullable=chosen.endswith("?"))


def _kind(name: str) -> Kind:
    if name.startswith("varchar"):
        return Kind(pl.String(), f"character varying{name[7:]}", name.upper())
    return _KINDS[name]
