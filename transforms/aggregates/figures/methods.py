"""How each figure is counted: of which facts, on which days, and what is done with them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from transforms.model.policy_versions import ACTIVE


class Facts(StrEnum):
    """What is counted: one frame each."""

    COVERS = "covers"
    CLAIMS = "claims"


class When(StrEnum):
    """Which days of the facts belong to a period."""

    IN_PERIOD = "in period"  # the fact's day lies in it
    ON_LAST_DAY = "on last day"  # the fact holds on its last day


PEOPLE: Final = "people"
"""People are counted, each once in a cell; a column otherwise, which is added up."""
ONE: Final = "one"
"""Every fact counts as one."""


@dataclass(frozen=True)
class Method:
    """How a figure is counted.

    Attributes:
        facts: Of what.
        when: On which days.
        counted: `PEOPLE`, `ONE`, or the column that is added up.
        only: Which facts count; None for all.
    """

    facts: Facts
    when: When
    counted: str
    only: pl.Expr | None = None


_IS_ACTIVE = pl.col("status") == ACTIVE

METHODS: Final[dict[str, Method]] = {
    "insured": Method(Facts.COVERS, When.ON_LAST_DAY, PEOPLE, _IS_ACTIVE),
    "claims": Method(Facts.CLAIMS, When.IN_PERIOD, ONE),
    "claimed_amount": Method(Facts.CLAIMS, When.IN_PERIOD, "claimed_amount"),
}
"""Key of a figure to how it is counted."""
