"""The option sets: openIMIS codes on one side, DHIS2 option codes on the other.

A fixed set keeps the words of the seed's package as option codes, since its indicators filter by
them. A filled set holds openIMIS's own codes, since they differ from country to country.
"""

from transforms.core.fields import OptionSet
from transforms.openimis.tables import coded_values

GENDER = OptionSet(
    "GUdoValVQSh", "Gender", "gender", salt="gender",
    table="tblGender", code_column="Code", name_column="Gender",
)  # fmt: skip
PROFESSION = OptionSet(
    "Sd4u2gQx36n", "Profession", "profession", salt="profession",
    table="tblProfessions", code_column="ProfessionId", name_column="Profession",
)  # fmt: skip
EDUCATION = OptionSet(
    "EiSeDNXxNjB", "Education", "education", salt="education",
    table="tblEducations", code_column="EducationId", name_column="Education",
)  # fmt: skip
FAMILY_TYPE = OptionSet(
    "iyfsslkBi1G", "Family/Group type", "family/group type", salt="groupType",
    table="tblFamilyTypes", code_column="FamilyTypeCode", name_column="FamilyType",
)  # fmt: skip
IDENTIFICATION_TYPE = OptionSet(
    "b1sDbWRxXa8", "Identification type", "identification_type", salt="identificationType",
    table="tblIdentificationTypes", code_column="IdentificationCode", name_column="IdentificationTypes",
)  # fmt: skip
PRODUCT = OptionSet(
    "kCdTMGqxLGE", "Product", "product", salt="product",
    table="tblProduct", code_column="ProductCode", name_column="ProductName",
)  # fmt: skip
DIAGNOSIS = OptionSet(
    "Gg8QVWm9zPh", "ICD", "ICD", salt="diagnosis",
    table="tblICDCodes", code_column="ICDCode", name_column="ICDName",
)  # fmt: skip
ITEM = OptionSet(
    "V2nNlKHYNHE", "Item", "itm", salt="item",
    table="tblItems", code_column="ItemCode", name_column="ItemName",
)  # fmt: skip
SERVICE = OptionSet(
    "FxKDNqNDuri", "Service", "srv", salt="service",
    table="tblServices", code_column="ServCode", name_column="ServName",
)  # fmt: skip

