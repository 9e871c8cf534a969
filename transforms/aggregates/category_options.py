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
    """Refuse figures that DHIS2 would not take, all in one sentence.

    Raises:
        CountryError: They have too many categories, options or combinations; it says which figures
            are left.
    """
    reasons: dict[str, list[str]] = {}
    left: list[str] = []
    for figure in figures:
        reason = _too_many(figure, found)
        (left if reason is None else reasons.setdefault(reason, [])).append(figure.key)
    if reasons:
        raise CountryError(_sentence(reasons, left))


def _too_many(figure: Figure, found: CategoryOptions) -> str | None:
    """Return what a figure has more of than DHIS2 takes; None where it has not."""
    categories = figure.categories
    if len(categories) > MOST_CATEGORIES:
        return f"{len(categories)} categories, where DHIS2 takes {MOST_CATEGORIES} (E1126)"
    sizes = {key: len(found[key]) for key in categories}
    for key, size in sizes.items():
        if size > MOST_OPTIONS:
            name = CATEGORIES[key].name
            return f"{size} options of {name!r}, where DHIS2 takes {MOST_OPTIONS} (E1127)"
    if prod(sizes.values()) <= MOST_COMBINATIONS:
        return None
    counts = " x ".join(f"{size} {CATEGORIES[key].name.lower()}" for key, size in sizes.items())
    return (
        f"{prod(sizes.values())} combinations of options ({counts}), where DHIS2 takes "
        f"{MOST_COMBINATIONS} (E1128)"
    )


def _sentence(reasons: Mapping[str, list[str]], left: list[str]) -> str:
    listed = "; ".join(f"{', '.join(keys)}: {reason}" for reason, keys in reasons.items())
    named = ", ".join(f'"{key}"' for key in left)
    advice = (
        f"leave them out: write under [aggregates] of the country file figures = [{named}]"
        if left
        else "name others in aggregates.figures of the country file"
    )
    return (
        f"DHIS2 would not take some figures that the country file sends. {listed}. To send the "
        f"others, {advice}. Nothing was written."
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
