"""What an indicator is: a rate or ratio over program indicators, in the three groups of the design.

Numerators and denominators name measures in square brackets: `[enrolled]`, `[claimed.emergency]`.
A part that may be missing while the other is there is written `[x] + 0 * [y]`, so that DHIS2 shows
0 instead of nothing (an indicator is missing where all of its numerator is).
"""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.metadata_uids import metadata_uid


@dataclass(frozen=True)
class IndicatorType:
    """What the quotient is multiplied by, and with how many digits it is shown."""

    uid: str
    name: str
    factor: int
    is_number: bool
    decimals: int


# Other packages use the names "Per cent" and "Number".
PER_CENT = IndicatorType("y1SbBOpJwBp", "openIMIS per cent", 100, is_number=False, decimals=1)
RATIO = IndicatorType("eia6PSVg8HM", "openIMIS ratio", 1, is_number=False, decimals=2)
NUMBER = IndicatorType("CQV1pCctE2L", "openIMIS number", 1, is_number=True, decimals=0)
INDICATOR_TYPES: tuple[IndicatorType, ...] = (PER_CENT, RATIO, NUMBER)


class IndicatorGroup(StrEnum):
    """The groups of the design; the value is the name in DHIS2."""

    BENEFICIARY = "Insuree management indicators"
    CLAIMS = "Claims management indicators"
    OPERATIONS = "Operations management indicators"


GROUP_UIDS: dict[IndicatorGroup, str] = {
    IndicatorGroup.BENEFICIARY: "dASI5P6V3qt",
    IndicatorGroup.CLAIMS: "IfY6eweG1yo",
    IndicatorGroup.OPERATIONS: "cC8UfuEA5Us",
}

POPULATION = "#{population}"
"""Stands for the data element of the population."""


@dataclass(frozen=True)
class Indicator:
    """A rate or ratio.

    Attributes:
        key: Short name, used in tables and tests.
        seed_uid: The seed's UID; empty where it has none.
        name: Name in DHIS2; unique.
        type: What the quotient is multiplied by.
        group: The group.
        numerator: With measures in square brackets.
        numerator_words: What it is.
        denominator: With measures in square brackets, or 1.
        denominator_words: What it is.
        note: What an analyst has to know.
        decimals: Digits that DHIS2 shows; those of its type, unless said.
        less: Measures that are taken from the numerator, as far as the country has them; a key that
            ends in `:*` stands for those of all options.
    """

    key: str
    seed_uid: str
    name: str
    type: IndicatorType
    group: IndicatorGroup
    numerator: str
    numerator_words: str
    denominator: str
    denominator_words: str
    note: str = ""
    decimals: int | None = None
    less: tuple[str, ...] = ()

    @property
    def uid(self) -> str:
        """The seed's UID, or one made from the key."""
        return self.seed_uid or metadata_uid(f"indicator:{self.key}")
