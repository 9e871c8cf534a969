"""Read all data values of figures that DHIS2 holds, under the names that they have with us.

DHIS2 has no UIDs for data values. Each gets that of the acknowledged or desired value of the same
data element, period, org unit and options; another one a UID of its own, and a key by which it can
be deleted: what lies in our data sets is ours.
"""

from collections.abc import Collection, Sequence

import polars as pl

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.value_offer import DATA_VALUE_SETS, ask_value_offer
from transforms.aggregates.data_values import person_of
from transforms.aggregates.elements import all_data_sets
from transforms.changes.objects.generations import first_uid
from transforms.changes.objects.identities import IDENTITIES
from transforms.core.json_texts import Json
from transforms.dhis2.read_back import read_schema
from transforms.model.resources import DATA_VALUES, FIGURE_VALUE
from transforms.model.value_keys import key_of_value, parts_of_key

PERIODS_IN_A_REQUEST = 12
NAMED = ("dataElement", "period", "orgUnit", "options")


def read_values(client: Dhis2, objects: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what DHIS2 holds of figures.

    Args:
        client: The DHIS2.
        objects: uid and key of acknowledged values, and of desired ones that are not acknowledged.

    Returns:
        A read-back frame, and the identities (`IDENTITIES`) of the values that nobody here knows.
    """
    named = (
        objects.with_columns(**parts_of_key(pl.col("key"))).collect().unique(NAMED, keep="first")
    )
    rows = _read(client, named["period"].unique().sort(), named["dataElement"].unique())
    joined = rows.join(named, on=NAMED, how="left").with_columns(
        place=pl.coalesce("place", "orgUnit"), isStranger=pl.col("uid").is_null()
    )
    whole = joined.with_columns(key=pl.coalesce("key", key_of_value())).with_columns(
        uid=pl.coalesce("uid", first_uid(DATA_VALUES)), person=person_of("place", "period")
    )
    return _read_back(whole), _identities(whole.filter("isStranger"))


def _read(client: Dhis2, periods: Collection[str], elements: Collection[str]) -> pl.DataFrame:
    """Return `NAMED` and value of what DHIS2 holds below the org units of the user."""
    me = client.get("/api/me", {"fields": "organisationUnits[id]"})
    units = [unit["id"] for unit in me.get("organisationUnits") or ()]
    options = {uid: each for each, uid in ask_value_offer(client, elements).combos.items()}
    found: list[Json] = []
    for some in chunks(sorted(periods), PERIODS_IN_A_REQUEST) if units else ():
        params = {
            "dataSet": _data_sets(client),
            "period": [*some],
            "orgUnit": units,
            "children": "true",
        }
        found += client.get(DATA_VALUE_SETS, params).get("dataValues") or ()
    schema = dict.fromkeys((*NAMED[:3], "categoryOptionCombo", "value"), pl.String)
    rows = pl.DataFrame(found, schema=schema)
    combo = pl.col("categoryOptionCombo").replace_strict(
        options, default="", return_dtype=pl.String
    )
    return rows.with_columns(options=combo)


def _data_sets(client: Dhis2) -> Sequence[str]:
    params = {"fields": "id", "paging": "false", "filter": f"id:in:[{','.join(all_data_sets())}]"}
    return [each["id"] for each in client.get("/api/dataSets", params)["dataSets"]]


def _read_back(rows: pl.DataFrame) -> pl.DataFrame:
    present = {"uid", "orgUnit", FIGURE_VALUE.uid}
    named = rows.rename({"value": FIGURE_VALUE.uid})
    schema = read_schema([FIGURE_VALUE.uid])
    return named.select(
        pl.col(name)
        if name in present
        else pl.lit(False if dtype == pl.Boolean() else None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def _identities(rows: pl.DataFrame) -> pl.DataFrame:
    nothing = {"parent": pl.lit(None, pl.String), "generation": pl.lit(0, pl.Int32)}
    return rows.with_columns(**nothing).select(*IDENTITIES)
