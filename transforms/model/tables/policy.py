"""The values of a *Policy details* event: one event for each status that a policy passed.

A field whose openIMIS column is a foreign key is named by that column; the working frame holds in
it the code of what the key names.
"""

from transforms.core.fields import Field, ValueType
from transforms.model.tables.option_sets import POLICY_STAGE, POLICY_STATUS, PRODUCT, YES_NO

# One element for policies and claims: indicators name it together with its stage.
STATUS_UNTIL = Field(
    "status_until", "wKXkep5Iq2w", "Status until", ValueType.DATE, "status_until", code="statusUntil", falls_due=True,
    made_of="The last day on which this status held: the day before the next status; of the "
    "last status of a policy its expiry date, unless it is Expired; else 2099-12-31.",
)  # fmt: skip

POLICY_PRODUCT = Field("policy_product", "NAdBLHAdOGv", "Product", ValueType.TEXT, "ProdID", "tblPolicy", option_set=PRODUCT, code="policyProduct", made_of="ProductCode of the policy's product; empty where the policy has none.")  # fmt: skip
POLICY_ID = Field("policy_uuid", "NtslGBEMyMy", "Policy ID", ValueType.TEXT, "PolicyUUID", "tblPolicy", code="Identifier")  # fmt: skip

POLICY_FIELDS: tuple[Field, ...] = (
    Field(
        "policy_stage", "j028KRFsjx6", "Policy stage", ValueType.TEXT, "PolicyStage", "tblPolicy", option_set=POLICY_STAGE, code="policyStage", compulsory=True,
        made_of="PolicyStage of the policy; a policy without one is a new policy.",
    ),
    Field(
        "policy_status", "Q0pEucwW60Z", "Policy status", ValueType.TEXT, "policy_status", option_set=POLICY_STATUS, code="policyStatus", compulsory=True,
        made_of="PolicyStatus of the policy and of its history rows; Active from the effective date on, Expired from the day after the expiry date on.",
    ),
    POLICY_PRODUCT,
    POLICY_ID,
    Field(
        "policy_value", "mVeMk0sNLZb", "Policy Value", ValueType.NUMBER, "policy_value", code="contract.valuedItem.net", aggregation="SUM",
        made_of="PolicyValue of the policy, on the events of one member only: the head of the policy's family if the policy covers him, else the member whose InsureePolicyID is the least.",
    ),
    Field(
        "policy_start_date", "h2Ck7EyokyI", "Policy start date", ValueType.DATE, "start_date", code="policyStartDate",
        made_of="StartDate of the insuree policy, of several current rows the earliest; where it is empty, of the policy.",
    ),
    Field(
        "policy_effective_date", "zrfmkobtJfx", "Policy effective date", ValueType.DATE, "effective_date", code="policyEffectiveDate",
        made_of="EffectiveDate of the insuree policy, of several current rows the earliest; where it is empty, of the policy.",
    ),
    Field(
        "policy_expiry_date", "RzgHQtgsmfB", "Expiry Date", ValueType.DATE, "expiry_date", code="policyExpiryDate",
        made_of="ExpiryDate of the insuree policy, of several current rows the latest; where it is empty, of the policy.",
    ),
    STATUS_UNTIL,
    Field(
        "active_policies_of_person", "eyBb2lkub3x", "Active policies of the person", ValueType.INTEGER_ZERO_OR_POSITIVE, "active_policies", code="activePoliciesOfPerson",
        made_of="How many of the person's policies are Active once all changes of the event's day are in.",
    ),
    Field(
        "is_first_time_in_status", "cEW525dDsvZ", "First time in this status", ValueType.TEXT, "is_first_time", option_set=YES_NO, code="firstTimeInStatus",
        made_of="No where this policy was in this status before.",
    ),
)  # fmt: skip
