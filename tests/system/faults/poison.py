"""How one object comes to have each error code that was recorded, and which cannot come to it.

An object is changed on its way to DHIS2, or something was done in DHIS2 by hand before. Taken back
after the run, the next one sends it. It lies in a bundle of creates, of updates, or of deletes.
"""

# ruff: noqa: E501 - a table is read by its rows

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from transforms.core.json_texts import Json
from transforms.model.resources import TrackerType
from transforms.model.tables.insuree import DATE_OF_BIRTH, FIRST_NAME, INSURANCE_NUMBER, SEX
from transforms.model.tables.policy import POLICY_FIELDS
from transforms.model.tables.programs import CLAIM_PROGRAM, CLAIM_SERVICES_STAGE

Change = Callable[[Json], Json]

KINDS = (PERSON, ENROLLMENT, EVENT) = (
    TrackerType.TRACKED_ENTITY,
    TrackerType.ENROLLMENT,
    TrackerType.EVENT,
)

CREATES, UPDATES, DELETES = "creates", "updates", "deletes"

NOWHERE = "Nowhere0001"
BY_HAND, SOMEBODY, ABROAD = "ByHand00001", "Somebody001", "Abroad00001"
TAKEN = "a number that is taken"
ROOT = "ImspTQPwCqd"


@dataclass(frozen=True)
class ByHand:
    """What somebody did in DHIS2 by hand, before the run and after it.

    Attributes:
        made: From the three lists of the person with whom it happens: what is posted.
        deleted: Kind and UID of what is deleted again before the run; `{}` is the object's.
        taken_back: Likewise after it.
        abroad: Whether the object is moved to where the loader has no right, and back after it.
    """

    made: Callable[[Json, Json, Json], Json] | None = None
    deleted: tuple[tuple[TrackerType, str], ...] = ()
    taken_back: tuple[tuple[TrackerType, str], ...] = ()
    abroad: bool = False


@dataclass(frozen=True)
class Poison:
    """How one object comes to have a code.

    Attributes:
        kind: Which kind of object.
        change: What is changed in it on its way.
        by_hand: What somebody did before.
        of_a_claim: Whether the enrollment is a claim, and not an insuree's.
        below: The code of what lies below it.
        within: What its bundle does.
        version: Of DHIS2.
    """

    kind: TrackerType
    change: Change | None = None
    by_hand: ByHand | None = None
    of_a_claim: bool = False
    below: str | None = None
    within: str = CREATES
    version: str = "2.42"


def _is(**properties: Any) -> Change:
    return lambda thing: thing | properties


def _value(name: str, uid: str, value: str | None) -> Change:
    """Give an object another value: `name` is attributes/attribute or dataValues/dataElement."""
    values, identifier = name.split("/")

    def change(thing: Json) -> Json:
        others = [each for each in thing[values] if each[identifier] != uid]
        return thing | {values: [*others, {identifier: uid, "value": value}]}

    return change


def _attribute(uid: str, value: str | None) -> Change:
    return _value("attributes/attribute", uid, value)


def _element(uid: str, value: str | None) -> Change:
    return _value("dataValues/dataElement", uid, value)


def _without_element(uid: str) -> Change:
    return lambda thing: (
        thing | {"dataValues": [each for each in thing["dataValues"] if each["dataElement"] != uid]}
    )


def _family(person: Json, enrollment: Json, event: Json) -> Json:
    return {"trackedEntities": [person], "enrollments": [enrollment], "events": [event]}


def _stranger(person: Json, values: list[Json]) -> Json:
    return person | {"trackedEntity": SOMEBODY, "attributes": values}


def _a_stranger(person: Json, enrollment: Json, event: Json) -> Json:
    del enrollment, event
    return {"trackedEntities": [_stranger(person, [])]}


def _a_stranger_with_a_number(person: Json, enrollment: Json, event: Json) -> Json:
    del enrollment, event
    number = {"attribute": INSURANCE_NUMBER.uid, "value": TAKEN}
    return {"trackedEntities": [_stranger(person, [number])]}


def _number_taken(person: Json, enrollment: Json, event: Json) -> Json:
    del enrollment, event
    number = [each for each in person["attributes"] if each["attribute"] == INSURANCE_NUMBER.uid]
    return {"trackedEntities": [_stranger(person, number)]}


