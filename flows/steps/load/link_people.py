"""Find the people of DHIS2's own whom a run is about, before anything of them is posted.

    new people, and those whose number changed ─► by number ─┐
    linked people of whom the run posts anything ─► by UID ──┴─► written down ─► bundles, fold

Who is known is not looked for again: what is asked grows with what the run sends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.staged_changes import all_changes
from flows.steps.target.people_by_number import find_people
from flows.steps.target.read_back import Reader, query_objects
from staging.current import Current
from staging.layout import Run, Target
from staging.links import answers_of, read_links, write_answers
from staging.rejects import write_rejects
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.objects.links import NO_LINKS, STALE, renaming_of, with_answers
from transforms.changes.objects.schemas import State
from transforms.changes.sending.linking import (
    gone,
    judge_found,
    people_at_work,
    people_to_look_for,
    waiting_people,
)
from transforms.changes.sending.waiting import NOTHING_WAITS
from transforms.core.fields import Field
from transforms.core.renaming import AS_OURS, Renaming
from transforms.model.existing import in_use
from transforms.model.resources import INSUREE_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.openimis.country import Country

NOTES = f"{TRACKED_ENTITIES.name}.links"


@dataclass(frozen=True)
class FoundPeople:
    """Whom of DHIS2's own a run is about.

    Attributes:
        links: Those of before, as the run leaves them.
        waiting: type, uid, is_delete and reason of what waits, because its person is gone.
        warnings: What is odd, a sentence each.
    """

    links: pl.DataFrame = field(default_factory=lambda: NO_LINKS)
    waiting: pl.DataFrame = field(default_factory=lambda: NOTHING_WAITS)
    warnings: Sequence[str] = ()

    @property
    def renaming(self) -> Renaming:
        """UIDs of ours and of DHIS2 that change places."""
        return renaming_of(self.links) if len(self.links) else AS_OURS


NOBODY_FOUND = FoundPeople()


def link_people(
    run: Run, target: Target, client: Dhis2, info: SystemInfo, current: Current, country: Country
) -> FoundPeople:
    """Return whom of DHIS2's own a run is about; a run that goes on has looked before.

    Raises:
        TargetError: DHIS2 does not let the user look.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    before, number = read_links(target, current), in_use(country).identifier
    if number is None and before.is_empty():
        return NOBODY_FOUND
    answers = answers_of(run)
    if answers is None:
        look = _Look(run, target, client.renamed(renaming_of(before)), info, current, before)
        answers = pl.concat([look.for_new(number), look.at_linked()])
        write_answers(run, answers)
    links = with_answers(before, answers)
    waiting = waiting_people(all_changes(run), answers)
    return FoundPeople(links, waiting, _sentences(answers))


def _sentences(answers: pl.DataFrame) -> list[str]:
    counts = dict(answers.group_by("state").len().iter_rows())
    moving = counts.get(STALE, 0)
    moves = (
        f"{moving} people have another number now, which another person of DHIS2's own has: with "
        f"the next run what is ours of them leaves the one and comes to the other."
    )
    return [moves] if moving else []


@dataclass(frozen=True)
class _Look:
    """A look at DHIS2's own people, whom it calls by our UIDs where they are linked."""

    run: Run
    target: Target
    client: Dhis2
    info: SystemInfo
    current: Current
    links: pl.DataFrame

    def for_new(self, number: Field | None) -> pl.DataFrame:
        """Look for those whom nobody has looked for, by number; note who is not linked."""
        if number is None:
            return NO_LINKS
        asked = people_to_look_for(all_changes(self.run)[TRACKED_ENTITIES.name], number.key)
        numbers = asked["number"].to_list()
        found = find_people(self.client, self.info.dialect, number.uid, numbers)
        links, notes = judge_found(asked, found, self._ours_among(found["uid"]), self.links)
        if len(notes) or self.run.rejects(NOTES).exists():
            write_rejects(self.run, {NOTES: reject_rows(TRACKED_ENTITIES.name, notes)})
        return links

    def at_linked(self) -> pl.DataFrame:
        """Look whether linked people are still there, and where they were merged into others."""
        rows = people_at_work(all_changes(self.run), self.links)
        there = self._living(TRACKED_ENTITIES, rows["uid"].to_list())["uid"]
        missing = rows.filter(~pl.col("uid").is_in(there.implode()))
        return gone(missing, self._merged(missing)) if len(missing) else NO_LINKS

    def _merged(self, missing: pl.DataFrame) -> dict[str, str]:
        """Return our UID to that of the person who has our enrollment now."""
        own = missing.select(parentUid="uid").lazy()
        held = self._held(INSUREE_ENROLLMENTS).join(own, on="parentUid", how="semi").collect()
        now = self._living(INSUREE_ENROLLMENTS, held["uid"].to_list())
        moved = held.select("uid", before="parentUid").join(
            now.select("uid", "parentUid"), on="uid"
        )
        pairs = moved.filter(pl.col("before") != pl.col("parentUid"))
        others = self._ours_among(pairs["parentUid"])
        free = pairs.filter(~pl.col("parentUid").is_in(others.implode()))
        return dict(free.select("before", "parentUid").iter_rows())

    def _living(self, resource: Resource, uids: Sequence[str]) -> pl.DataFrame:
        reader = Reader(self.client, self.info.dialect, zone=self.info.zone)
        return query_objects(reader, resource, uids, []).filter(~pl.col("isDeleted")).unique("uid")

    def _ours_among(self, uids: pl.Series) -> pl.Series:
        """Return those of some UIDs whom DHIS2 has confirmed as people of ours, linked or not."""
        found = pl.LazyFrame({"uid": uids}, schema={"uid": pl.String})
        held = self._held(TRACKED_ENTITIES).join(found, on="uid", how="semi").select("uid")
        return held.collect()["uid"]

    def _held(self, resource: Resource) -> pl.LazyFrame:
        numbers = range(self.current.partitions)
        frames = [
            acknowledged(self.target, self.current, resource, number).select(
                "uid", "parentUid", "state"
            )
            for number in numbers
        ]
        return pl.concat(frames).filter(state=State.HELD.value)
