"""Remember who of openIMIS's people is whom of DHIS2's own, after a run."""

from dataclasses import dataclass
from typing import Self

import polars as pl

from flows.steps.shared.acknowledged_frames import confirmed_objects
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
from transforms.model.resources import TRACKED_ENTITIES, Resource


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
    rows = remembered(found, confirmed_objects(target, current, TRACKED_ENTITIES))
    if rows.equals(before):
        return {}
    return {LINKS: [write(target, run.run_id, LINKS, 0, rows.lazy())]}


@dataclass(frozen=True)
class LinkedPeople:
    """What the fold of a run has to know of people of DHIS2's own.

    Attributes:
        run_id: The run.
        links: Of before the run.
        answers: What its load has found of them; None if it has not asked.
    """

    run_id: str
    links: pl.DataFrame
    answers: pl.DataFrame | None

    @classmethod
    def of_run(cls, run: Run, target: Target, current: Current) -> Self:
        """Return what is known of the linked people of a run."""
        return cls(run.run_id, read_links(target, current), answers_of(run))

    def with_owners(self, resource: Resource, changes: pl.LazyFrame) -> pl.LazyFrame:
        """Return changes; those of enrollments have the owners that the load has found."""
        if not resource.owned or self.answers is None:
            return changes
        return with_owners(changes, self.answers)

    def with_doubts(
        self, resource: Resource, rows: pl.LazyFrame, changes: pl.LazyFrame
    ) -> pl.LazyFrame:
        """Return acknowledged rows; of people the run may have taken back the values alone."""
        if resource != TRACKED_ENTITIES or self.links.is_empty():
            return rows
        return with_doubts_of_leaving(rows, changes, self.links, self.run_id)
