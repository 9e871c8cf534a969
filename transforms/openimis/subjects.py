"""The schema of the register: of which openIMIS table and column each of its columns is.

A subject is a kind of row. Its columns have openIMIS's own terms in snake_case, and the types of
`transforms.openimis.tables.columns`. A link is a foreign key: in the register it names a live row,
or, as openIMIS has it, one that does not exist; it is null where openIMIS writes 0.
"""

from collections.abc import Mapping

from transforms.core.fields import Field
from transforms.openimis.line_subjects import ITEMS as ITEMS
from transforms.openimis.line_subjects import PACKAGE_ITEMS as PACKAGE_ITEMS
from transforms.openimis.line_subjects import PACKAGE_SERVICES as PACKAGE_SERVICES
from transforms.openimis.line_subjects import SERVICES as SERVICES
from transforms.openimis.subject import Subject as Subject
from transforms.openimis.subject import in_snake_case
from transforms.openimis.tables import columns as openimis

PLACES = Subject(
    "places", openimis.LOCATIONS, "location_id",
    {
        "location_uuid": "LocationUUID",
        "location_code": "LocationCode",
        "location_name": "LocationName",
        "location_type": "LocationType",
        "parent_id": "ParentLocationId",
    },
    {"parent_id": openimis.LOCATIONS},
)  # fmt: skip
FACILITIES = Subject(
    "facilities", openimis.HEALTH_FACILITIES, "facility_id",
    {
        "facility_uuid": "HfUUID",
        "facility_code": "HFCode",
        "facility_name": "HFName",
        "facility_level": "HFLevel",
        "legal_form": "LegalForm",
        "facility_status": "status",
        "location_id": "LocationId",
    },
    {"location_id": openimis.LOCATIONS},
)  # fmt: skip
FAMILIES = Subject(
    "families", openimis.FAMILIES, "family_id",
    {
        "family_uuid": "FamilyUUID",
        "head_id": "InsureeID",
        "location_id": "LocationId",
        "poverty": "Poverty",
        "family_type": "FamilyType",
    },
    {"head_id": openimis.INSUREES, "location_id": openimis.LOCATIONS},
)  # fmt: skip
PEOPLE = Subject(
    "people", openimis.INSUREES, "insuree_id",
    {
        "insuree_uuid": "InsureeUUID",
        "family_id": "FamilyID",
        "current_village_id": "CurrentVillage",
        "is_marked_head": "IsHead",
        "status": "status",
        "chf_id": "CHFID",
        "last_name": "LastName",
        "other_names": "OtherNames",
        "date_of_birth": "DOB",
        "gender": "Gender",
        "marital_status": "Marital",
        "phone": "Phone",
        "passport": "passport",
        "identification_type": "TypeOfId",
        "education": "Education",
        "profession": "Profession",
        "first_service_point": "HFID",
        "is_excluded": "IsExcluded",
    },
    {
        "family_id": openimis.FAMILIES,
        "current_village_id": openimis.LOCATIONS,
        "first_service_point": openimis.HEALTH_FACILITIES,
    },
)  # fmt: skip
PRODUCTS = Subject(
    "products", openimis.PRODUCTS, "product_id",
    {
        "product_code": "ProductCode",
        "product_name": "ProductName",
        "location_id": "LocationId",
        "converted_into": "ConversionProdID",
        "grace_months_enrolment": "GracePeriod",
        "grace_months_renewal": "GracePeriodRenewal",
        "member_threshold": "Threshold",
        "ceiling_interpretation": "CeilingInterpretation",
        **{in_snake_case(name): name for name in openimis.CEILINGS},
    },
    {"converted_into": openimis.PRODUCTS, "location_id": openimis.LOCATIONS},
)  # fmt: skip
POLICIES = Subject(
    "policies", openimis.POLICIES, "policy_id",
    {
        "policy_uuid": "PolicyUUID",
        "family_id": "FamilyID",
        "product_id": "ProdID",
        "policy_stage": "PolicyStage",
        "status": "PolicyStatus",
        "policy_value": "PolicyValue",
        "policy_enrollment_date": "EnrollDate",
        "policy_start_date": "StartDate",
        "policy_effective_date": "EffectiveDate",
        "policy_expiry_date": "ExpiryDate",
    },
    # The product stays as openIMIS has it: a policy may name a copy, the product of its day.
    {"family_id": openimis.FAMILIES},
)  # fmt: skip
COVERS = Subject(
    "covers", openimis.INSUREE_POLICIES, "cover_id",
    {
        "insuree_id": "InsureeID",
        "policy_id": "PolicyId",
        "enrollment_date": "EnrollmentDate",
        "start_date": "StartDate",
        "effective_date": "EffectiveDate",
        "expiry_date": "ExpiryDate",
    },
    {"insuree_id": openimis.INSUREES, "policy_id": openimis.POLICIES},
)  # fmt: skip
CLAIMS = Subject(
    "claims", openimis.CLAIMS, "claim_id",
    {
        "claim_uuid": "ClaimUUID",
        "insuree_id": "InsureeID",
        "facility_id": "HFID",
        "administrator_id": "ClaimAdminId",
        "batch_run_id": "RunID",
        "status": "ClaimStatus",
        "date_from": "DateFrom",
        "date_to": "DateTo",
        "date_claimed": "DateClaimed",
        "date_processed": "DateProcessed",
        "submit_stamp": "SubmitStamp",
        "process_stamp": "ProcessStamp",
        "review_stamp": "ValidityFromReview",
        "claim_code": "ClaimCode",
        "visit_type": "VisitType",
        "diagnosis": "ICDID",
        **{f"diagnosis_{number}": f"ICDID{number}" for number in range(1, 5)},
        "rejection_reason": "RejectionReason",
        "care_type": "CareType",
        "pre_authorisation": "pre_authorization",
        "patient_condition": "patient_condition",
        "referred_from": "ReferFrom",
        "referred_to": "ReferTo",
        "restored_claim": "RestoredClaim",
    },
    {
        **dict.fromkeys(
            ("facility_id", "referred_from", "referred_to"), openimis.HEALTH_FACILITIES
        ),
        "insuree_id": openimis.INSUREES,
        "administrator_id": openimis.CLAIM_ADMINS,
        "restored_claim": openimis.CLAIMS,
    },
)  # fmt: skip

