"""What figures are called in DHIS2: UIDs of data elements, data sets, categories and options.

    figure ──► data element, one a frequency ──► data set, one a place level and frequency
    its categories ──► category combination; what its options make together, DHIS2 makes itself

All are made of keys that never change.
"""

from collections.abc import Sequence

from transforms.aggregates.figures.categories import CODE_GROUP
from transforms.aggregates.figures.table import FIGURE_BY_KEY, FIGURES, Figure
from transforms.aggregates.periods import MONTHS
from transforms.core.errors import CountryError
from transforms.core.metadata_uids import metadata_uid
from transforms.openimis.country import Country

Frequency = str


def chosen_figures(country: Country) -> list[Figure]:
    """Return the figures that a country sends, in the order of the table.

    Figures of groups of services and items are sent only where the country names groups.

    Raises:
        CountryError: It names one that there is not.
    """
    settings = country.aggregates
    names = set(FIGURE_BY_KEY if settings.figures is None else settings.figures)
    if unknown := sorted(names - FIGURE_BY_KEY.keys()):
        raise CountryError(
            f"The country file's aggregates.figures names {', '.join(unknown)}, which no figure is "
            f"called. There are {', '.join(sorted(FIGURE_BY_KEY))}. Nothing was done."
        )
    has_groups = bool(country.service_groups or settings.item_groups)
    chosen = [figure for figure in FIGURES if figure.key in names]
    return [each for each in chosen if has_groups or CODE_GROUP.key not in each.categories]


def element_uid(figure: Figure, frequency: Frequency) -> str:
    """Return the UID of the data element of a figure; a quarter's is not that of a month."""
    return metadata_uid(f"dataElement:figure.{figure.key}.{frequency}")


def data_set_uid(place: str, frequency: Frequency) -> str:
    """Return the UID of the data set of all figures of a kind of place."""
    return metadata_uid(f"dataSet:figures.{place}.{frequency}")


def category_uid(category: str) -> str:
    """Return the UID of a category."""
    return metadata_uid(f"category:figures.{category}")


def option_uid(category: str, code: str) -> str:
    """Return the UID of an option of a category."""
    return metadata_uid(f"categoryOption:figures.{category}.{code}")


def combo_uid(categories: Sequence[str]) -> str:
    """Return the UID of the combination of some categories, in their order."""
    return metadata_uid(f"categoryCombo:figures.{'.'.join(categories)}")


def elements(country: Country) -> dict[str, Figure]:
    """Return data element (UID) to figure, of those that a country sends."""
    settings = country.aggregates
    return {element_uid(each, settings.frequency): each for each in chosen_figures(country)}


def data_sets(country: Country) -> dict[str, str]:
    """Return data set (UID) to the kind of place that it is for, of those that a country fills."""
    frequency = country.aggregates.frequency
    places = dict.fromkeys(figure.place for figure in chosen_figures(country))
    return {data_set_uid(place, frequency): place for place in places}


def all_data_sets() -> list[str]:
    """Return the UIDs of all data sets of figures, whichever a country fills."""
    places = dict.fromkeys(figure.place for figure in FIGURES)
    return [data_set_uid(place, frequency) for place in places for frequency in MONTHS]


def all_combos() -> set[str]:
    """Return the UIDs of all category combinations of figures; one without options has none."""
    return {combo_uid(figure.categories) for figure in FIGURES if figure.categories}
