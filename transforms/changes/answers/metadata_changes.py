"""Org units and options: which of them DHIS2 has not confirmed as they are desired now.

Their base of comparison, when they are posted, is DHIS2 itself; this only keeps a run in which
nothing changed from asking.
"""

from collections.abc import Collection, Sequence

import polars as pl

from transforms.model.resources import OPTIONS

# Before a content: it differs from every desired content, and is JSON all the same.
BEGUN = pl.lit("  ")
AGAIN = pl.lit(" ")
ROW = "row"
"""The row of openIMIS that an option comes from: rejects name it, DHIS2 has nothing of it."""
BEFORE = "before"
"""What DHIS2 has confirmed of a row, as a struct of its columns."""
FOLLOWING = {
    "name": ("shortName",),
    "parentUid": ("level",),
    "closedDate": ("openingDate",),
    "groups": ("kind",),
}
"""Column of an org unit to those that are made of the same, and stay with it."""
CONFIRMED: dict[str, pl.DataType] = {
    "key": pl.String(),
    "content": pl.String(),
    "run": pl.String(),
}


def with_content(desired: pl.LazyFrame) -> pl.LazyFrame:
    """Return `desired` with all that DHIS2 would hold of it once more as one text, `content`."""
    return desired.with_columns(content=pl.struct(pl.exclude(ROW)).struct.json_encode())


def unconfirmed_rows(desired: pl.LazyFrame, confirmed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of `desired` (with content) that are new or differ.

    Args:
        desired: Columns of `transforms.model.org_units` or `transforms.model.options`, and content.
        confirmed: The columns of `CONFIRMED`.
    """
    return desired.join(confirmed.select("key", "content"), on=["key", "content"], how="anti")


def with_confirmed(changed: pl.LazyFrame, confirmed: pl.LazyFrame) -> pl.LazyFrame:
    """Return `changed` with what DHIS2 has confirmed of each row as a struct, `before`.

    Args:
        changed: The columns of desired org units or options, with content.
        confirmed: The columns of `CONFIRMED`. What another release did not send is null.
    """
    sent = changed.select(pl.exclude(ROW, "content")).collect_schema()
    content = pl.col("content").str.strip_chars_start().str.json_decode(pl.Struct(dict(sent)))
    present = confirmed.join(changed.select("key"), on="key", how="semi")
    before = present.select("key", content.alias(BEFORE))
    return changed.join(before, on="key", how="left", maintain_order="left")


def keep_confirmed(
    name: str, rows: pl.LazyFrame, confirmed: pl.LazyFrame, values: Sequence[str]
) -> pl.LazyFrame:
    """Return `rows` with some values as DHIS2 has confirmed them; new rows stay as they are.

    Args:
        name: Which of org units and options they are.
        rows: The columns of desired org units or options, with content.
        confirmed: The columns of `CONFIRMED`.
        values: Columns of org units; or the option sets of which names stay.
    """
    if not values:
        return rows
    columns = rows.collect_schema().names()
    before = pl.col(BEFORE).struct
    stays = before.field("key").is_not_null()
    following = [each for value in values for each in FOLLOWING.get(value, ())]
    if name == OPTIONS:
        stays, values = stays & pl.col("optionSet").is_in(values), ["name"]
    confirmed_values = {each: before.field(each) for each in values} | {
        each: pl.coalesce(before.field(each), each) for each in following
    }
    kept = [
        pl.when(stays).then(value).otherwise(each).alias(each)
        for each, value in confirmed_values.items()
    ]
    whole = with_confirmed(rows, confirmed).with_columns(kept)
    return with_content(whole.select(pl.exclude("content", BEFORE))).select(columns)


def unlisted_rows(confirmed: pl.LazyFrame, uids: Sequence[str]) -> pl.LazyFrame:
    """Return key and uid of what DHIS2 has confirmed and does not list any more.

    What is in doubt it may never have had.

    Args:
        confirmed: The columns of `CONFIRMED`.
        uids: What it lists.
    """
    uid = pl.col("content").str.json_path_match("$.uid")
    listed = pl.LazyFrame({"uid": pl.Series(uids, dtype=pl.String)})
    sure = confirmed.filter(~pl.col("content").str.starts_with(BEGUN))
    return sure.select("key", uid=uid).join(listed, on="uid", how="anti")


def mark_in_doubt(confirmed: pl.LazyFrame, changed: pl.LazyFrame, run: str) -> pl.LazyFrame:
    """Return `confirmed` with the rows of `changed` in doubt, as long as they are being pushed."""
    return _with(
        confirmed, changed.select("key", content=BEGUN + pl.col("content"), run=pl.lit(run))
    )


def confirmed_after(
    confirmed: pl.LazyFrame,
    changed: pl.LazyFrame,
    accepted: Collection[str],
    run: str,
    *,
    in_doubt: Collection[str] = (),
) -> pl.LazyFrame:
    """Return what DHIS2 has confirmed after it has taken the keys `accepted`.

    What another run had begun to push when it was cut short may still arrive in DHIS2: the run
    after this one pushes it once more, which posts nothing if DHIS2 has it as it is desired. What
    stayed without an answer in this push is in doubt as if this one had been cut short.

    Args:
        confirmed: The columns of `CONFIRMED`, as they were before the push was begun.
        changed: key and content of what was pushed.
        accepted: Keys.
        run: The run's id.
        in_doubt: Keys of what may still arrive, whether it was accepted or not.
    """
    is_in_doubt = pl.col("key").is_in(list(in_doubt))
    is_cut_short = pl.col("content").str.starts_with(BEGUN) & (pl.col("run") != run)
    cut_short = confirmed.filter(is_cut_short).select("key", isCutShort=pl.lit(value=True))
    taken = changed.filter(pl.col("key").is_in(list(accepted)) | is_in_doubt)
    content = (
        pl.when(is_in_doubt)
        .then(BEGUN + pl.col("content"))
        .when("isCutShort")
        .then(AGAIN + pl.col("content"))
        .otherwise("content")
    )
    taken = taken.join(cut_short, on="key", how="left")
    return _with(confirmed, taken.select("key", content=content, run=pl.lit(run)))


def _with(confirmed: pl.LazyFrame, rows: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([confirmed.join(rows, on="key", how="anti"), rows]).sort("key")
