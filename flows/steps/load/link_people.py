"""Find the people of DHIS2's own whom a run is about, before anything of them is posted.

    people of whom the run posts anything ─► by UID: still there, or merged into whom? ─┐
    new people, and those whose number changed ─► by number ────────────────────────────┤
                                                     bundles, fold ◄── written down ◄───┘

Who is known is not looked for again: what is asked grows with what the run sends. Who was merged is
followed first: then the number may name just that person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.shared.acknowledged_frames import confirmed_objects
from flows.steps.shared.staged_changes import all_changes
from flows.steps.target.people_by_number import find_people
from flows.steps.target.read_back import Reader, query_objects
from staging.current import Current
from staging.layout import Run, Target
from staging.links import answers_of, read_links, write_answers
from staging.rejects import write_rejects
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.objects.links import (
    ANSWERS,
    GONE,
    NO_LINKS,
    moved_people,
    renaming_of,
    with_answers,
)
from transforms.changes.sending.linking import (
    gone,
    judge_found,
    link_sentences,
    people_at_work,
    people_to_look_for,
    waiting_people,
)
from transforms.changes.sending.waiting import NOTHING_WAITS
from transforms.core.fields import Field
from transforms.core.renaming import AS_OURS, Renaming
from transforms.model.existing import in_use
from transforms.model.resources import ENROLLMENT_RESOURCES, TRACKED_ENTITIES, Resource
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
        look = _Look(run, target, client, info, current, before)
        answers = look.answers(number)
        write_answers(run, answers)
    links = with_answers(before, answers)
    waiting = waiting_people(all_changes(run), answers)
    return FoundPeople(links, waiting, link_sentences(before, answers))


@dataclass(frozen=True)
class _Look:
    """A look at people in DHIS2, whom it calls by our UIDs where they are linked."""

    run: Run
    target: Target
    client: Dhis2
    info: SystemInfo
    current: Current
    links: pl.DataFrame

    def answers(self, number: Field | None) -> pl.DataFrame:
        """Return what is found of all people whom the run is about, a row a UID."""
        followed = self.at_work()
        found = replace(self, links=with_answers(self.links, followed)).for_new(number)
        others = followed.join(found, on="uid", how="anti")
        return pl.concat([pl.DataFrame(schema=ANSWERS), others, found], how="diagonal")

    @cached_property
    def named(self) -> Dhis2:
        """The client, for which linked people have our UIDs."""
        return self.client.renamed(renaming_of(self.links))

    def for_new(self, number: Field | None) -> pl.DataFrame:
        """Look for those whom nobody has looked for, by number; note who is not linked."""
        if number is None:
            return NO_LINKS
        people = people_to_look_for(all_changes(self.run)[TRACKED_ENTITIES.name], number.key)
        to_find = people.join(self.links.filter(state=GONE), on="uid", how="anti")
        numbers = to_find["number"].to_list()
        found = find_people(self.named, self.info.dialect, number.uid, numbers)
        links, notes = judge_found(to_find, found, self._ours_among(found["uid"]), self.links)
        if len(notes) or self.run.rejects(NOTES).exists():
            write_rejects(self.run, {NOTES: reject_rows(TRACKED_ENTITIES.name, notes)})
        return links

    def at_work(self) -> pl.DataFrame:
        """Look whether people are still there, and into whom they were merged."""
        people = self._confirmed(TRACKED_ENTITIES)
        rows = people_at_work(all_changes(self.run), people, self.links)
        there = self._living(TRACKED_ENTITIES, rows["uid"].to_list())["uid"]
        missing = rows.filter(~pl.col("uid").is_in(there.implode()))
        return gone(missing, self._merged(missing)) if len(missing) else NO_LINKS

    def _merged(self, missing: pl.DataFrame) -> pl.DataFrame:
        """Return uid and into: the person who has the enrollments now."""
        own = missing.select(parentUid="uid").lazy()
        confirmed, now = [], []
        for each in ENROLLMENT_RESOURCES:
            before = self._confirmed(each).join(own, on="parentUid", how="semi").collect()
            confirmed.append(before.lazy())
            now.append(self._living(each, before["uid"].to_list()).lazy())
        return moved_people(
            pl.concat(confirmed),
            pl.concat(each.select("uid", "parentUid") for each in now),
            self._confirmed(TRACKED_ENTITIES),
        )

    def _living(self, resource: Resource, uids: Sequence[str]) -> pl.DataFrame:
        reader = Reader(self.named, self.info.dialect, zone=self.info.zone)
        return query_objects(reader, resource, uids, []).filter(~pl.col("isDeleted")).unique("uid")

    def _ours_among(self, uids: pl.Series) -> pl.Series:
        """Return those of some UIDs whom DHIS2 has confirmed as people of ours, linked or not."""
        found = pl.LazyFrame({"uid": uids}, schema={"uid": pl.String})
        confirmed = (
            self._confirmed(TRACKED_ENTITIES).join(found, on="uid", how="semi").select("uid")
        )
        return confirmed.collect()["uid"]

    def _confirmed(self, resource: Resource) -> pl.LazyFrame:
        rows = confirmed_objects(self.target, self.current, resource)
        return rows.select("key", "uid", "parentUid")
