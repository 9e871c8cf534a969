"""A ministry's type of person with people of ours beside its own: nobody is linked."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from staging.links import read_links
from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.support.their_people import COUNTRY, NUMBER, PROGRAM, TYPE, TheirPeople, their_uids
from tests.system.existing.conftest import KNOWN, MUCH, withdraw
from transforms.model.tables.programs import INSUREE_PROGRAM

SEPARATE = COUNTRY.replace('people = "link"\nidentifier = "Insurance number"', "")


@dataclass
class Story:
    """A ministry after a first load beside its people, and what was its before."""

    scheme: TheirPeople
    numbers: list[str]
    theirs: bytes


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = TheirPeople(tmp_path_factory.mktemp("separate"), sandbox, SEPARATE)
        scheme.allow = MUCH
        scheme.fill(unique=False)
        numbers = scheme.numbers()[:KNOWN]
        scheme.register(numbers)
        theirs = scheme.theirs()
        scheme.set_up()
        scheme.bring("day-one")
        yield Story(scheme, numbers, theirs)


@pytest.mark.longer
def test_nobody_is_linked_and_people_of_ours_are_made_beside(story: Story) -> None:
    scheme = story.scheme
    people = scheme.sandbox.tracked_entities()
    theirs = their_uids(people)
    ours = {uid: row for uid, row in people.items() if uid not in theirs}

    assert all(programs == [PROGRAM] for programs in scheme.linked().values())
    assert read_links(scheme.target, scheme.current).is_empty()
    assert {row["trackedEntityType"] for row in ours.values()} == {TYPE}
    assert {row["attributes"].get(NUMBER) for row in ours.values()} >= set(story.numbers)
    assert scheme.theirs() == story.theirs
    assert scheme.look("look").is_empty()


@pytest.mark.longer
def test_changes_and_a_withdrawal_leave_theirs_as_they_were(story: Story) -> None:
    scheme = story.scheme
    scheme.next_day()

    scheme.bring("day-two")
    assert scheme.theirs() == story.theirs
    insured = {row["trackedEntity"] for row in scheme.sandbox.enrollments().values()
               if row["program"] == INSUREE_PROGRAM.uid}  # fmt: skip
    assert not insured & set(their_uids(scheme.sandbox.tracked_entities()))

    withdraw(scheme)
    assert set(scheme.sandbox.tracked_entities()) == set(their_uids(scheme.linked()))
    assert scheme.theirs() == story.theirs
