"""A country whose bundles hold five hundred objects, and one of them that is to be poisoned.

creates   all that the first load brings
updates   everybody has another date of birth, every claim another date, every policy another value
deletes   openIMIS has deleted all people, policies and claims
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.post_bundle import PARAMETERS
from staging.outbox import bundles
from tests.support.openimis_sample import sample
from tests.support.sandbox.org_units import STORED_PATH
from tests.support.sandbox.restarting import Server
from tests.support.scheme import DAY_ONE, Moment, Scheme
from tests.support.scheme.contents import IDENTIFIERS as NAMES
from tests.support.scheme.contents import Content, acknowledged, by_key, tracker
from tests.system.faults.poison import (
    ABROAD,
    CREATES,
    DELETES,
    ENROLLMENT,
    EVENT,
    KINDS,
    PERSON,
    ROOT,
    UPDATES,
    Json,
    Poison,
)
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.model.resources import RESOURCE_BY_NAME, RESOURCES, TrackerType
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, POLICY_STAGE

BUNDLE = 500
INSUREES = 560
NEXT_RUNS = ("next-load", "third-load")  # the third, where the next met UIDs of deleted objects

Names = dict[TrackerType, dict[str, str]]

_CURRENT = "WHERE ValidityTo IS NULL"
_NOW = "'2026-01-02 06:00:00.000'"
WHAT_HAPPENS: Mapping[str, tuple[str, ...]] = {
    CREATES: (),
    UPDATES: (
        f"UPDATE tblInsuree SET DOB = date(DOB, '-1 years') {_CURRENT} AND DOB > '1900-01-01'",
        f"UPDATE tblClaim SET DateClaimed = date(DateClaimed, '-1 days') {_CURRENT}",
        f"UPDATE tblPolicy SET PolicyValue = PolicyValue + 1 {_CURRENT}",
    ),
    DELETES: tuple(
        f"UPDATE {table} SET ValidityTo = {_NOW} {_CURRENT}"
        for table in ("tblInsuree", "tblInsureePolicy", "tblPolicy", "tblClaim")
    ),
}


@dataclass(frozen=True)
class PoisonChapter:
    """One run, undisturbed; its id is the chapter's name.

    Attributes:
        staged: How everything was before its first request.
        before: What DHIS2 held then, by key.
        whole: What it held afterwards, by key.
        chosen: Objects in bundles of 500, a kind; of a person who has all, where they are new.
        claim: Likewise the enrollment of a claim.
    """

    staged: Moment
    before: Content
    whole: Content
    chosen: Mapping[TrackerType, Json]
    claim: Json


@dataclass
class Country:
    """A scheme, what happens to it undisturbed, and whom to poison.

    Attributes:
        names: A kind of object: UID to resource and key, of all that was ever in DHIS2.
    """

    scheme: Scheme
    server: Server
    chapters: dict[str, PoisonChapter] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: {kind: {} for kind in TrackerType})

    def content(self) -> Content:
        """Return what DHIS2 holds, by key."""
        return by_key(tracker(self.scheme.sandbox), self.scheme.target)

    def chapter(self, name: str) -> PoisonChapter:
        """Return a chapter, told when it is asked for."""
        if name not in self.chapters:
            self.chapters[name] = self._told(name)
        return self.chapters[name]

    def poisoned(self, poison: Poison) -> Json:
        """Return the object that is to be poisoned."""
        chapter = self.chapter(poison.within)
        return chapter.claim if poison.of_a_claim else chapter.chosen[poison.kind]

    def name(self, poison: Poison) -> str:
        """Return resource and key of the object that is to be poisoned."""
        return self.names[poison.kind][self.poisoned(poison)[IDENTIFIERS[poison.kind]]]

    def do_by_hand(self, poison: Poison) -> None:
        """Do what somebody did before the run."""
        if (by_hand := poison.by_hand) is None:
            return
        if by_hand.made is not None:
            self._post(by_hand.made(*self.chapter(CREATES).chosen.values()))
        if by_hand.abroad:
            self._move(poison, ABROAD)
        self._delete(poison, by_hand.deleted)

    def take_back(self, poison: Poison) -> None:
        """Undo it, as far as it was done by hand."""
        if (by_hand := poison.by_hand) is None:
            return
        if by_hand.abroad:
            self._move(poison, None)
        self._delete(poison, by_hand.taken_back)

    def _told(self, name: str) -> PoisonChapter:
        self._begin(name)
        staged, before = self.scheme.moment(), self.content() if name != CREATES else {}
        self.scheme.bring(name)
        for resource in RESOURCES:
            rows = acknowledged(self.scheme.target, resource).select("uid", "key")
            names = {uid: f"{resource.name} {key}" for uid, key in rows.iter_rows()}
            self.names[resource.tracker_type] |= names
        bodies = [
            orjson.loads(each.body())
            for each in bundles(self.scheme.run(name))
            if each.objects >= BUNDLE
        ]
        chosen, claim = CHOICES[name](bodies, self.names)
        return PoisonChapter(staged, before, self.content(), chosen, claim)

    def _begin(self, name: str) -> None:
        """Stage a run: the first one, or one after it."""
        if name != CREATES:
            self.scheme.back_to(self.chapter(CREATES).staged)
            self.scheme.bring(CREATES)
            self.scheme.day += timedelta(days=1)
            with closing(sqlite3.connect(self.scheme.database)) as connection, connection:
                for statement in WHAT_HAPPENS[name]:
                    connection.execute(statement)
        self.scheme.plan(name)

    def _client(self) -> Dhis2:
        return self.scheme.job("by hand").client()

    def _move(self, poison: Poison, org_unit: str | None) -> None:
        """Move an object; None: back to where it was."""
        uid = self.poisoned(poison)[IDENTIFIERS[poison.kind]]
        kind = LISTS[poison.kind]
        home = self.chapter(poison.within).before[kind][self.name(poison)]["orgUnit"]
        state = self.server.app.state
        with state.lock:
            places = state.metadata["organisationUnits"]
            abroad = {"id": ABROAD, "name": "Abroad", "parent": None, STORED_PATH: f"/{ABROAD}"}
            places[ABROAD] = places[ROOT] | abroad
            held = state.tracker.events if kind == "events" else state.tracker.enrollments
            held[uid].org_unit = org_unit or home
            state.metadata_changed()

    def _delete(self, poison: Poison, things: tuple[tuple[TrackerType, str], ...]) -> None:
        """Delete objects by hand; `{}` is the chosen one's UID."""
        for kind, name in things:
            chosen = self.chapter(poison.within).chosen[kind][IDENTIFIERS[kind]]
            self._post({LISTS[kind]: [{IDENTIFIERS[kind]: name.format(chosen)}]}, "DELETE")

    def _post(self, body: Json, strategy: str = "CREATE_AND_UPDATE") -> None:
        params = PARAMETERS | {"importStrategy": strategy}
        with self._client() as client:
            assert client.post("/api/tracker", params, body).ok


