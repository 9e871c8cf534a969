"""The values of *Claim details*, *Claim - Services* and *Claim - Items* events.

A field whose openIMIS column is a foreign key is named by that column; the working frame holds in
it the code of what the key names.
"""

from transforms.core.fields import Field, Privacy, ValueType
from transforms.model.tables.option_sets import (
    CARE_TYPE,
    CLAIM_STATUS,
    DIAGNOSIS,
    ITEM,
    PATIENT_CONDITION,
    PRODUCT,
    REJECTION_REASON,
    SERVICE,
    VISIT_TYPE,
    YES_NO,
)
from transforms.model.tables.policy import STATUS_UNTIL


def _amount(key: str, uid: str, name: str, column: str, code: str | None, made_of: str) -> Field:
    return Field(
        key, uid, name, ValueType.NUMBER, column, made_of=made_of, code=code, aggregation="SUM"
    )


def _day(key: str, uid: str, name: str, column: str, code: str, made_of: str) -> Field:
    return Field(key, uid, name, ValueType.DATE, column, made_of=made_of, code=code)


def _diagnosis(key: str, uid: str, name: str, column: str, code: str) -> Field:
    return Field(
        key, uid, name, ValueType.TEXT, column, "tblClaim", option_set=DIAGNOSIS, code=code,
        made_of="ICDCode of the diagnosis.", privacy=Privacy.SENSITIVE,
    )  # fmt: skip


def _referral(key: str, uid: str, name: str, column: str, code: str) -> Field:
    return Field(
        key, uid, name, ValueType.ORGANISATION_UNIT, column, "tblClaim", code=code,
        made_of="Org unit of the health facility.", privacy=Privacy.SENSITIVE, optional=True,
    )  # fmt: skip


def _line_reason(key: str, uid: str, name: str, code: str) -> Field:
    return Field(
        key, uid, name, ValueType.TEXT, "line_rejection_reason", option_set=REJECTION_REASON, code=code,
        made_of="RejectionReason of the line, if the line is rejected; none where the claim is rejected and the line is not.",
        privacy=Privacy.SENSITIVE, optional=True,
    )  # fmt: skip


def _contents(key: str, uid: str, name: str, column: str, table: str, code: str) -> Field:
    return Field(
        key, uid, name, ValueType.TEXT, column, table, code=code, privacy=Privacy.SENSITIVE, optional=True,
        made_of="Codes with quantities, as S1 x 2; S2 x 1: what was given of the package that the line stands for. Its amounts are those of the line.",
    )  # fmt: skip


def _quantity_of_contents(key: str, uid: str, name: str, table: str, code: str) -> Field:
    return Field(
        key, uid, name, ValueType.NUMBER, "qty_displayed", table, code=code, aggregation="SUM", optional=True,
        made_of="Sum of qty_displayed (qty_provided where it is empty) of what is in the package that the line stands for.",
    )  # fmt: skip


