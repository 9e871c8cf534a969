"""The categories by which figures are divided, and their options.

The code of an option is openIMIS's own where the options follow openIMIS; else a word that stays.
Each category has an option for what openIMIS does not say, so that the options add up to the whole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from transforms.model.tables import option_sets
from transforms.openimis.tables.coded_values import CLAIM_STATUS as CLAIM_STATUSES
from transforms.openimis.tables.coded_values import VISIT_TYPE as VISIT_TYPES
from transforms.package.tables.splits import AGE_BANDS

UNKNOWN: Final = "unknown"
"""The option for what openIMIS does not say, or says in a code that is in no list."""
Option = tuple[str, str]
"""Code and name."""


@dataclass(frozen=True)
class Category:
    """What figures are divided by.

    Attributes:
        key: Column of the values; it never changes.
        name: For people.
        options: Code and name of each; None where they follow openIMIS (see
            `transforms.aggregates.figures.options`).
    """

    key: str
    name: str
    options: tuple[Option, ...] | None = None


def code_of(word: str) -> str:
    """Return the code of an option that is called by a word: in lower case, without blanks."""
    return re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")


def _fixed(key: str, name: str, words: Iterable[str]) -> Category:
    named = tuple((code_of(word), word) for word in words)
    return Category(key, name, (*named, (UNKNOWN, "Unknown")))


AGE_LABELS: Final = tuple((code_of(key), label, low, high) for key, label, low, high in AGE_BANDS)
"""Code, label, age in completed years from, and below; None is no limit."""
PAY_TYPES: Final = option_sets.PAY_TYPE.codes or {}
PAYER_TYPES: Final = {
    "" if code == option_sets.NO_PAYER else code: word
    for code, word in (option_sets.PAYER_TYPE.codes or {}).items()
}
"""Of contributions; where none is named, the household pays itself."""
POVERTY_WORDS: Final = {"true": "Poor", "false": "Non-poor"}
GENDERS: Final = {"F": "Female", "M": "Male", "O": "Other"}

PRODUCT = Category("product", "Insurance product")
CLAIM_STATUS = _fixed("claim_status", "Claim status", CLAIM_STATUSES.words.values())
SEX = _fixed("sex", "Sex", GENDERS.values())
AGE_BAND = Category(
    "age_band",
    "Age",
    (*((code, label) for code, label, _, _ in AGE_LABELS), (UNKNOWN, "Unknown")),
)
VISIT_TYPE = _fixed("visit_type", "Visit type", VISIT_TYPES.words.values())
CARE_TYPE = _fixed("care_type", "Care type", (option_sets.CARE_TYPE.codes or {}).values())
POVERTY = _fixed("poverty", "Poverty status", POVERTY_WORDS.values())
REJECTION_REASON = Category(
    "rejection_reason",
    "Rejection reason",
    tuple((code_of(word), word) for word in (option_sets.REJECTION_REASON.codes or {}).values()),
)
PAY_TYPE = _fixed("pay_type", "Way of payment", PAY_TYPES.values())
PAYER_TYPE = _fixed("payer_type", "Payer", PAYER_TYPES.values())
CODE_GROUP = Category("code_group", "Group of services")

CATEGORIES: Final[dict[str, Category]] = {
    each.key: each
    for each in (
        PRODUCT, CLAIM_STATUS, SEX, AGE_BAND, VISIT_TYPE, CARE_TYPE, POVERTY, REJECTION_REASON,
        PAY_TYPE, PAYER_TYPE, CODE_GROUP,
    )
}  # fmt: skip