def a_country(folder: Path, server: Server) -> Country:
    """Return a scheme that was never loaded."""
    scheme = Scheme(folder, server.sandbox)
    scheme.bundle_size = BUNDLE
    scheme.begin(sample(INSUREES, seed=7, level="1.4", as_of=DAY_ONE))
    return Country(scheme, server)


Choice = tuple[Mapping[TrackerType, Json], Json]


def _each(bodies: list[Json], kind: TrackerType) -> Iterator[Json]:
    return (each for body in bodies for each in body.get(LISTS[kind], ()))


def _of_one_person(bodies: list[Json], names: Names) -> Choice:
    """Choose a person with number, enrollment and policy."""
    del names
    enrolled = {
        each["trackedEntity"]: each
        for each in _each(bodies, ENROLLMENT)
        if each["program"] == INSUREE_PROGRAM.uid
    }
    insured = {
        each["enrollment"]: each
        for each in _each(bodies, EVENT)
        if each["programStage"] == POLICY_STAGE.uid
    }
    chosen = next(
        (each, found, insured[found["enrollment"]])
        for each in _each(bodies, PERSON)
        if (found := enrolled.get(each["trackedEntity"])) and found["enrollment"] in insured
    )
    claim = next(each for each in _each(bodies, ENROLLMENT) if each["program"] == CLAIM_PROGRAM.uid)
    return dict(zip(KINDS, chosen, strict=True)), claim


def _of_each_kind(bodies: list[Json], names: Names) -> Choice:
    """Choose the first of each kind: of events a policy's, of enrollments a claim's."""
    person, enrollment, event = (list(_each(bodies, kind)) for kind in KINDS)
    claims, policies = (_of(names, "claim_enrollments"), _of(names, "policy_events"))
    claim = next(each for each in enrollment if each["enrollment"] in claims)
    policy = next(each for each in event if each["event"] in policies)
    chosen = (person[0] if person else {}, claim, policy)
    return dict(zip(KINDS, chosen, strict=True)), claim


def _of(names: Names, resource: str) -> set[str]:
    kind = RESOURCE_BY_NAME[resource].tracker_type
    return {uid for uid, name in names[kind].items() if name.startswith(f"{resource} ")}


CHOICES = {CREATES: _of_one_person, UPDATES: _of_each_kind, DELETES: _of_each_kind}


def at_stake(chapter: PoisonChapter, name: str, within: str) -> set[str]:
    """Return an object and all others that one refusal of it may keep back: resource and key.

    A creation keeps back all below, an update nothing, a deletion all above: DHIS2 deletes what
    lies below a deleted parent.
    """
    if within == CREATES:
        rows = [each for rows in chapter.whole.values() for each in rows.items()]
        return {
            other for other, row in rows if name in (row[each] for each in NAMES if each in row)
        }
    if within == UPDATES:
        return {name}
    row = next(rows[name] for rows in chapter.before.values() if name in rows)
    return {name, *(row[each] for each in NAMES if each in row)}


def owners_aside(kept_back: set[str], content: Content) -> Content:
    """Leave out who owns a person whose enrollment was kept back: DHIS2 learns it from that."""
    people = {name.replace("insuree_enrollments", "tracked_entities") for name in kept_back}
    return content | {
        "trackedEntities": {
            name: {each: row[each] for each in row if each != "owner" or name not in people}
            for name, row in content["trackedEntities"].items()
        }
    }
