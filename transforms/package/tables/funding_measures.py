"""What is counted of funding, which is of no person."""

from transforms.model.tables import contribution
from transforms.model.tables.option_sets import PAYER_TYPE, PRODUCT
from transforms.model.tables.programs import FUNDING, FUNDING_PROGRAM, FUNDING_STAGE
from transforms.package.tables.measures import (
    COUNT_EVENTS,
    EVENT_IN_PERIOD,
    Measure,
    OptionSplit,
    element,
    sum_of,
)


def _funding(key: str) -> str:
    return element(FUNDING_STAGE, contribution.FUNDING_FIELDS, key)


GIVEN = _funding("funding_amount")
IS_FUNDING = f"d2:hasValue({GIVEN})"
BY_PRODUCT = OptionSplit("product", "Product", _funding("policy_product"), PRODUCT)
BY_PAYER = OptionSplit("payer", "Payer", _funding("funding_payer_type"), PAYER_TYPE)

FUNDING_MEASURES: tuple[Measure, ...] = (
    Measure("funding", "Funding", "Funding", "Sum of what payers gave in the period for products, by the day of payment. It lies at the place of the product, which is a district, a region or the whole country.",
            FUNDING_PROGRAM, *sum_of(GIVEN), (IS_FUNDING,), EVENT_IN_PERIOD, (BY_PRODUCT, BY_PAYER), None, 0, FUNDING),
    Measure("funds", "Funds given", "Funds given", "How often payers gave something in the period for products.",
            FUNDING_PROGRAM, *COUNT_EVENTS, (IS_FUNDING,), EVENT_IN_PERIOD, (BY_PRODUCT,), None, 0, FUNDING),
)  # fmt: skip