# fmt: off
CLAIM_NUMBER = Field("claim_number", "kHyvN0EtdKx", "Claim number", ValueType.TEXT, "ClaimCode", "tblClaim", code="claimNumber", privacy=Privacy.QUASI)
INSUREE_VILLAGE = Field(
    "insuree_village", "FvKmNjJA3l0", "Village of the insuree", ValueType.ORGANISATION_UNIT, "insuree_village", code="claimInsureeVillage",
    made_of="The person's present village; empty where the person's place is a facility.", privacy=Privacy.QUASI,
)
CLAIM_PLACE = Field(
    "openimis_facility", "BWCwjRurehA", "Health facility in openIMIS", ValueType.TEXT, "openimis_place", code="claimOpenimisFacility", privacy=Privacy.QUASI, optional=True,
    made_of="Code and name of the claiming facility, if DHIS2's own org units are used (org_units = \"match\"): another place may stand for it.",
)
REFERRED_FROM = _referral("referred_from", "GSR9KTGdHPM", "Referred from", "ReferFrom", "claimReferredFrom")
REFERRED_TO = _referral("referred_to", "q7A0u3OCNyI", "Referred to", "ReferTo", "claimReferredTo")
RESTORED_CLAIM = Field(
    "restored_claim_uuid", "GfCnUA3IUnb", "Restored from claim", ValueType.TEXT, "RestoredClaim", "tblClaim", code="claimRestoredFrom", optional=True,
    made_of="ClaimUUID of the rejected claim that was entered again as this one.",
)
REPLACING_CLAIMS = Field(
    "replacing_claims", "CqzpZxlalQ6", "Replacing claims", ValueType.NUMBER, "replacing_claims", code="claimReplacingClaims", optional=True, follows=RESTORED_CLAIM,
    made_of="Number of the person's current claims that restore this one or, later, the claim that this one restores; empty where there is none. Figures leave the claim out then.",
)
CLAIM_REJECTION_REASON = Field(
    "claim_rejection_reason", "OFFKL8AGixB", "Rejection reason", ValueType.TEXT, "RejectionReason", "tblClaim", option_set=REJECTION_REASON, code="claimRejectionReason",
    made_of="On Rejected: of the claim's rejected lines, the reason with the largest asked amount, then the least code; the claim's own where no line is rejected.",
    privacy=Privacy.SENSITIVE, optional=True,
)
# fmt: on

CLAIM_DETAILS_FIELDS: tuple[Field, ...] = (
    Field(
        "claim_status", "mGCsTQbv7zA", "Claim status", ValueType.TEXT, "claim_status", option_set=CLAIM_STATUS, code="claimResponse.processNote", compulsory=True,
        made_of="One event for each status that the claim passed.",
    ),
    _amount("claim_claimed_amount", "QINoEjSZ9Hs", "Claim amount", "shown_claimed_amount", "claim.total", "Sum of QtyProvided x PriceAsked of the claim's current services and items; on every event."),
    _amount("claim_adjusted_amount", "GGZy5cV04QQ", "Adjusted amount", "shown_adjusted_amount", "claimResponse.disposition", "Sum of QtyProvided x PriceAdjusted (PriceAsked where it is empty); from Checked on."),
    _amount("claim_approved_amount", "TiZrzsT8088", "Approved amount", "shown_approved_amount", "claimResponse.totalBenefit", "Sum of QtyApproved (QtyProvided where it is empty) x PriceApproved (PriceAdjusted, PriceAsked) of the lines that passed; from Checked on; 0 on Rejected."),
    _amount("claim_valuated_amount", "Fk7sSgbFTaG", "Valuated amount", "shown_valuated_amount", "valuatedAmount", "Sum of PriceValuated; the approved amount where no line has one; on Valuated; 0 on Rejected."),
    _amount("claim_remunerated_amount", "WyAw53dfnMj", "Remunerated amount", "shown_remunerated_amount", "remuneratedAmount", "Sum of RemuneratedAmount; empty where no line has one; on Valuated; 0 on Rejected."),
    _day("claim_checked_date", "kbPqkHGEuwz", "Claim checked date", "checked_date", "Claim checked date", "SubmitStamp, else the end of the last version with status Entered; from Checked on."),
    _day("claim_rejection_date", "Gm7DjQrYpdH", "Claim rejection date", "rejection_date", "Claim rejection date", "The end of the last version that was not rejected, else ProcessStamp, else SubmitStamp; on Rejected."),
    _day("claim_processed_date", "QKPo84kaoMm", "Claim processed date", "processed_date", "claimResponse.created", "ProcessStamp, else DateProcessed; from Processed on."),
    _day("claim_valuation_date", "HbDPuVexDLj", "Claim valuation date", "valuation_date", "Claim valuation date", "RunDate of the batch run, else ProcessStamp, else DateProcessed; on Valuated."),
    STATUS_UNTIL,
    CLAIM_NUMBER,
    _diagnosis("main_diagnosis", "AdJ0xFZVaRK", "Main diagnosis", "ICDID", "claimMainDiagnosis"),
    _diagnosis("secondary_diagnosis_1", "Z5HBfCDqrBJ", "Secondary diagnosis 1", "ICDID1", "claimSecondaryDiagnosis1"),
    _diagnosis("secondary_diagnosis_2", "puzUbzYkMTQ", "Secondary diagnosis 2", "ICDID2", "claimSecondaryDiagnosis2"),
    _diagnosis("secondary_diagnosis_3", "I54MvuwIYRP", "Secondary diagnosis 3", "ICDID3", "claimSecondaryDiagnosis3"),
    _diagnosis("secondary_diagnosis_4", "Jobx3WwG90M", "Secondary diagnosis 4", "ICDID4", "claimSecondaryDiagnosis4"),
    Field("visit_type", "NyjaAUZYkB9", "Visit type", ValueType.TEXT, "VisitType", "tblClaim", option_set=VISIT_TYPE, code="claimVisitType", descriptive=True),
    Field(
        "claim_administrator_uuid", "qiMYlCEiOyK", "Claim administrator", ValueType.TEXT, "administrator", code="claimAdministrator",
        made_of="ClaimAdminUUID of the claim's administrator.",
    ),
    Field(
        "claim_product", "AzhUDcrL6US", "Claim product", ValueType.TEXT, "ProdID", "tblClaimServices", option_set=PRODUCT, code="claimProduct",
        made_of="ProductCode of the current services and items; of several, the product with the largest asked amount, then the least code.",
    ),
    INSUREE_VILLAGE,
    Field("care_type", "oIhYeWdgpqf", "Care type", ValueType.TEXT, "CareType", "tblClaim", option_set=CARE_TYPE, code="claimCareType", optional=True),
    Field("pre_authorisation", "xUhHV9fEsmU", "Pre-authorisation required", ValueType.TEXT, "pre_authorization", "tblClaim", option_set=YES_NO, code="claimPreAuthorisation", optional=True),
    Field(
        "patient_condition", "zZpj1w5AAeB", "Patient condition", ValueType.TEXT, "patient_condition", "tblClaim", option_set=PATIENT_CONDITION, code="claimPatientCondition",
        made_of="At discharge.", privacy=Privacy.SENSITIVE, optional=True,
    ),
    REFERRED_FROM,
    REFERRED_TO,
    RESTORED_CLAIM,
    REPLACING_CLAIMS,
    CLAIM_REJECTION_REASON,
    CLAIM_PLACE,
)  # fmt: skip

