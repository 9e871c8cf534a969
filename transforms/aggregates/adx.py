"""Data values as ADX (IHE QRPH ADX, namespace of 2015), for systems that take that.

    <adx exported=>                                         the moment of the snapshot
    <group dataSet= period=first day/duration orgUnit=>     values of a place and period
      <dataValue dataElement= product= sex= … value=>       one value; its options by category

Everything is named by codes, as DHIS2 expects of ADX, but org units by UIDs. The codes are those
that set-up gives the objects. What the profile requires besides: `exported`, a decimal value.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

import polars as pl

from transforms.aggregates.category_options import CategoryOptions
from transforms.aggregates.codes import category_code, data_set_code, element_code, option_code
from transforms.aggregates.elements import elements, option_uid
from transforms.aggregates.figures.periods import period_of
from transforms.changes.objects.schemas import UNKNOWN
from transforms.model.value_keys import parts_of_key
from transforms.openimis.country import Country

NAMESPACE = "urn:ihe:qrph:adx:2015"
DURATIONS = {"monthly": "P1M", "quarterly": "P3M"}


def adx(
    values: pl.DataFrame, options: CategoryOptions, country: Country, exported: dt.datetime
) -> str:
    """Return data values as an ADX document.

    A value whose fate is not known, or with an option that openIMIS has no more, is left out: no
    code names it.

    Args:
        values: The desired frame of `DATA_VALUES`.
        options: See `transforms.aggregates.category_options`.
        country: Which figures are sent, and how often.
        exported: When openIMIS was read.
    """
    moment = quoteattr(exported.isoformat(timespec="seconds"))
    names = _names_of_options(options)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<adx xmlns="{NAMESPACE}" exported={moment}>',
        *_groups(_described(values, names, country), names, country),
        "</adx>",
    ]
    return "\n".join(lines) + "\n"


def _described(
    values: pl.DataFrame, names: Mapping[str, tuple[str, str]], country: Country
) -> pl.DataFrame:
    """Return the values with the parts of their keys, and the data set of each."""
    places = {uid: figure.place for uid, figure in elements(country).items()}
    return (
        values.with_columns(**parts_of_key(pl.col("key")))
        .filter(pl.col("dataElement").is_in(list(places)), pl.col("figure_value") != UNKNOWN)
        .filter(pl.col("options").str.split(".").list.set_difference([*names, ""]).list.len() == 0)
        .with_columns(kind=pl.col("dataElement").replace_strict(places, return_dtype=pl.String))
        .sort("kind", "period", "orgUnit", "dataElement", "options")
    )


def _names_of_options(options: CategoryOptions) -> dict[str, tuple[str, str]]:
    """Return option (UID) to the codes of its category and of itself."""
    return {
        option_uid(key, code): (category_code(key), option_code(key, code))
        for key, rows in options.items()
        for code, _ in rows
    }


def _groups(
    rows: pl.DataFrame, names: Mapping[str, tuple[str, str]], country: Country
) -> Iterator[str]:
    frequency = country.aggregates.frequency
    of_element = {uid: element_code(figure, frequency) for uid, figure in elements(country).items()}
    by = ("kind", "period", "orgUnit")
    for (kind, period, unit), group in rows.group_by(*by, maintain_order=True):
        first = period_of(str(period)).first
        attributes = {
            "dataSet": data_set_code(str(kind), frequency),
            "period": f"{first}/{DURATIONS[frequency]}",
            "orgUnit": str(unit),
        }
        yield f"  <group {_attributes(attributes)}>"
        columns = group.select("dataElement", "options", "figure_value")
        for element, options, value in columns.iter_rows():
            chosen = dict(names[uid] for uid in options.split(".") if uid)
            named = {"dataElement": of_element[element], **chosen, "value": value}
            yield f"    <dataValue {_attributes(named)}/>"
        yield "  </group>"


def _attributes(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())