ADMINISTRATORS = Subject(
    "administrators", openimis.CLAIM_ADMINS, "administrator_id",
    {"administrator_uuid": "ClaimAdminUUID"},
)  # fmt: skip
BATCH_RUNS = Subject("batch_runs", openimis.BATCH_RUNS, "batch_run_id", {"run_date": "RunDate"})
PREMIUMS = Subject(
    "premiums", openimis.PREMIUMS, "premium_id",
    {"premium_uuid": "PremiumUUID", "policy_id": "PolicyID", "payer_id": "PayerID"}
    | {"amount": "Amount"}
    | {"pay_date": "PayDate", "pay_type": "PayType", "is_photo_fee": "isPhotoFee"},
    {"policy_id": openimis.POLICIES, "payer_id": openimis.PAYERS},
)  # fmt: skip
PAYERS = Subject("payers", openimis.PAYERS, "payer_id", {"payer_type": "PayerType"})
FEEDBACKS = Subject(
    "feedbacks", openimis.FEEDBACKS, "feedback_id",
    {"claim_id": "ClaimID", "mark": "Asessment", "feedback_stamp": "FeedbackDate"},
    {"claim_id": openimis.CLAIMS},
)  # fmt: skip
FEEDBACK_PROMPTS = Subject(
    "feedback_prompts", openimis.FEEDBACK_PROMPTS, "prompt_id",
    {"claim_id": "ClaimID", "prompt_date": "FeedbackPromptDate"},
    {"claim_id": openimis.CLAIMS},
)  # fmt: skip

SUBJECTS: tuple[Subject, ...] = (
    PLACES, FACILITIES, FAMILIES, PEOPLE, PRODUCTS, POLICIES, COVERS, CLAIMS, SERVICES, ITEMS,
    PACKAGE_SERVICES, PACKAGE_ITEMS, ADMINISTRATORS, BATCH_RUNS, PREMIUMS, PAYERS, FEEDBACKS,
    FEEDBACK_PROMPTS,
)  # fmt: skip

_NAMES: Mapping[tuple[str, str], str] = {
    (subject.table.name, column): name
    for subject in SUBJECTS
    for name, column in subject.columns.items()
}


def column_of(value: Field) -> str:
    """Return the column of a resource's working frame that a field is made of.

    That is the register's name of the openIMIS column, or the name of what a transform makes.
    """
    return _NAMES[value.table, value.column] if value.table else value.column
