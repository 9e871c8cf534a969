"""From the rows that a driver hands over to those of a snapshot: its columns, types and marks.

batch ─► (parsed) ─► what the database or the parser marked, and numbers too large for their
type ─► null, and their columns named in `UNREADABLE`
"""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from flows.connectors.openimis.selection import TableSelection
from transforms.openimis.source_texts import parse_texts
from transforms.openimis.tables.column_types import UNREADABLE

LARGEST_CODE = 2**31 - 1
Masks = Mapping[str, pa.BooleanArray]
"""Column to where its values cannot be read; only of columns with such values."""


def conform(batch: pa.RecordBatch, selection: TableSelection) -> pa.RecordBatch:
    """Return the rows in the columns and types of `selection.marked_schema`.

    Args:
        batch: In the columns and types of `selection.transit_schema`.
        selection: What is read of the table.
    """
    typed = _parse(batch, selection) if selection.dialect.as_text else batch
    masks = _unreadable_masks(typed, selection) | _too_large(typed, selection)
    columns = [_array(typed, field, masks, selection) for field in selection.schema]
    marks = _names(masks, batch.num_rows)
    return pa.record_batch([*columns, marks], schema=selection.marked_schema)


def _parse(batch: pa.RecordBatch, selection: TableSelection) -> pa.RecordBatch:
    frame = parse_texts(pl.DataFrame(batch), selection.present)
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()[0]


def _unreadable_masks(
    batch: pa.RecordBatch, selection: TableSelection
) -> dict[str, pa.BooleanArray]:
    """Return what the database, or the parser, says cannot be read."""
    if UNREADABLE not in batch.schema.names:
        return {}
    marks = batch.column(UNREADABLE)
    if marks.null_count == len(marks):
        return {}
    each = {
        column: pc.equal(pc.utf8_slice_codeunits(marks, place, place + 1), "1")
        for place, column in enumerate(selection.watched_columns)
    }
    # A null is neither: pc.if_else would make the value null.
    whole = {column: pc.coalesce(mask, pa.scalar(value=False)) for column, mask in each.items()}
    return {column: mask for column, mask in whole.items() if pc.any(mask).as_py()}


def _too_large(batch: pa.RecordBatch, selection: TableSelection) -> dict[str, pa.BooleanArray]:
    """Return which numbers came whole, but do not fit the type that their column has."""
    wide = [field.name for field in selection.schema if field.type == pa.int32()]
    numbers = {name: batch.column(name) for name in wide if name in batch.schema.names}
    return {name: _is_too_large(each) for name, each in numbers.items() if not _fits(each)}


def _fits(numbers: pa.Array) -> bool:
    bounds = pc.min_max(numbers)
    least, greatest = bounds["min"].as_py(), bounds["max"].as_py()
    return least is None or (least >= -LARGEST_CODE and greatest <= LARGEST_CODE)


def _is_too_large(numbers: pa.Array) -> pa.BooleanArray:
    outside = pc.or_(pc.greater(numbers, LARGEST_CODE), pc.less(numbers, -LARGEST_CODE))
    return pc.coalesce(outside, pa.scalar(value=False))


def _array(
    batch: pa.RecordBatch, field: pa.Field, masks: Masks, selection: TableSelection
) -> pa.Array:
    if field.name not in batch.schema.names:
        return pa.nulls(batch.num_rows, field.type)
    array = batch.column(field.name)
    if field.name == selection.table.uuid:
        array = pc.utf8_lower(array)
    if field.name in masks:
        array = pc.if_else(masks[field.name], pa.scalar(None, array.type), array)
    return array.cast(field.type)


def _names(masks: Masks, rows: int) -> pa.Array:
    """Return, a row, the names of the columns that cannot be read."""
    if not masks:
        return pa.nulls(rows, pa.string())
    named = pl.DataFrame({column: pl.Series(mask) for column, mask in masks.items()}).select(
        pl.concat_str(
            [pl.when(pl.col(column)).then(pl.lit(column)) for column in masks],
            separator=" ",
            ignore_nulls=True,
        ).replace("", None)
    )
    return named.to_series().to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
