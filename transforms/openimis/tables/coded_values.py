"""Columns whose values openIMIS fixes in its code: each value, and the word for it.

The words are the codes of the options in DHIS2. A fork may have values of its own: its country file
says which of the words each of them means.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.openimis.tables.column_types import Column, Table
from transforms.openimis.tables.columns import CLAIMS, INSUREES, POLICIES


@dataclass(frozen=True)
class CodedValue:
    """A column of such values.

    Attributes:
        key: Its name in the country file, below `[values]`.
        table: openIMIS table.
        column_name: Its column.
        words: openIMIS's value, as text, to the word for it.
    """

    key: str
    table: Table
    column_name: str
    words: Mapping[str, str]

    @property
    def column(self) -> Column:
        """The column of openIMIS."""
        return self.table.column(self.column_name)

    def value_of(self, word: str) -> str:
        """Return openIMIS's value for a word."""
        return next(value for value, each in self.words.items() if each == word)


CLAIM_STATUS = CodedValue(
    "claim_status", CLAIMS, "ClaimStatus",
    {"2": "Entered", "4": "Checked", "1": "Rejected", "8": "Processed", "16": "Valuated"},
)  # fmt: skip
VISIT_TYPE = CodedValue(
    "visit_type", CLAIMS, "VisitType", {"E": "Emergency", "R": "Referral", "O": "Other"}
)
POLICY_STAGE = CodedValue(
    "policy_stage", POLICIES, "PolicyStage", {"N": "New policy", "R": "Renewed policy"}
)
MARITAL_STATUS = CodedValue(
    "marital_status", INSUREES, "Marital",
    {"M": "Married", "S": "Single", "D": "Divorced", "W": "Widowed", "N": "Not specified"},
)  # fmt: skip

CODED_VALUES: tuple[CodedValue, ...] = (CLAIM_STATUS, VISIT_TYPE, POLICY_STAGE, MARITAL_STATUS)
