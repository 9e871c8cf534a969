"""The org units: every location and health facility that openIMIS has, or had."""

import polars as pl

from transforms.model.coordinates import with_geometry
from transforms.model.org_unit_groups import memberships
from transforms.model.tables.name_lengths import LONGEST_NAME, LONGEST_SHORT_NAME
from transforms.model.values import in_one_line, with_faults
from transforms.openimis.country import Country
from transforms.openimis.fallback_place import fallback_in, homes_in
from transforms.openimis.place_groups import with_place_groups
from transforms.openimis.places import LOCATION_TYPES, has_own_uid
from transforms.openimis.register import Register
from transforms.openimis.subjects import FACILITIES
from transforms.openimis.tables.places import (
    FACILITY_LEVEL,
    GROUP_SETS,
    HEALTH_FACILITIES,
    LOCATIONS,
    OTHER_FACILITY,
    PLACE_LEVEL,
    REGION,
    VILLAGE,
)

EARLIEST = "2000-01-01"

_NAMES = {column: name for name, column in FACILITIES.columns.items()}
_FURTHER_SETS = {
    each.key: _NAMES[each.column]
    for each in GROUP_SETS
    if each.column and each not in (PLACE_LEVEL, FACILITY_LEVEL)
}
"""Key of a group set of facilities, besides that of levels, to the column that fills it."""

_COLUMNS = (
    "key", "uid", "code", "name", "shortName", "openingDate", "closedDate", "parentUid", "level",
    "kind", "groups", "geometry", "in_insuree_program", "in_claim_program", "in_population_set",
    "faults",
)  # fmt: skip


def org_units(
    register: Register,
    *,
    country: Country,
    coordinates: pl.DataFrame | None = None,
    place_groups: pl.DataFrame | None = None,
    has_people: bool = True,
) -> pl.LazyFrame:
    """Return the org units, parents first; the root is the country file's.

    Args:
        register: Of openIMIS.
        country: Names the root, the groups of health facilities, and where people are counted.
        coordinates: Columns code, longitude and latitude (degrees) of locations and facilities.
        place_groups: See `transforms.openimis.place_groups`.
        has_people: Whether people, families and claims were read; set-up reads none.

    Returns:
        key and code (UUID), uid, name ("code name"), shortName, openingDate, closedDate (the day
        of deletion, or null), parentUid, level (Int32; a region is 2), kind (see
        `transforms.openimis.tables.places`), groups (List of UIDs), geometry (GeoJSON text, or
        null), in_insuree_program (villages, and where people are; the fallback place where people
        are not read), in_claim_program (facilities), in_population_set (places of which the
        population is known), faults. Rows with faults cannot be org units.

    Raises:
        CountryError: `coordinates` are not as they must be, or the country file names a place that
            openIMIS does not have.
    """
    below_root = pl.when(pl.col("location_type") == REGION.code).then(pl.lit(country.root.uid))
    units = pl.concat(
        [_of_locations(register.places, below_root), _of_health_facilities(register.facilities)],
        how="diagonal",
    )
    return (
        with_geometry(
            _with_names(with_place_groups(_with_groups(units, country), place_groups)), coordinates
        )
        .join(_inhabited_places(register, country, has_people=has_people), on="uid", how="left")
        .with_columns(
            pl.col("in_insuree_program").fill_null(value=False) | (pl.col("kind") == VILLAGE.kind),
            in_population_set=pl.col("kind").eq_missing(_counted_kind(country)),
        )
        .sort("level", "key", nulls_last=True)
        .select(_COLUMNS)
    )


def _of_locations(places: pl.LazyFrame, below_root: pl.Expr) -> pl.LazyFrame:
    parents = places.select(parent_id="location_id", parentUid="uid")
    units = places.join(parents, on="parent_id", how="left").select(
        "uid",
        "valid_until",
        "level",
        key="location_uuid",
        own_code="location_code",
        own_name="location_name",
        table=pl.lit(LOCATIONS),
        type="location_type",
        parentUid=pl.coalesce(below_root, "parentUid"),
        in_claim_program=pl.lit(value=False),
    )
    is_valid_type = pl.col("type").is_in(LOCATION_TYPES).fill_null(value=False)
    return with_faults(
        units,
        {
            "location_type_unknown": ~is_valid_type,
            "location_without_region": is_valid_type & has_own_uid() & pl.col("level").is_null(),
            **_key_faults(),
        },
    )


def _of_health_facilities(facilities: pl.LazyFrame) -> pl.LazyFrame:
    units = facilities.select(
        "uid",
        "valid_until",
        "level",
        key="facility_uuid",
        own_code="facility_code",
        own_name="facility_name",
        table=pl.lit(HEALTH_FACILITIES),
        type="facility_level",
        **_FURTHER_SETS,
        parentUid="parent_uid",
        in_claim_program=pl.lit(value=True),
    )
    return with_faults(
        units,
        {
            "health_facility_without_district": has_own_uid() & pl.col("level").is_null(),
            **_key_faults(),
        },
    )


def _key_faults() -> dict[str, pl.Expr]:
    is_malformed = pl.col("uid").is_null()
    return {"key_malformed": is_malformed, "key_double": ~is_malformed & ~has_own_uid()}


def _counted_kind(country: Country) -> str:
    return next(row.kind for row in PLACE_LEVEL.groups if row.key == country.population.level)


def _with_groups(units: pl.LazyFrame, country: Country) -> pl.LazyFrame:
    members = memberships(country).lazy()
    levels = members.filter(pl.col("set").is_in((PLACE_LEVEL.key, FACILITY_LEVEL.key)))
    units = units.join(
        levels.select("table", "kind", type="code", level_group="group"),
        on=["table", "type"],
        how="left",
    )
    for key in _FURTHER_SETS:
        of_set = members.filter(set=key).select(
            pl.col("code").alias(key), pl.col("group").alias(f"group of {key}")
        )
        units = units.join(of_set, on=key, how="left")
    is_facility = pl.col("table") == HEALTH_FACILITIES
    return units.with_columns(
        kind=pl.when(is_facility).then(pl.col("kind").fill_null(OTHER_FACILITY)).otherwise("kind"),
        groups=pl.concat_list(
            "level_group", *(f"group of {key}" for key in _FURTHER_SETS)
        ).list.drop_nulls(),
    )


def _with_names(units: pl.LazyFrame) -> pl.LazyFrame:
    closed = pl.col("valid_until").dt.strftime("%Y-%m-%d")
    named = pl.concat_str(
        [in_one_line("own_code"), in_one_line("own_name")], separator=" ", ignore_nulls=True
    )
    name = pl.when(named != "").then(named).otherwise("key").str.slice(0, LONGEST_NAME)
    return units.with_columns(
        code="key",
        name=name.str.strip_chars(),
        shortName=name.str.slice(0, LONGEST_SHORT_NAME).str.strip_chars(),
        openingDate=pl.min_horizontal(pl.lit(EARLIEST), closed),
        closedDate=closed,
    )


def _inhabited_places(register: Register, country: Country, *, has_people: bool) -> pl.LazyFrame:
    homes = homes_in(register, country) if has_people else fallback_in(register, country)
    return (
        homes.select(uid="place", in_insuree_program=pl.lit(value=True))
        .filter(pl.col("uid").is_not_null())
        .unique()
    )
