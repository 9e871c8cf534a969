"""The values of payments: of a *Contribution* event, for a policy; of a *Funding* event, for a product.

They are sent only where the country file asks for contributions, or for funding.
"""

from transforms.core.fields import Field, Privacy, ValueType
from transforms.model.tables.option_sets import PAY_TYPE, PAYER_TYPE
from transforms.model.tables.policy import POLICY_ID, POLICY_PRODUCT

CONTRIBUTION_AMOUNT = Field("contribution_amount", "iTCrDCmy1iG", "Contribution amount", ValueType.NUMBER, "Amount", "tblPremium", code="contributionAmount", compulsory=True, aggregation="SUM", optional=True)  # fmt: skip
CONTRIBUTION_PAY_TYPE = Field("contribution_pay_type", "B3sIgrqqhBo", "Contribution pay type", ValueType.TEXT, "PayType", "tblPremium", option_set=PAY_TYPE, code="contributionPayType", optional=True)  # fmt: skip
CONTRIBUTION_PAYER = Field(
    "contribution_payer_type", "Ztyvh74wjDN", "Contribution payer type", ValueType.TEXT, "PayerType", "tblPayer", option_set=PAYER_TYPE, code="contributionPayerType", privacy=Privacy.SENSITIVE, optional=True,
    made_of="PayerType of the payer, whose name is not read; Household where the contribution names none.",
)  # fmt: skip
"""Sensitive: for whom government or a donor pays, is often poor."""

CONTRIBUTION_FIELDS: tuple[Field, ...] = (
    CONTRIBUTION_AMOUNT, CONTRIBUTION_PAY_TYPE, CONTRIBUTION_PAYER, POLICY_PRODUCT, POLICY_ID,
)  # fmt: skip

FUNDING_AMOUNT = Field("funding_amount", "IHim9F2Hzj4", "Funding amount", ValueType.NUMBER, "Amount", "tblPremium", code="fundingAmount", compulsory=True, aggregation="SUM", optional=True)  # fmt: skip
FUNDING_PAYER = Field(
    "funding_payer_type", "Kx8H6cRoyAm", "Funding payer type", ValueType.TEXT, "PayerType", "tblPayer", option_set=PAYER_TYPE, code="fundingPayerType", optional=True,
    made_of="PayerType of the payer, whose name is not read; Household where the funding names none.",
)  # fmt: skip

FUNDING_FIELDS: tuple[Field, ...] = (POLICY_PRODUCT, FUNDING_AMOUNT, FUNDING_PAYER)
