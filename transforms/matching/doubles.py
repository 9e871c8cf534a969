"""What is there twice on one side: two names below one place that nothing tells apart."""

import polars as pl

from transforms.matching.names import with_forms
from transforms.matching.org_unit_tree import parents_of, with_paths
from transforms.openimis.match_settings import MatchSettings

_SAME_NAME = ("letters", "type", "marks")


def doubles_in_openimis(places: pl.DataFrame, settings: MatchSettings) -> pl.DataFrame:
    """Return code and path of current places of one kind and name below one place.

    Args:
        places: `transforms.matching.places.PLACES`.
        settings: The words of names.
    """
    current = with_forms(places.filter("is_current"), settings)
    return _doubles(current, ("kind", "parent_key")).select("code", "path").sort("path", "code")


def doubles_in_dhis2(units: pl.DataFrame, root: str, settings: MatchSettings) -> pl.DataFrame:
    """Return uid and path of open org units of one name below one org unit.

    Args:
        units: `transforms.matching.org_unit_tree.ORG_UNITS`.
        root: UID of the org unit below which they are looked for.
        settings: Levels, and the words of names.
    """
    levels = {level for each in settings.levels.values() for level in each}
    is_below = pl.col("uid_path").str.contains(f"/{root}/", literal=True)
    is_open = pl.col("level").is_in(levels) & pl.col("closed_date").is_null()
    below = with_paths(units).join(parents_of(units), on="uid").filter(is_below, is_open)
    return _doubles(with_forms(below, settings), ("parent",)).select("uid", "path").sort("path")


def _doubles(rows: pl.DataFrame, group: tuple[str, ...]) -> pl.DataFrame:
    return rows.filter(pl.len().over(*group, *_SAME_NAME) > 1, pl.col("letters") != "")
