"""The parts of measures that go by the person: gender, age, poverty, education, family type."""

from transforms.core.fields import OptionSet
from transforms.core.language import Phrase
from transforms.model.tables import insuree
from transforms.model.tables.option_sets import EDUCATION, FAMILY_TYPE, GENDER, YES_NO
from transforms.package.tables.measures import END, EVENT_DATE, OptionSplit, Split, attribute


def option_split(key: str, label: str, operand: str, option_set: OptionSet, code: str) -> Split:
    """Return the part that has one option of a set."""
    return Split(key, Phrase(label), f"{operand} == '{code}'", option_set, code)


def _age(key: str, label: str, day: str, low: int, high: int | None) -> Split:
    age = f"d2:yearsBetween({attribute(insuree.DATE_OF_BIRTH)}, {day})"
    above = f"{age} >= {low}"
    return Split(key, Phrase(label), above if high is None else f"{above} && {age} < {high}")


AGE_BANDS: tuple[tuple[str, str, int, int | None], ...] = (
    ("age-0-14", "0-14 Y", 0, 15),
    ("age-15-29", "15-29 Y", 15, 30),
    ("age-30-44", "30-44 Y", 30, 45),
    ("age-45", "45+ Y", 45, None),
)
"""Key, label, age in completed years from, and below; they do not overlap and leave no gap."""

BY_AGE = tuple(_age(key, label, END, low, high) for key, label, low, high in AGE_BANDS)
BY_AGE_AT_CLAIM = tuple(
    _age(key, label, EVENT_DATE, low, high) for key, label, low, high in AGE_BANDS
)
BY_GENDER = tuple(
    option_split(key, label, attribute(insuree.SEX), GENDER, code)
    for key, label, code in (
        ("female", "Female", "F"),
        ("male", "Male", "M"),
        ("other-gender", "Other gender", "O"),
    )
)
BY_POVERTY = (
    option_split("poor", "Poor", attribute(insuree.POVERTY), YES_NO, "Yes"),
    option_split("non-poor", "Non-poor", attribute(insuree.POVERTY), YES_NO, "No"),
)
BY_EDUCATION = OptionSplit("education", "Education", attribute(insuree.SCHOOLING), EDUCATION)
BY_FAMILY_TYPE = OptionSplit(
    "family-type", "Family type", attribute(insuree.GROUP_TYPE), FAMILY_TYPE
)
