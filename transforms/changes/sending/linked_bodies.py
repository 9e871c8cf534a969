"""Requests of people whom DHIS2 had before us: our values travel with an enrollment of ours.

DHIS2 (2.40 to 2.43) overwrites org unit, geometry and flags of a tracked entity by what is sent
of it; an enrollment that carries attributes writes these values and nothing else of the person.
Values at attributes of theirs are never sent. What becomes of the enrollment becomes of the values.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import orjson

from transforms.changes.objects.phases import IDENTIFIERS, LISTS, Phase
from transforms.core.json_texts import Json
from transforms.dhis2.import_report import Receipt, Refused, Sent
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.model.resources import TrackerType
from transforms.model.tables.programs import INSUREE_PROGRAM

PEOPLE, ENROLLMENTS = LISTS[TrackerType.TRACKED_ENTITY], LISTS[TrackerType.ENROLLMENT]
PERSON, ENROLLMENT = IDENTIFIERS[TrackerType.TRACKED_ENTITY], IDENTIFIERS[TrackerType.ENROLLMENT]
NOT_ENROLLED = "linked_person_not_enrolled"


@dataclass(frozen=True)
class Linked:
    """What the bundles of a run have to know of people whom DHIS2 had before us.

    Attributes:
        people: Our UIDs of them.
        theirs: Our UIDs of the attributes that are theirs.
        carriers: Our UID of a person to an enrollment that DHIS2 has, without attributes.
        taken_back: Our UIDs of those whose values were taken back in this load.
    """

    people: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    carriers: Mapping[str, Json] = field(default_factory=dict)
    taken_back: frozenset[str] = frozenset()

    def attributes(self, pairs: Collection[Json]) -> list[Json]:
        """Return the values that are ours to write."""
        return [pair for pair in pairs if pair["attribute"] not in self.theirs]


NOBODY = Linked()


@dataclass(frozen=True)
class LinkedBody:
    """A request body in which the values of linked people travel with enrollments.

    Attributes:
        body: It.
        carried: Our UID of a person to the enrollment that carries the values.
        added: Enrollments that are there for that alone.
        settled: People of whom there is nothing to send.
        refused: People for whom nothing carries the values.
    """

    body: bytes
    carried: Mapping[str, str] = field(default_factory=dict)
    added: frozenset[str] = frozenset()
    settled: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def linked_body(phase: Phase, body: bytes, linked: Linked) -> LinkedBody:
    """Return a request body as it is sent, where some of its people were in DHIS2 before us."""
    content = orjson.loads(body)
    ours = [each for each in content.get(PEOPLE, ()) if each[PERSON] not in linked.people]
    theirs = [each for each in content.get(PEOPLE, ()) if each[PERSON] in linked.people]
    if not theirs:
        return LinkedBody(body)
    if phase is Phase.DELETE_TRACKED_ENTITIES:
        settled = tuple(each[PERSON] for each in theirs)
        return LinkedBody(_body(content | {PEOPLE: ours}), settled=settled)
    enrollments = {each[ENROLLMENT]: dict(each) for each in content.get(ENROLLMENTS, ())}
    found = LinkedBody(body)
    for each in theirs:
        found = _carry(each, enrollments, linked, found)
    whole = content | {PEOPLE: ours, ENROLLMENTS: [*enrollments.values()]}
    return replace(found, body=_body(whole))


def _carry(
    person: Json, enrollments: dict[str, Json], linked: Linked, found: LinkedBody
) -> LinkedBody:
    uid, pairs = person[PERSON], linked.attributes(person["attributes"])
    if not pairs or uid in linked.taken_back:
        return replace(found, settled=(*found.settled, uid))
    own = next(_enrollments_of(uid, enrollments), None)
    carrier = own or linked.carriers.get(uid)
    if carrier is None:
        return replace(found, refused=(*found.refused, uid))
    name = carrier[ENROLLMENT]
    enrollments[name] = {**carrier, "attributes": pairs}
    added = found.added if own else found.added | {name}
    return replace(found, carried={**found.carried, uid: name}, added=added)


def _enrollments_of(uid: str, enrollments: Mapping[str, Json]) -> Iterator[Json]:
    """Yield the enrollments of a person in the program that has all attributes."""
    for each in enrollments.values():
        if each[PERSON] == uid and each["program"] == INSUREE_PROGRAM.uid:
            yield each


def _body(content: Json) -> bytes:
    return orjson.dumps({name: objects for name, objects in content.items() if objects})


def with_people(receipt: Receipt, sent: LinkedBody) -> Receipt:
    """Return the receipt of a bundle: what became of its people is what became of the carriers."""
    accepted = {each.uid for each in receipt.accepted if each.type == TrackerType.ENROLLMENT}
    unknown = {each.uid for each in receipt.unknown if each.type == TrackerType.ENROLLMENT}
    refused = {each.uid: each for each in receipt.refused if each.type == TrackerType.ENROLLMENT}
    people = {uid: Sent(TrackerType.TRACKED_ENTITY, uid) for uid in (*sent.carried, *sent.settled)}
    own = _without(receipt, sent.added)
    return replace(
        own,
        accepted=own.accepted
        + tuple(people[uid] for uid in sent.settled)
        + tuple(people[uid] for uid, by in sent.carried.items() if by in accepted),
        unknown=own.unknown
        + tuple(people[uid] for uid, by in sent.carried.items() if by in unknown),
        refused=own.refused
        + tuple(
            replace(refused[by], type=TrackerType.TRACKED_ENTITY, uid=uid)
            for uid, by in sent.carried.items()
            if by in refused
        )
        + tuple(
            Refused(TrackerType.TRACKED_ENTITY, uid, (NOT_ENROLLED,), ErrorClass.DATA)
            for uid in sent.refused
        ),
    )


def _without(receipt: Receipt, added: Collection[str]) -> Receipt:
    """Return a receipt without the enrollments that are no objects of the bundle."""
    return replace(
        receipt,
        accepted=tuple(each for each in receipt.accepted if each.uid not in added),
        refused=tuple(each for each in receipt.refused if each.uid not in added),
        unknown=tuple(each for each in receipt.unknown if each.uid not in added),
    )
