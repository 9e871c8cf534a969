"""The options of each category, and what of them a category combination of DHIS2 can hold."""

from collections.abc import Iterable, Mapping
from math import prod

import polars as pl

from transforms.aggregates.elements import chosen_figures
from transforms.aggregates.figures.categories import CATEGORIES, CODE_GROUP, PRODUCT, UNKNOWN
from transforms.aggregates.figures.table import Figure
from transforms.core.errors import CountryError
from transforms.model.options import options
from transforms.model.tables import option_sets
from transforms.openimis.country import Country
from transforms.openimis.register import Register

MOST_OPTIONS, MOST_CATEGORIES, MOST_COMBINATIONS = 50, 5, 500
"""What DHIS2 takes by default (E1127, E1126, E1128; from 2.42)."""
CategoryOptions = Mapping[str, list[tuple[str, str]]]
"""Category to code and name of its options, in their order."""
OF_NO_PRODUCT = (UNKNOWN, "Unknown")


def category_options(register: Register, country: Country) -> CategoryOptions:
    """Return the options of the categories by which a country's figures are divided.

    Args:
        register: Of openIMIS; its products are options.
        country: Which figures are sent, and groups of services.

    Raises:
        CountryError: DHIS2 would not take so many.
    """
    figures = chosen_figures(country)
    used = dict.fromkeys(key for figure in figures for key in figure.categories)
    found = {key: _options(key, register, country) for key in CATEGORIES if key in used}
    check_limits(figures, found)
    return found


def check_limits(figures: Iterable[Figure], found: CategoryOptions) -> None:
    """Refuse categories that DHIS2 would not take.

    Raises:
        CountryError: There are too many options or combinations.
    """
    for key, rows in found.items():
        if len(rows) > MOST_OPTIONS:
            raise _too_many(f"The category {CATEGORIES[key].name!r}", len(rows), MOST_OPTIONS)
    for figure in figures:
        count = prod(len(found[key]) for key in figure.categories)
        if len(figure.categories) > MOST_CATEGORIES or count > MOST_COMBINATIONS:
            what = f"The figure {figure.key} ({', '.join(figure.categories)})"
            raise _too_many(what, count, MOST_COMBINATIONS)


def _too_many(what: str, found: int, most: int) -> CountryError:
    return CountryError(
        f"{what} would have {found} options in DHIS2, which takes {most} by default. Name in "
        f"aggregates.figures of the country file only figures that have fewer. Nothing was written."
    )


def _options(key: str, register: Register, country: Country) -> list[tuple[str, str]]:
    fixed = CATEGORIES[key].options
    if fixed is not None:
        return list(fixed)
    if key == PRODUCT.key:
        return [*_products(register), OF_NO_PRODUCT]
    if key == CODE_GROUP.key:
        groups = country.aggregates.item_groups | country.service_groups
        return [(code, group.name) for code, group in groups.items()]
    raise KeyError(key)


def _products(register: Register) -> list[tuple[str, str]]:
    frame = options(register, register.doubts.unreadable_keys())
    rows = frame.filter(pl.col("optionSet") == option_sets.PRODUCT.uid)
    return sorted(rows.select("code", "name").unique().collect().iter_rows())
