"""Remember who of openIMIS's people is whom of DHIS2's own, after a run."""

import polars as pl

from flows.steps.shared.acknowledged_frames import acknowledged
from staging.acknowledged import write
from staging.current import LINKS, Current
from staging.layout import Run, Target
from staging.links import answers_of, read_links
from transforms.changes.objects.links import (
    NO_LINKS,
    remembered,
    with_answers,
    with_doubts_of_leaving,
    with_owners,
)
from transforms.changes.objects.schemas import State
from transforms.model.resources import TRACKED_ENTITIES


def fold_links(run: Run, target: Target, current: Current) -> dict[str, list[str]]:
    """Write the new version of the links, and return its checksum; none where there are none.

    Args:
        run: The run.
        target: The target's files.
        current: The state in which the people of the run are folded already.
    """
    answers = answers_of(run)
    before = read_links(target, current)
    if answers is None and before.is_empty():
        return {}
    found = with_answers(before, NO_LINKS if answers is None else answers)
    confirmed = pl.concat(
        acknowledged(target, current, TRACKED_ENTITIES, number)
        .filter(state=State.HELD.value)
        .select("uid")
        for number in range(current.partitions)
    )
    rows = remembered(found, confirmed)
    if rows.equals(before):
        return {}
    return {LINKS: [write(target, run.run_id, LINKS, 0, rows.lazy())]}


def with_owners_found(run: Run, changes: pl.LazyFrame) -> pl.LazyFrame:
    """Return changes of enrollments with the owners that the load has found of linked people."""
    answers = answers_of(run)
    return changes if answers is None else with_owners(changes, answers)


def with_values_in_doubt(
    run: Run, target: Target, current: Current, rows: pl.LazyFrame, changes: pl.LazyFrame
) -> pl.LazyFrame:
    """Return acknowledged people: of linked ones the run may have taken back the values alone."""
    links = read_links(target, current)
    return rows if links.is_empty() else with_doubts_of_leaving(rows, changes, links, run.run_id)
