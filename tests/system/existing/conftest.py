"""A ministry's DHIS2 with people of its own, and an openIMIS that is loaded into it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from staging.links import read_links
from staging.rejects import read_rejects
from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.support.scheme import FEW_QUESTIONS, Moment
from tests.support.their_people import COUNTRY, NUMBER, TheirPeople
from transforms.changes.guards.permissions import Allow
from transforms.model.tables.programs import INSUREE_PROGRAM

MUCH = (Allow.DELETES, Allow.CHANGES, Allow.CREATES, Allow.EMPTIES)
KNOWN = 5
"""So many insurees the ministry has registered by their number."""


@dataclass
class Story:
    """A ministry after its first load, to which each test goes back."""

    scheme: TheirPeople
    numbers: list[str]
    people: list[str]
    theirs: bytes
    day_one: Moment


@pytest.fixture(scope="package")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = TheirPeople(tmp_path_factory.mktemp("theirs"), sandbox)
        scheme.allow = MUCH
        scheme.fill()
        numbers = scheme.numbers()[:KNOWN]
        people = scheme.register([*numbers, "NOBODY1", "NOBODY2"])
        theirs = scheme.theirs()
        scheme.set_up()
        scheme.bring("day-one")
        yield Story(scheme, numbers, people, theirs, scheme.moment())


@pytest.fixture
def theirs(story: Story) -> TheirPeople:
    scheme = story.scheme
    scheme.country, scheme.guards, scheme.allow = COUNTRY, FEW_QUESTIONS, MUCH
    scheme.back_to(story.day_one)
    return scheme


def reasons(theirs: TheirPeople, run_id: str) -> dict[str, str]:
    """Key of a person to what a load noted of it, or why it was refused."""
    rows = read_rejects(theirs.run(run_id)).filter(resource="tracked_entities").collect()
    return dict(rows.select("key", "reason").iter_rows())


def links(theirs: TheirPeople) -> dict[str, str]:
    """DHIS2's UID of a person to openIMIS's UUID."""
    return dict(read_links(theirs.target, theirs.current).select("theirs", "key").iter_rows())


def owner_of(theirs: TheirPeople, number: str) -> str:
    """The one person in DHIS2 who has a number, and is enrolled with us."""
    enrolled = {row["trackedEntity"] for row in theirs.sandbox.enrollments().values()
                if row["program"] == INSUREE_PROGRAM.uid}  # fmt: skip
    [uid] = [
        uid
        for uid, row in theirs.sandbox.tracked_entities().items()
        if row["attributes"].get(NUMBER) == number and uid in enrolled
    ]
    return uid


def withdraw(theirs: TheirPeople) -> None:
    theirs.withdraw([*MUCH, Allow.BEGIN_AGAIN], size=20)
