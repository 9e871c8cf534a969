"""Days and hours in the file of matches, as a person or a spreadsheet writes them.

A spreadsheet writes each cell that looks like a date in the form of its country, also where nobody
has touched it. What the flow wrote there last is known (`written`), so such a cell is read as that.
Else a form counts only where it can mean one day.
"""

import polars as pl

EXPECTED = "2026-01-05 08:00 or 2026-01-05"
_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%d %H:%M"
_OURS = r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$"
_ONE_MEANING = ("%Y-%m-%d", "%d.%m.%Y")
_SEVERAL = ("%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y",
            "%d/%m/%y")  # fmt: skip
_HOURS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def in_our_form(cell: str, before: str) -> pl.Expr:
    """Return a day, or a day and a minute, as the flow writes them; null where it cannot be read.

    Args:
        cell: The column as it is.
        before: The column of what the flow wrote there last; null where it did not.
    """
    text = pl.col(cell).str.replace("T", " ", literal=True)
    written = _moment(pl.col(before), _ONE_MEANING)
    one = _moment(text, _ONE_MEANING)
    means_before = pl.any_horizontal(
        _moment(text, (form,)).eq_missing(written) for form in (*_ONE_MEANING, *_SEVERAL)
    )
    is_whole = text.str.contains(r"\d:\d")
    form = pl.when(is_whole).then(one.dt.strftime(_MINUTE)).otherwise(one.dt.strftime(_DAY))
    return (
        pl.when(pl.col(cell).eq_missing(pl.col(before)) | (written.is_not_null() & means_before))
        .then(before)
        .when(pl.col(cell).str.contains(_OURS) & one.is_not_null())
        .then(cell)
        .otherwise(form)
    )


def _moment(text: pl.Expr, days: tuple[str, ...]) -> pl.Expr:
    """Return the minute that a text means in the first of some forms; seconds do not count."""
    read = [
        text.str.to_datetime(f"{day}{hour}", strict=False, time_unit="us")
        for day in days
        for hour in _HOURS
    ]
    moment = pl.coalesce(read).dt.truncate("1m")
    return pl.when(moment.dt.year() >= 1900).then(moment)