MARITAL_STATUS = OptionSet(
    "bjbFRSo3N6h", "Marital status", "marital_status", salt="maritalStatus",
    codes=dict(coded_values.MARITAL_STATUS.words),
    option_uids={
        "Married": "ElSjEcgKzij",
        "Single": "jcVUMPBhusA",
        "Divorced": "SUcHYssGKA2",
        "Widowed": "xfIwkORXeKR",
        "Not specified": "qK3j67lC7QF",
    },
)  # fmt: skip
VISIT_TYPE = OptionSet(
    "Ors8DKWKcj8", "Visit type", "visit_type", salt="visitType",
    codes=dict(coded_values.VISIT_TYPE.words),
    option_uids={"Emergency": "DaZeuBAkGEA", "Referral": "JsY3s7DWQSe", "Other": "bKjNT9puiIo"},
)  # fmt: skip
POLICY_STAGE = OptionSet(
    "zLZHZ23HmuU", "Policy stage", "policy_stage", salt="policyStage",
    codes=dict(coded_values.POLICY_STAGE.words),
    option_uids={"New policy": "WYo4n3ujmpy", "Renewed policy": "DUPaMnLC4CU"},
)  # fmt: skip
POLICY_STATUS = OptionSet(
    "FoPRPKtuyOn", "Policy status", "policy_status", salt="policyStatus",
    codes={"1": "Idle", "2": "Active", "4": "Suspended", "8": "Expired", "16": "Ready"},
    option_uids={
        "Idle": "hLWMplsqCSm",
        "Active": "WGU32Vx3SVg",
        "Suspended": "IJxaSozANRl",
        "Expired": "c59BVWTMjuW",
    },
)  # fmt: skip
CLAIM_STATUS = OptionSet(
    "b1dkHxgN4Yy", "Claim status", "claim_status", salt="claimStatus",
    codes=dict(coded_values.CLAIM_STATUS.words),
    option_uids={
        "Entered": "jJvBv9zDSdy",
        "Checked": "g2ybFI1aIIl",
        "Rejected": "EvpBfmFQGaM",
        "Processed": "wLM4HsxS94l",
        "Valuated": "GtWVCt1YKKF",
    },
)  # fmt: skip
CARE_TYPE = OptionSet(
    "XEl8XAb0pfp", "Care type", "care_type", salt="careType",
    codes={"IPD": "In-patient", "OPD": "Out-patient"},
)  # fmt: skip
PATIENT_CONDITION = OptionSet(
    "t6ekR2CsLfc", "Patient condition", "patient_condition", salt="patientCondition",
    codes={"H": "Healed", "D": "Deceased", "E": "Escaped", "R": "Referred"},
)  # fmt: skip
REJECTED_IN_REVIEW = "Rejected in review"
OTHER_REASON, NO_REASON = "any other", "none"
"""What stands for codes that openIMIS does not have, and for a rejection without a code."""
REJECTION_REASON = OptionSet(
    "ldtTz26Y4Jw", "Rejection reason", "rejection_reason", salt="rejectionReason",
    codes={
        "-1": REJECTED_IN_REVIEW,
        "1": "Not in the register",
        "2": "Not in the price list",
        "3": "Not covered by a policy",
        "4": "Not for this sex or age",
        "5": "Too soon again",
        "6": "Claimed twice",
        "7": "Insuree not insured",
        "8": "Diagnosis not in the list",
        "9": "Date of care not valid",
        "10": "Care type not allowed",
        "11": "Too many admissions",
        "12": "Too many visits",
        "13": "Too many consultations",
        "14": "Too many surgeries",
        "15": "Too many deliveries",
        "16": "Quantity above the limit",
        "17": "Within the waiting period",
        "19": "Too many antenatal contacts",
        "20": "Claim not valid",
        "21": "No coverage on the day",
        OTHER_REASON: "Another reason",
        NO_REASON: "No reason given",
    },
)  # fmt: skip
YES_NO = OptionSet(
    "HG0oUNFDDYo", "Yes/No", "yes/no", salt="boolean",
    codes={"true": "Yes", "false": "No"},
    option_uids={"Yes": "FQtuY4SAkH5", "No": "xlUofTWsD5M"},
)  # fmt: skip

PAY_TYPE = OptionSet(
    "g9NLSDAxtgd", "Pay type", "pay_type", salt="payType",
    codes={"B": "Bank", "C": "Cash", "M": "Mobile phone"},
)  # fmt: skip
"""Of contributions. openIMIS's fourth type, of funds, is none of them."""
HOUSEHOLD, NO_PAYER = "Household", "none"
"""Who pays where openIMIS names no payer, and what stands for that."""
PAYER_TYPE = OptionSet(
    "YtcJeu54Csw", "Payer type", "payer_type", salt="payerType",
    codes={
        "C": "Co-operative",
        "D": "Donor",
        "G": "Government",
        "L": "Local authority",
        "P": "Private organisation",
        "O": "Other",
        NO_PAYER: HOUSEHOLD,
    },
)  # fmt: skip

FILLED_SETS: tuple[OptionSet, ...] = (
    GENDER, PROFESSION, EDUCATION, FAMILY_TYPE, IDENTIFICATION_TYPE,
    PRODUCT, DIAGNOSIS, ITEM, SERVICE,
)  # fmt: skip
FIXED_SETS: tuple[OptionSet, ...] = (
    MARITAL_STATUS, VISIT_TYPE, POLICY_STAGE, POLICY_STATUS, CLAIM_STATUS, YES_NO, CARE_TYPE,
    PATIENT_CONDITION, REJECTION_REASON, PAY_TYPE, PAYER_TYPE,
)  # fmt: skip
OPTION_SETS: tuple[OptionSet, ...] = FILLED_SETS + FIXED_SETS
