"""Which options of openIMIS's lists have figures: set-up makes them of those that it knows."""

from collections.abc import Container, Mapping, Sequence

from transforms.model.tables.option_sets import FILLED_SETS
from transforms.package.program_indicators import ProgramIndicator

_OF_OPENIMIS = {each.uid for each in FILLED_SETS}


def figure_of_each_option(rows: Sequence[ProgramIndicator]) -> dict[str, str]:
    """Return key of an option (`set:code`) to the UID of its first program indicator.

    Set-up makes all figures of an option together, so one says of all whether they are there.

    Args:
        rows: The country's program indicators.
    """
    found: dict[str, str] = {}
    for row in rows:
        option_set = row.split.option_set if row.split else None
        if row.split and option_set and option_set.uid in _OF_OPENIMIS:
            found.setdefault(f"{option_set.uid}:{row.split.code}", row.uid)
    return found


def options_without_figures(figures: Mapping[str, str], there: Container[str]) -> list[str]:
    """Return the keys of options without figures, of lists of which others have some.

    Args:
        figures: Key of an option to the UID of its figure.
        there: UIDs that DHIS2 has.
    """
    lists = {_set_of(key) for key, uid in figures.items() if uid in there}
    return [key for key, uid in figures.items() if uid not in there and _set_of(key) in lists]


def _set_of(key: str) -> str:
    return key.partition(":")[0]
