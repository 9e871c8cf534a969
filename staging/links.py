"""Who of openIMIS's people is whom of DHIS2's own: remembered of a target, and found by a run."""

import polars as pl

from staging.acknowledged import scan
from staging.current import LINKS, Current
from staging.frames import declare_done, is_done, scan_frame, write_frame
from staging.layout import Run, Target
from transforms.changes.objects import links


def read_links(target: Target, current: Current) -> pl.DataFrame:
    """Return the links of a target: the columns of `transforms.changes.objects.links.LINKS`.

    Raises:
        StagingError: The file is not there, or not as `current.json` says.
    """
    return scan(target, current, LINKS, 0, links.LINKS).collect()


def answers_of(run: Run) -> pl.DataFrame | None:
    """Return what a load of the run has found, the columns of `ANSWERS`; None if none has."""
    return scan_frame(run.links).collect() if is_done(run, LINKS) else None


def write_answers(run: Run, answers: pl.DataFrame) -> None:
    """Write down what a load of the run has found, before anything is posted."""
    write_frame(run.links, answers.select(*links.ANSWERS).lazy())
    declare_done(run, LINKS, {})
