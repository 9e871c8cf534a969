"""The figures of a month: what each is called, what it says, and by what it is divided.

How each is counted: `transforms.aggregates.figures.methods`.
"""

from dataclasses import dataclass
from typing import Final, Literal

FigureUnit = Literal["count", "money", "days"]
FigurePlace = Literal["facility", "district"]


@dataclass(frozen=True)
class Figure:
    """One figure of a month.

    Attributes:
        key: Its name in frames, and what its UID is made of; it never changes.
        name: For people.
        words: What is counted, in one sentence.
        unit: What the value is.
        place: Where its values lie.
        categories: Keys of `transforms.aggregates.figures.categories.CATEGORIES`; three at most.
        personal: Whether few people behind a value could be recognised: small cells are kept back.
        additive: Whether the values of its options add up to that of the whole: not if a person
            may be in several.
    """

    key: str
    name: str
    words: str
    unit: FigureUnit
    place: FigurePlace
    categories: tuple[str, ...]
    personal: bool = True
    additive: bool = True


# fmt: off
FIGURES: Final[tuple[Figure, ...]] = (
    Figure("insured", "Insured people", "People with a policy of the product that is Active on the last day of the month, in the district in which they live.",
           "count", "district", ("product", "sex", "age_band"), additive=False),
    Figure("claims", "Claims", "Claims that came into the status in the month, at the facility that claims: Entered on the claim date.",
           "count", "facility", ("product", "claim_status")),
    Figure("claimed_amount", "Amount claimed", "Amount claimed by the claims that came into the status in the month.",
           "money", "facility", ("product", "claim_status")),
)
# fmt: on
FIGURE_BY_KEY: Final = {figure.key: figure for figure in FIGURES}
