"""What DHIS2 lacks of what data values use: each value that needs it waits, with its reason.

a data set that is not there, or not open to the user   all values of its data elements
an org unit to which the data set is not assigned       what lies there
a combination of options that DHIS2 has not made         what is of it: run set-up-dhis2
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.changes.objects.schemas import Change, is_kept
from transforms.changes.sending.lacks import PLACE_NOT_ASSIGNED
from transforms.changes.sending.waiting import NOTHING_WAITS, WAITING
from transforms.model.resources import DATA_VALUES
from transforms.model.value_keys import parts_of_key

DATA_SET_CLOSED, COMBO_MISSING = "data_set_not_open", "option_combination_not_in_dhis2"


@dataclass(frozen=True)
class ValueOffer:
    """What DHIS2 shows to the user of what data values use.

    Attributes:
        data_sets: Data element (UID) to its data set (UID), where the user may write its data.
        org_units: Data set (UID) to the org units (UIDs) that it is assigned to.
        combos: Options (UIDs, by dots) to the UID of their combination.
    """

    data_sets: Mapping[str, str] = field(default_factory=dict)
    org_units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    combos: Mapping[str, str] = field(default_factory=dict)


def unassigned_org_units(changes: pl.LazyFrame, offer: ValueOffer) -> dict[str, set[str]]:
    """Return data set (UID) → org units in which there are values, and that are not assigned."""
    used = _with_data_sets(changes.filter(is_kept()), offer).select("dataSet", "orgUnit").unique()
    needed: dict[str, set[str]] = {}
    for data_set, unit in used.drop_nulls().collect().iter_rows():
        if unit not in offer.org_units.get(data_set, ()):
            needed.setdefault(data_set, set()).add(unit)
    return needed


def waiting_values(changes: pl.LazyFrame, offer: ValueOffer) -> pl.DataFrame:
    """Return the data values that cannot be posted; the columns of `WAITING`.

    Args:
        changes: Of `DATA_VALUES`.
        offer: What DHIS2 shows.
    """
    rows = _with_data_sets(changes, offer).collect()
    is_delete = pl.col("change") == Change.DELETE.value
    assigned = [f"{uid}:{unit}" for uid, units in offer.org_units.items() for unit in units]
    is_assigned = pl.concat_str("dataSet", "orgUnit", separator=":").is_in(assigned)
    reason = (
        pl.when(pl.col("dataSet").is_null())
        .then(pl.lit(DATA_SET_CLOSED))
        .when(~pl.col("options").is_in(["", *offer.combos]))
        .then(pl.lit(COMBO_MISSING))
        .when(~is_delete & ~is_assigned)
        .then(pl.lit(PLACE_NOT_ASSIGNED))
    )
    found = rows.select(
        type=pl.lit(DATA_VALUES.tracker_type.value),
        uid=pl.when(is_delete).then("uidBefore").otherwise("uid"),
        is_delete=is_delete,
        reason=reason,
    )
    return pl.concat([NOTHING_WAITS, found.drop_nulls("reason").select(*WAITING)])


def _with_data_sets(changes: pl.LazyFrame, offer: ValueOffer) -> pl.LazyFrame:
    """Return changes with the parts of their keys, and `dataSet`; null where none is open."""
    data_set = pl.col("dataElement").replace_strict(
        dict(offer.data_sets), default=None, return_dtype=pl.String
    )
    return changes.with_columns(**parts_of_key(pl.col("key"))).with_columns(dataSet=data_set)
