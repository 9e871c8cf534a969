"""Org unit groups and their sets as DHIS2 accepts them, and which openIMIS value is in which."""

import polars as pl

from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase, joined, message
from transforms.openimis.country import Country
from transforms.openimis.tables.places import BESIDE_OTHERS, GROUP_SETS, GroupSet, OrgUnitGroup

FILLED_BY_FILE = (
    "From the file of the country file (place_groups); elsewhere as people put it in DHIS2."
)
NOT_FILLED = "It is not filled: the country file has no such section."


def org_unit_group_objects(country: Country) -> Payload:
    """Return the org unit groups and group sets; who is in a group comes with the org units."""
    return {
        "organisationUnitGroups": [
            _labels(group) for group_set in GROUP_SETS for group in group_set.groups
        ],
        "organisationUnitGroupSets": [_group_set(country, row) for row in GROUP_SETS],
    }


def memberships(country: Country) -> pl.DataFrame:
    """Return which value of openIMIS puts a place into which group.

    Returns:
        set (its key), table and code of openIMIS, group (UID) and kind.
    """
    rows = [
        (group_set.key, group_set.table, code, group.uid, group.kind)
        for group_set in GROUP_SETS
        if country.fills(group_set)
        for group in group_set.groups
        for code in country.codes_in(group_set, group)
    ]
    return pl.DataFrame(
        rows,
        schema=dict.fromkeys(("set", "table", "code", "group", "kind"), pl.String()),
        orient="row",
    )


def description(country: Country, group_set: GroupSet) -> str:
    """Return what a group set says and, where openIMIS fills it, by which values."""
    if not group_set.table:
        return group_set.description if country.place_groups is None else FILLED_BY_FILE
    if not country.fills(group_set):
        return joined(message("{one} {other}"), (Phrase(group_set.description), Phrase(NOT_FILLED)))
    values = joined(
        message("{one}; {other}"),
        (_values(country, group_set, group) for group in group_set.groups),
    )
    return Phrase(
        "{description} {column}: {values}.",
        description=Phrase(group_set.description),
        column=f"{group_set.table}.{group_set.column}",
        values=values,
    )


def _values(country: Country, group_set: GroupSet, group: OrgUnitGroup) -> Phrase:
    codes = ", ".join(country.codes_in(group_set, group))
    name = Phrase(group.name.removesuffix(BESIDE_OTHERS))
    return Phrase("{group} {codes}", group=name, codes=codes)


def _group_set(country: Country, group_set: GroupSet) -> Json:
    return _labels(group_set) | {
        "description": description(country, group_set),
        "compulsory": False,
        "dataDimension": True,
        "organisationUnitGroups": [{"id": group.uid} for group in group_set.groups],
    }


def _labels(thing: OrgUnitGroup | GroupSet) -> Json:
    return {"id": thing.uid, "name": thing.name, "shortName": thing.name}