def _enrolled_already(person: Json, enrollment: Json, event: Json) -> Json:
    del event
    another = enrollment | {"enrollment": BY_HAND, "status": "ACTIVE", "completedAt": None}
    return {"trackedEntities": [person], "enrollments": [another]}


def _enrollment_of_another(person: Json, enrollment: Json, event: Json) -> Json:
    del event
    taken = enrollment | {"trackedEntity": SOMEBODY}
    return {"trackedEntities": [_stranger(person, [])], "enrollments": [taken]}


def _a_stranger_who_is_enrolled(person: Json, enrollment: Json, event: Json) -> Json:
    del event
    theirs = enrollment | {"trackedEntity": SOMEBODY, "enrollment": BY_HAND}
    return {"trackedEntities": [_stranger(person, [])], "enrollments": [theirs]}


def _event_of_another(person: Json, enrollment: Json, event: Json) -> Json:
    taken = event | {"enrollment": BY_HAND}
    return _a_stranger_who_is_enrolled(person, enrollment, event) | {"events": [taken]}


_STRANGER = ((PERSON, SOMEBODY),)
_STAGE, _STATUS, _, _, _AMOUNT = (field.uid for field in POLICY_FIELDS[:5])
_SERVICE_ELEMENT = "UWkyb5W46zn"

POISON: Mapping[str, Poison] = {
    "E1005": Poison(PERSON, _is(trackedEntityType=NOWHERE), below="E1022"),
    "E1006": Poison(PERSON, _attribute(NOWHERE, "x")),
    "E1007": Poison(PERSON, _attribute(DATE_OF_BIRTH.uid, "1984-13-45")),
    "E1010": Poison(EVENT, _is(program=NOWHERE)),
    "E1013": Poison(EVENT, _is(programStage=NOWHERE)),
    "E1015": Poison(ENROLLMENT, by_hand=ByHand(_enrolled_already, taken_back=((ENROLLMENT, BY_HAND),))),
    "E1016": Poison(ENROLLMENT, by_hand=ByHand(_enrolled_already, taken_back=((ENROLLMENT, BY_HAND),))),
    "E1019": Poison(ENROLLMENT, _is(attributes=[{"attribute": FIRST_NAME.uid, "value": "X"}]), of_a_claim=True),
    "E1025": Poison(ENROLLMENT, _is(enrolledAt=None)),
    "E1029": Poison(EVENT, _is(orgUnit=ROOT)),
    "E1031": Poison(EVENT, _is(occurredAt=None)),
    "E1041": Poison(ENROLLMENT, _is(orgUnit=ROOT)),
    "E1049": Poison(PERSON, _is(orgUnit=NOWHERE)),
    "E1064": Poison(PERSON, by_hand=ByHand(_number_taken, taken_back=_STRANGER)),
    "E1068": Poison(ENROLLMENT, _is(trackedEntity=NOWHERE)),
    "E1069": Poison(ENROLLMENT, _is(program=NOWHERE)),
    "E1070": Poison(ENROLLMENT, _is(orgUnit=NOWHERE)),
    "E1076": Poison(EVENT, _element(_STATUS, None)),
    "E1077": Poison(PERSON, _attribute("vYdz8EjQJe0", "x" * 1_201)),
    "E1079": Poison(EVENT, _is(program=CLAIM_PROGRAM.uid, programStage=CLAIM_SERVICES_STAGE.uid)),
    "E1082": Poison(EVENT, by_hand=ByHand(_family, deleted=((EVENT, "{}"),))),
    "E1085": Poison(PERSON, _attribute(DATE_OF_BIRTH.uid, "1984-13-45"), version="2.40"),
    "E1113": Poison(ENROLLMENT, by_hand=ByHand(_family, deleted=((EVENT, "{}"), (ENROLLMENT, "{}")))),
    "E1114": Poison(PERSON, by_hand=ByHand(_family, deleted=((EVENT, "{}"), (ENROLLMENT, "{}"), (PERSON, "{}")))),
    "E1125": Poison(PERSON, _attribute(SEX.uid, "?"), below="E5000"),
    "E1127": Poison(ENROLLMENT, by_hand=ByHand(_enrollment_of_another, taken_back=((ENROLLMENT, "{}"), *_STRANGER))),
    "E1128": Poison(EVENT, by_hand=ByHand(_event_of_another, taken_back=((EVENT, "{}"), (ENROLLMENT, BY_HAND), *_STRANGER))),
    "E1302": Poison(EVENT, _element(_AMOUNT, "12,50")),
    "E1303": Poison(EVENT, _without_element(_STATUS)),
    "E1305": Poison(EVENT, _element(_SERVICE_ELEMENT, "x")),
    "E1313": Poison(EVENT, _is(enrollment=NOWHERE)),
}  # fmt: skip