SEQUENCE = Field(
    "line_sequence", "QmuynKAhycW", "Sequence ID", ValueType.TEXT, "sequence",
    made_of="The line's place among the claim's current lines of its kind, in order of their keys.",
)  # fmt: skip

_QUANTITY = "QtyProvided."
_PRICE = "PriceAsked, a unit price."
_DEDUCTIBLE = "DeductableAmount."
_CEILING = "ExceedCeilingAmount and ExceedCeilingAmountCategory together."
_ADJUSTED = "QtyProvided x PriceAdjusted (PriceAsked where it is empty), once the claim is checked."
_APPROVED = "QtyApproved (QtyProvided where it is empty) x PriceApproved (PriceAdjusted, PriceAsked), once the claim is checked; 0 where the line or the claim is rejected."
_REMUNERATED = "RemuneratedAmount, once the claim is valuated; 0 where the claim is rejected."
_VALUATED = "PriceValuated (a line total), or the approved amount where no line of the claim has one, once the claim is valuated; 0 where the claim is rejected."

CLAIMED_SERVICE = Field(
    "claimed_service",
    "UWkyb5W46zn",
    "Claimed service",
    ValueType.TEXT,
    "ServiceID",
    "tblClaimServices",
    option_set=SERVICE,
    code="claim.item.service",
    made_of="ServCode of the service.",
    privacy=Privacy.SENSITIVE,
)

# fmt: off
PACKAGE_SERVICES = _contents("package_services", "Ec18FxFC9Fe", "Services in package", "ServiceId", "tblClaimServicesService", "servicesInPackage")
PACKAGE_ITEMS = _contents("package_items", "lhfPn4NBJFi", "Items in package", "ItemID", "tblClaimServicesItems", "itemsInPackage")
PACKAGE_SERVICES_QUANTITY = _quantity_of_contents("package_services_quantity", "By7AqkPjANQ", "Quantity of services in package", "tblClaimServicesService", "quantityOfServicesInPackage")
PACKAGE_ITEMS_QUANTITY = _quantity_of_contents("package_items_quantity", "afYUO7Vh4cG", "Quantity of items in package", "tblClaimServicesItems", "quantityOfItemsInPackage")
# fmt: on

