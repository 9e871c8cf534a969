"""The parts called unknown: what is missing of a whole where a value is not known in openIMIS.

Each is the whole less the parts that the country has, so that a chart of parts adds up to it.
"""

from transforms.package.tables.indicator_kinds import NUMBER, PER_CENT, Indicator, IndicatorGroup

_B, _C, _O = IndicatorGroup.BENEFICIARY, IndicatorGroup.CLAIMS, IndicatorGroup.OPERATIONS
_GENDERS = ("female", "male", "other-gender")
_VISITS = ("emergency", "referral", "other")


def _unknown(measure: str, whole: str, part: str, group: IndicatorGroup, *parts: str) -> Indicator:
    key, _, words = part.partition(":")
    return Indicator(
        f"{measure}-{key}-unknown", "", f"{whole} ({words} unknown)", NUMBER, group,
        f"[{measure}]", f"{whole}, less the parts by {words}", "1", "Number",
        less=tuple(f"{measure}.{each}" for each in parts),
    )  # fmt: skip


UNKNOWN_PARTS: tuple[Indicator, ...] = (
    _unknown("enrolled", "Individuals enrolled", "gender:gender", _B, *_GENDERS),
    _unknown("covered", "Individuals with active policy", "gender:gender", _B, *_GENDERS),
    _unknown("not-covered", "Individuals enrolled and not covered", "gender:gender", _B, *_GENDERS),
    _unknown("households-covered", "Households enrolled with active policy", "gender:gender", _B, *_GENDERS),
    _unknown("households-not-covered", "Households enrolled and not covered", "gender:gender", _B, *_GENDERS),
    _unknown("households", "Households enrolled", "poverty:poverty", _B, "poor", "non-poor"),
    _unknown("covered", "Individuals with active policy", "education:education", _B, "education:*"),
    _unknown("covered", "Individuals with active policy", "family-type:family type", _B, "family-type:*"),
    _unknown("not-covered", "Individuals enrolled and not covered", "education:education", _B, "education:*"),
    _unknown("claims-entered", "Entered claims", "gender:gender", _C, *_GENDERS),
    _unknown("claims-entered", "Entered claims", "visit:type of visit", _C, *_VISITS),
    _unknown("claimed", "Entered claims (Value)", "product:product", _C, "product:*"),
    _unknown("contributions", "Contributions collected", "product:product", _O, "product:*"),
    _unknown("contributions", "Contributions collected", "pay-type:pay type", _O, "pay-type:*"),
    Indicator(
        "share-unknown", "", "Share of claims of unknown type of visit", PER_CENT, _C,
        "[claims-entered]", "Entered claims, less those of a known type of visit", "[claims-entered]", "Entered claims",
        less=tuple(f"claims-entered.{each}" for each in _VISITS),
    ),
)  # fmt: skip