WHOLE_REQUESTS: Mapping[str, Poison] = {
    "a NUL character": Poison(EVENT, _element("NtslGBEMyMy", "A\u0000B")),
    "a malformed date": Poison(EVENT, _is(occurredAt="15/01/2024")),
    "an unknown status": Poison(EVENT, _is(status="OPEN")),
    "a malformed UID": Poison(PERSON, _is(trackedEntity="1234567890-")),
    "a malformed date of a person's enrollment": Poison(ENROLLMENT, _is(enrolledAt="15/01/2024")),
}
"""Objects that DHIS2 cannot read, or not write: it gives no code, and fails the whole request."""


def _in_updates(poison: Poison) -> Poison:
    return replace(poison, within=UPDATES)


IN_UPDATES: Mapping[str, Poison] = {
    "E1029": _in_updates(POISON["E1029"]),
    "E1064": Poison(PERSON, _attribute(INSURANCE_NUMBER.uid, TAKEN), ByHand(_a_stranger_with_a_number, taken_back=_STRANGER), within=UPDATES),
    "E1076": _in_updates(POISON["E1076"]),
    "E1077": _in_updates(POISON["E1077"]),
    "E1082": Poison(EVENT, by_hand=ByHand(deleted=((EVENT, "{}"),)), within=UPDATES),
    "E1125": replace(POISON["E1125"], below=None, within=UPDATES),
    "E1127": Poison(ENROLLMENT, _is(trackedEntity=SOMEBODY), ByHand(_a_stranger, taken_back=_STRANGER), of_a_claim=True, within=UPDATES),
    "E1128": Poison(EVENT, _is(enrollment=BY_HAND), ByHand(_a_stranger_who_is_enrolled, taken_back=((ENROLLMENT, BY_HAND), *_STRANGER)), within=UPDATES),
    "E1302": _in_updates(POISON["E1302"]),
}  # fmt: skip

IN_DELETES: Mapping[str, Poison] = {
    "E1000": Poison(EVENT, by_hand=ByHand(abroad=True), within=DELETES),
    "E1000 of an enrollment": Poison(ENROLLMENT, by_hand=ByHand(abroad=True), within=DELETES),
}  # fmt: skip

WHOLE_REQUESTS_OF_CHANGES: Mapping[str, Poison] = {
    "a malformed date, in an update": _in_updates(WHOLE_REQUESTS["a malformed date"]),
    "an unknown status, in an update": _in_updates(WHOLE_REQUESTS["an unknown status"]),
    "a malformed UID, in a deletion": Poison(EVENT, _is(event="1234567890-"), within=DELETES),
}

_METADATA = "It answers metadata, and no object of the tracker; tests/recorded/contract replays it."
BY_A_SETTING = (
    "It depends on the user or the program, and not on the object: see wrong_settings.py."
)
_DELETION = "It answers a deletion, of which it is a success: the object is not there."
_OTHER = "It answers an endpoint to which we post nothing."

NOT_BY_AN_OBJECT: Mapping[str, str] = {
    "E1002": "It answers the strategy CREATE, which we do not use.",
    "E1003": "It answers who reads a program that he may not see; what we post has E1069 then.",
    "E1004": _OTHER,
    "E1018": BY_A_SETTING,
    "E1020": "Our programs take enrollments of the future, as set-up makes them.",
    "E1032": _DELETION,
    "E1048": "We make every UID ourselves; a malformed one is among the whole requests.",
    "E1063": _DELETION,
    "E1081": _DELETION,
    "E3000": BY_A_SETTING,
    "E4000": _METADATA,
    "E4001": _METADATA,
    "E4002": _METADATA,
    "E4014": _METADATA,
    "E4028": _METADATA,
    "E4030": "It answers the deletion of metadata, and we delete none.",
    "E5002": _METADATA,
    "E5003": _METADATA,
    "E7612": _OTHER,
    "E7619": _OTHER,
    "E8022": _OTHER,
}
"""Recorded codes that no object of ours can cause, and why."""