CLAIM_SERVICE_FIELDS: tuple[Field, ...] = (
    CLAIMED_SERVICE,
    _amount("service_quantity", "nJ0sT27I9LL", "Service quantity", "quantity", None, _QUANTITY),
    _amount("service_price", "uwGg814hDhB", "Service price", "price", None, _PRICE),
    _amount("service_deductible_amount", "aD2rD5VCsRt", "Deductible amount - Service", "deductible_amount", None, _DEDUCTIBLE),
    _amount("service_exceeded_ceiling_amount", "gUanr8YW9Kj", "Exceed ceiling amount - Service", "exceeded_ceiling_amount", None, _CEILING),
    _amount("service_adjusted_amount", "vIkmxPdZpUT", "Adjusted amount - Service", "shown_adjusted_amount", None, _ADJUSTED),
    _amount("service_approved_amount", "PWX6sv2o9DE", "Approved amount - Service", "shown_approved_amount", None, _APPROVED),
    _amount("service_remunerated_amount", "WFqZ6Q1E2XO", "Remunerated amount - Service", "shown_remunerated_amount", None, _REMUNERATED),
    _amount("service_valuated_amount", "EkThw1XPN1F", "Valuated amount - Service", "shown_valuated_amount", None, _VALUATED),
    SEQUENCE,
    _line_reason("service_rejection_reason", "JbvXSQX0E87", "Rejection reason - Service", "serviceRejectionReason"),
    REPLACING_CLAIMS,
    PACKAGE_SERVICES,
    PACKAGE_ITEMS,
    PACKAGE_SERVICES_QUANTITY,
    PACKAGE_ITEMS_QUANTITY,
)  # fmt: skip

CLAIMED_ITEM = Field(
    "claimed_item",
    "VFWCqLKPuSd",
    "Claimed item",
    ValueType.TEXT,
    "ItemID",
    "tblClaimItems",
    option_set=ITEM,
    code="Claimed item",
    made_of="ItemCode of the item.",
    privacy=Privacy.SENSITIVE,
)

CLAIM_ITEM_FIELDS: tuple[Field, ...] = (
    CLAIMED_ITEM,
    _amount("item_quantity", "xBdXypAmk7V", "Item quantity", "quantity", "claim.item.quantity", _QUANTITY),
    _amount("item_price", "Gu1DbTMoVGx", "Item price", "price", "claim.item.unitPrice", _PRICE),
    _amount("item_deductible_amount", "uWJD6i5xf6A", "Deductible amount - Item", "deductible_amount", "Deductible amount", _DEDUCTIBLE),
    _amount("item_exceeded_ceiling_amount", "krBi9DbQl4Y", "Exceed ceiling amount - Item", "exceeded_ceiling_amount", "Exceed ceiling amount", _CEILING),
    _amount("item_adjusted_amount", "TnAGk73PdA0", "Adjusted amount - Item", "shown_adjusted_amount", "adjustedAmountItem", _ADJUSTED),
    _amount("item_approved_amount", "BrepiHMV2dj", "Approved amount - Item", "shown_approved_amount", "approvedAmountItem", _APPROVED),
    _amount("item_remunerated_amount", "BIA1frmPcqw", "Remunerated amount - Item", "shown_remunerated_amount", "remuneratedAmountItem", _REMUNERATED),
    _amount("item_valuated_amount", "kGTTdOicT1s", "Valuated amount - Item", "shown_valuated_amount", "valuatedAmountItem", _VALUATED),
    SEQUENCE,
    _line_reason("item_rejection_reason", "fWfad1e0Jz6", "Rejection reason - Item", "itemRejectionReason"),
    REPLACING_CLAIMS,
)  # fmt: skip
