"""Which values a run leaves out of its requests, because DHIS2 cannot take them.

They are written down before anything is posted: the fold acknowledges none of them, whoever folds
the run. What several attempts left out is added up: a value that was sent after all is sent again.
"""

import polars as pl

from flows.steps.shared.staged_changes import all_changes
from staging.frames import begin_anew, is_done, scan_frame, write_frame
from staging.layout import Run
from staging.manifests import LeftOutManifest
from staging.rejects import write_rejects
from transforms.changes.answers.reject_rows import reject_rows, sum_by_reason
from transforms.changes.sending.leaving_out import (
    NOTHING_LEFT_OUT,
    LeftOut,
    by_field,
    left_out_notes,
)
from transforms.model.resources import RESOURCES

LEFT_OUT = "left_out"


def note_left_out(run: Run, rows: pl.DataFrame) -> None:
    """Write down which values are left out, with those of earlier attempts, and what lacks them."""
    before = _rows_left_out(run)
    if before.is_empty() and rows.is_empty():
        return
    every = pl.concat([before, rows]).unique().sort("field", "value")
    begin_anew(run, LEFT_OUT)
    write_frame(run.left_out, every.lazy())
    LeftOutManifest(noted=_write_notes(run, by_field(rows))).declare_done(run)


def values_left_out_by(run: Run) -> LeftOut:
    """Return the values that a run left out of its requests, in any of its attempts."""
    return by_field(_rows_left_out(run))


def note_counts(run: Run) -> dict[str, dict[str, int]]:
    """Return resource → reason → objects that a run sent without a value."""
    manifest = LeftOutManifest.read_if_done(run)
    return manifest.noted if manifest else {}


def _rows_left_out(run: Run) -> pl.DataFrame:
    has_any = is_done(run, LEFT_OUT) or run.left_out.exists()
    return scan_frame(run.left_out).collect() if has_any else NOTHING_LEFT_OUT


def _write_notes(run: Run, values: LeftOut) -> dict[str, dict[str, int]]:
    """Write which objects go without a value as notes, and return resource → reason → objects."""
    noted, changes = {}, all_changes(run)
    for resource in RESOURCES:
        notes = left_out_notes(resource, changes[resource.name], values).collect()
        name = f"{resource.name}.{LEFT_OUT}"
        if len(notes) or run.rejects(name).exists():
            write_rejects(run, {name: reject_rows(resource.name, notes)})
        counts = notes.select(reason=pl.col("reasons").explode()).group_by("reason").len("count")
        if len(counts):
            noted[resource.name] = sum_by_reason([counts])
    return noted
