"""Org units, their levels, and options as DHIS2 accepts them: they change every day."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.openimis.country import Country


def levels(country: Country, root_level: int) -> list[Json]:
    """Return the org unit levels, named by the country file, from the root's level downwards."""
    names = country.levels
    ordered = (names.country, names.region, names.district, names.ward, names.village)
    return [
        {
            "id": metadata_uid(f"organisationUnitLevel{level}"),
            "name": name,
            "level": level,
        }
        for level, name in enumerate(ordered, start=root_level)
    ]


def root(country: Country) -> Json:
    """Return the org unit above all regions."""
    place = {"id": country.root.uid, "name": country.root.name}
    code = {"code": country.root.code} if country.root.code else {}
    return place | code | {"shortName": country.root.short_name, "openingDate": "1900-01-01"}


def option_objects(options: pl.DataFrame) -> list[Json]:
    """Return the options of a frame with optionSet, uid, code, name and sortOrder."""
    return [
        {
            "id": row["uid"],
            "code": row["code"],
            "name": row["name"],
            "sortOrder": row["sortOrder"],
            "optionSet": {"id": row["optionSet"]},
        }
        for row in options.iter_rows(named=True)
    ]


def org_unit_object(row: Mapping[str, Any], geometry: Json | None) -> Json:
    """Return the org unit of a row of the org units' frame.

    Without a geometry of ours, one that an operator drew stays.
    """
    drawn = {"geometry": geometry} if geometry else {}
    return drawn | {
        "id": row["uid"],
        "code": row["code"],
        "name": row["name"],
        "shortName": row["shortName"],
        "openingDate": row["openingDate"],
        "closedDate": row["closedDate"],
        "parent": {"id": row["parentUid"]},
    }
