"""The metadata that data values need, as DHIS2 accepts it.

    category options ─► categories ─► combinations ─► data elements ─► data sets
                                                          └─► indicators, charts, a dashboard

What the options of a combination make together (`categoryOptionCombos`) DHIS2 makes itself, when it
is told to; `flows/steps/set_up/option_combos.py` tells it.
"""

from collections.abc import Sequence

from transforms.aggregates.boards import board_objects
from transforms.aggregates.category_options import CategoryOptions
from transforms.aggregates.codes import category_code, data_set_code, element_code, option_code
from transforms.aggregates.elements import (
    category_uid,
    chosen_figures,
    combo_uid,
    data_set_uid,
    element_uid,
    option_uid,
)
from transforms.aggregates.figures.categories import CATEGORIES, UNKNOWN
from transforms.aggregates.figures.methods import METHODS, When
from transforms.aggregates.figures.table import Figure
from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase, joined, message
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.openimis.country import Country
from transforms.package.tables.user_roles import ADMINISTRATOR
from transforms.package.user_roles import user_role_object

PERIOD_TYPES = {"monthly": "Monthly", "quarterly": "Quarterly"}
OF_WHOM = {
    "facility": message("health facilities"),
    "district": message("districts"),
    "country": message("the country"),
}
HOW_OFTEN = {"monthly": message("monthly"), "quarterly": message("quarterly")}
OF_CATEGORIES = (
    "F_CATEGORY_OPTION_PUBLIC_ADD", "F_CATEGORY_PUBLIC_ADD", "F_CATEGORY_COMBO_PUBLIC_ADD",
)  # fmt: skip
"""Authorities that set-up needs besides: only where figures are sent."""
LONGEST_LABEL = 60
"""Of an option: DHIS2 joins those of a combination to one name."""


def aggregate_objects(options: CategoryOptions, country: Country) -> Payload:
    """Return what set-up makes for the figures of a country, without sharing.

    Args:
        options: See `transforms.aggregates.category_options`.
        country: Which figures are sent, and how often.
    """
    figures = chosen_figures(country)
    frequency = country.aggregates.frequency
    places = list(dict.fromkeys(figure.place for figure in figures))
    return {
        "userRoles": [_administrator()],
        "categoryOptions": [
            _option(key, code, name) for key, rows in options.items() for code, name in rows
        ],
        "categories": [_category(key, options) for key in options],
        "categoryCombos": [_combo(keys) for keys in combinations_of(figures)],
        "dataElements": [_element(figure, frequency) for figure in figures],
        "dataSets": [_data_set(place, figures, frequency) for place in places],
    } | board_objects(figures, frequency, sends_every_cell=country.smallest_cell <= 1)


def _administrator() -> Json:
    """Return the role of who runs set-up, with what makes categories."""
    role = user_role_object(ADMINISTRATOR)
    return role | {"authorities": [*role["authorities"], *OF_CATEGORIES]}


def combinations_of(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Return the categories of each combination that is needed."""
    return list(dict.fromkeys(figure.categories for figure in figures if figure.categories))


def _option(key: str, code: str, name: str) -> Json:
    """Return an option; names are unique in DHIS2, and a ministry has options of its own."""
    uid, label = option_uid(key, code), _label(key, code, name)
    named = Phrase(
        "{option} ({category}, openIMIS)",
        option=label,
        category=Phrase(CATEGORIES[key].name.lower()),
    )
    return {
        "id": uid,
        "code": option_code(key, code),
        "name": named,
        "shortName": short(named, uid),
        "formName": label,
    }


def _label(key: str, code: str, name: str) -> str:
    """Return what an option is called: words of the package are translated, openIMIS's are not."""
    is_ours = CATEGORIES[key].options is not None or code == UNKNOWN
    return Phrase(name[:LONGEST_LABEL]) if is_ours else name[:LONGEST_LABEL]


def _category(key: str, options: CategoryOptions) -> Json:
    name = Phrase("{name} (openIMIS)", name=Phrase(CATEGORIES[key].name))
    return {
        "id": category_uid(key),
        "code": category_code(key),
        "name": name,
        "shortName": name,
        "dataDimensionType": "DISAGGREGATION",
        "dataDimension": True,
        "categoryOptions": [{"id": option_uid(key, code)} for code, _ in options[key]],
    }


def _combo(keys: tuple[str, ...]) -> Json:
    names = joined(message("{one}, {other}"), (Phrase(CATEGORIES[key].name) for key in keys))
    return {
        "id": combo_uid(keys),
        "name": Phrase("{name} (openIMIS)", name=names),
        "dataDimensionType": "DISAGGREGATION",
        "categories": [{"id": category_uid(key)} for key in keys],
        "skipTotal": False,
    }


def _element(figure: Figure, frequency: str) -> Json:
    uid = element_uid(figure, frequency)
    name = element_name(figure, frequency)
    is_stock = METHODS[figure.key].when is When.ON_LAST_DAY
    combo = {"categoryCombo": {"id": combo_uid(figure.categories)}} if figure.categories else {}
    return combo | {
        "id": uid,
        "code": element_code(figure, frequency),
        "name": name,
        "shortName": short(name, uid),
        "description": figure.words,
        "valueType": "NUMBER",
        "aggregationType": "LAST" if is_stock else "SUM",
        "domainType": "AGGREGATE",
        "zeroIsSignificant": True,
    }


def element_name(figure: Figure, frequency: str) -> Phrase:
    """Return what the data element of a figure is called."""
    name = Phrase(figure.name)
    if frequency == "quarterly":
        return Phrase("{name} (openIMIS, quarterly)", name=name)
    return Phrase("{name} (openIMIS)", name=name)


def short(name: Phrase, uid: str) -> Phrase:
    """Return a short name: the name, or its beginning and something of the UID."""
    if len(name) <= LONGEST_SHORT_NAME:
        return name
    cut = f"{name[: LONGEST_SHORT_NAME - 5]} {uid[:4]}"
    return Phrase.shown_as(cut, name.message, **name.values)


def _data_set(place: str, figures: Sequence[Figure], frequency: str) -> Json:
    uid = data_set_uid(place, frequency)
    name = Phrase(
        "openIMIS figures of {whom}, {frequency}",
        whom=Phrase(OF_WHOM[place]),
        frequency=Phrase(HOW_OFTEN[frequency]),
    )
    return {
        "id": uid,
        "code": data_set_code(place, frequency),
        "name": name,
        "shortName": short(name, uid),
        "periodType": PERIOD_TYPES[frequency],
        "openFuturePeriods": 0,
        "dataSetElements": [
            {"dataSet": {"id": uid}, "dataElement": {"id": element_uid(each, frequency)}}
            for each in figures
            if each.place == place
        ],
    }
