"""The laws of the engine: delta, rules, bundles and fold, on worlds that nobody thought of."""

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.pipeline import Pipeline, World
from tests.laws.world import LISTS, PARENTS, PLACES, MemoryDhis2, worlds
from transforms.changes.delta.deltas import Delta
from transforms.changes.objects.phases import Phase
from transforms.model.resources import RESOURCES

NIGHTS = 5  # a deletion in doubt is found, its children follow, and late answers are waited for


def without_faults(world: World) -> World:
    return {name: [{**row, "faults": []} for row in rows] for name, rows in world.items()}


def turned(world: World) -> World:
    """The same objects, all of them elsewhere and with other values."""
    others = {"1": "2", "2": None, None: "1", **dict(pairwise((*PLACES, PLACES[0])))}
    fields = {f.key for resource in RESOURCES for f in resource.fields if not f.unique}
    turning = fields | {"orgUnit"}
    return {
        name: [
            {key: others[value] if key in turning else value for key, value in row.items()}
            for row in rows
        ]
        for name, rows in world.items()
    }


def meaning(dhis2: MemoryDhis2) -> dict[str, list[Any]]:
    """What an analyst sees, without UIDs: every object with its values below its parents."""

    def above(name: str, thing: dict[str, Any]) -> list[Any]:
        parent = PARENTS.get(name)
        if parent is None:
            return []
        upper = next(each for each, identifier in LISTS.items() if identifier == parent)
        return seen(upper, dhis2.live[upper][thing[parent]])

    def seen(name: str, thing: dict[str, Any]) -> list[Any]:
        plain = ("orgUnit", "status", "occurredAt", "program", "programStage")
        values = sorted(thing["values"].items())
        return [[thing.get(each) for each in plain], values, above(name, thing)]

    return {
        name: sorted((seen(name, thing) for thing in things.values()), key=str)
        for name, things in dhis2.live.items()
    }


@given(before=worlds(), after=worlds())
def test_once_everything_was_accepted_dhis2_holds_what_openimis_says(before, after):
    scheme, fresh = Pipeline(), Pipeline()

    scheme.run(without_faults(before))
    scheme.run(without_faults(after))
    fresh.run(without_faults(after))

    assert meaning(scheme.dhis2) == meaning(fresh.dhis2)


@given(world=worlds())
def test_when_nothing_changed_nothing_is_posted(world):
    scheme = Pipeline()
    scheme.run(without_faults(world))

    assert scheme.bodies(scheme.deltas(without_faults(world))) == []


@pytest.mark.longer
@settings(max_examples=6)  # five runs an example
@given(before=worlds(), after=worlds(), cut=st.integers(0, 12))
def test_a_run_cut_short_is_finished_by_the_next(before, after, cut):
    scheme, undisturbed = Pipeline(), Pipeline()
    for each in (scheme, undisturbed):
        each.run(without_faults(before))

    scheme.run(without_faults(after), only=cut)
    scheme.run(without_faults(after))
    undisturbed.run(without_faults(after))

    assert meaning(scheme.dhis2) == meaning(undisturbed.dhis2)


@pytest.mark.longer
@settings(max_examples=6)  # six runs an example
@given(world=worlds(), unanswered=st.integers(0, 4))
def test_what_comes_after_the_next_run_is_made_good_by_the_one_after_that(world, unanswered):
    days = [without_faults(world), turned(without_faults(world))]
    scheme, undisturbed = Pipeline(), Pipeline()
    for each in (scheme, undisturbed):
        each.run(days[1])
    undisturbed.run(days[0])
    undisturbed.run(days[1])

    scheme.run(days[0], unanswered=unanswered)
    late = scheme.late
    scheme.run(days[1])
    if late:
        scheme.dhis2.post(*late)
    scheme.run(days[1])

    assert meaning(scheme.dhis2) == meaning(undisturbed.dhis2)
    assert scheme.dhis2.owners == undisturbed.dhis2.owners
    assert scheme.bodies(scheme.deltas(days[1])) == []


@pytest.mark.large
@settings(max_examples=25)
@given(
    before=worlds(),
    after=worlds(),
    another=worlds() | st.none(),
    bundles=st.integers(1, 12),
    is_taken=st.booleans(),
)
def test_what_was_in_doubt_is_made_good_whatever_openimis_says_next(
    before, after, another, bundles, is_taken
):
    third = after if another is None else another
    scheme, undisturbed = Pipeline(), Pipeline()
    scheme.run(without_faults(before))

    scheme.run(without_faults(after), only=bundles, is_answer_lost=True, is_taken=is_taken)
    for _ in range(NIGHTS):
        scheme.run(without_faults(third))
    undisturbed.run(without_faults(third))

    assert meaning(scheme.dhis2) == meaning(undisturbed.dhis2)
    assert scheme.bodies(scheme.deltas(without_faults(third))) == []


def person_with(number: str) -> World:
    uuid = "11111111-0000-4000-8000-000000000000"
    row = {"key": uuid, "parent": None, "person": uuid, "orgUnit": PLACES[0], "faults": []}
    unique = {field.key: number for field in RESOURCES[0].unique_fields}
    return {r.name: [] for r in RESOURCES} | {"tracked_entities": [row | unique]}


def test_a_person_who_is_gone_without_an_answer_comes_back_though_the_number_is_in_doubt_too():
    nobody: World = {resource.name: [] for resource in RESOURCES}
    scheme = Pipeline()
    scheme.run(person_with("n1"))
    scheme.run(person_with("n2"), only=1, is_answer_lost=True)
    scheme.run(nobody, is_answer_lost=True)

    for _ in range(2):
        scheme.run(person_with("n2"))

    assert scheme.bodies(scheme.deltas(person_with("n2"))) == []
    [person] = scheme.dhis2.live["trackedEntities"].values()
    assert set(person["values"].values()) == {"n2"}


def person_enrolled_twice(village: str) -> World:
    """A person who is insured and has a claim; the village is that of the person."""
    world = person_with("n1")
    [person] = world["tracked_entities"]
    person["orgUnit"] = village
    enrolled = {"parent": person["key"], "status": "ACTIVE", "occurredAt": "2024-01-01"}
    insured = person | enrolled
    claim = insured | {"key": "aaaaaaaa-0000-4000-8000-000000000000", "orgUnit": PLACES[0]}
    return world | {"insuree_enrollments": [insured], "claim_enrollments": [claim]}


def test_an_owner_in_doubt_is_one_of_the_insuree_enrollment_and_is_sent_until_it_is_known():
    scheme = Pipeline()
    scheme.run(person_enrolled_twice(PLACES[0]) | {"claim_enrollments": []})
    moved = person_enrolled_twice(PLACES[1])

    scheme.run(moved, is_answer_lost=True)
    scheme.run(moved)
    scheme.run(moved)

    owners = {
        name: scheme.acknowledged[name].collect()["owner"].to_list()
        for name in ("insuree_enrollments", "claim_enrollments")
    }
    assert owners == {"insuree_enrollments": [PLACES[1]], "claim_enrollments": [PLACES[0]]}
    assert scheme.bodies(scheme.deltas(moved)) == []


@pytest.mark.parametrize("comes", [True, False])
def test_what_a_late_request_makes_after_it_was_deleted_is_deleted_once_more(comes):
    nobody: World = {resource.name: [] for resource in RESOURCES}
    somebody = person_enrolled_twice(PLACES[0])
    scheme = Pipeline()
    [(phase, body)] = scheme.bodies(scheme.deltas(somebody), size=10)
    scheme.run(somebody, only=1, is_answer_lost=True, is_taken=False)
    scheme.run(nobody)
    if comes:
        scheme.dhis2.post(phase.value, body)

    scheme.run(nobody)

    assert scheme.dhis2.live == {name: {} for name in LISTS}
    assert scheme.held() == {name: set() for name in LISTS}
    assert scheme.bodies(scheme.deltas(nobody)) == []


@pytest.mark.longer
@given(before=worlds(), after=worlds(), third=worlds(), draw=st.data())
def test_what_we_think_dhis2_holds_is_what_it_holds(before, after, third, draw):
    scheme = Pipeline()
    refused = draw.draw(st.sets(st.integers(0, 6)))

    def refuses(_phase: str, _name: str, uid: str) -> bool:
        return sum(uid.encode()) % 7 in refused

    scheme.run(before)
    scheme.run(after, refuses)
    scheme.run(third)

    live = {name: set(things) for name, things in scheme.dhis2.live.items()}
    assert scheme.held() == live


@pytest.mark.longer
@given(before=worlds(), after=worlds())
def test_every_changed_object_is_posted_or_rejected(before, after):
    scheme = Pipeline()
    scheme.run(before)

    deltas = scheme.deltas(after)

    for resource in RESOURCES:
        wanted = {row["key"] for row in after[resource.name]}
        found = deltas[resource.name]
        arrived = set(found.changes.filter(pl.col("change") != "delete")["key"])
        rejected = set(found.rejects["key"])
        kept = set(found.after["key"]) - arrived
        assert arrived | rejected | kept == wanted | kept
        assert not arrived & rejected


@pytest.mark.longer
@given(before=worlds(), after=worlds())
def test_a_row_that_breaks_a_rule_is_not_deleted_while_its_parent_stays(before, after):
    scheme = Pipeline()
    scheme.run(without_faults(before))
    held = scheme.held()["trackedEntities"]

    deltas = scheme.deltas(after)

    deleted = set(deltas["tracked_entities"].changes.filter(change="delete")["key"])
    assert deleted.isdisjoint(row["key"] for row in after["tracked_entities"])
    assert deleted <= {row["key"] for row in before["tracked_entities"]}
    assert len(deleted) <= len(held)


@given(world=worlds(), size=st.integers(1, 5))
def test_a_persons_objects_lie_in_one_bundle_of_a_phase(world, size):
    scheme = Pipeline()
    deltas = scheme.deltas(without_faults(world))

    bodies = scheme.bodies(deltas, size)

    for phase in (Phase.PEOPLE, Phase.EVENTS):
        people = [_people(body, deltas) for each, body in bodies if each is phase]
        assert sum(len(each) for each in people) == len(set().union(*people))


def _people(body: bytes, deltas: dict[str, Delta]) -> set[str]:
    changes = pl.concat(
        each.changes.select("person", "uid", resource=pl.lit(name)) for name, each in deltas.items()
    )
    return {
        person
        for person, uid in changes.select("person", "uid").iter_rows()
        if f'"{uid}"'.encode() in body
    }


NIGHT = st.tuples(worlds(), st.integers(1, 12), st.booleans())
BAD = st.sets(st.integers(0, 4))


def assert_all_that_is_not_refused_arrives(
    nights: list[tuple[World, int, bool]], last: World, bad: set[int], quiet: int
) -> None:
    """Let some nights go wrong, and `quiet` ones not; what DHIS2 refuses is refused on all."""

    def refuses(phase: str, name: str, uid: str) -> bool:
        return name == "events" and "delete" not in phase and sum(uid.encode()) % 5 in bad

    scheme = Pipeline()
    for world, bundles, is_taken in nights:
        scheme.run(without_faults(world), refuses, bundles, is_answer_lost=True, is_taken=is_taken)
    for _ in range(quiet):
        scheme.run(without_faults(last), refuses)

    for name, found in scheme.deltas(without_faults(last)).items():
        waiting = set(found.changes["uid"])
        assert all(refuses("events", "events", uid) for uid in waiting), name
        assert waiting == set() or name.endswith(("_events", "_services", "_items"))


@pytest.mark.large
@settings(max_examples=15)
@given(nights=st.lists(NIGHT, min_size=1, max_size=3), last=worlds(), bad=BAD)
def test_whatever_went_wrong_on_however_many_nights_all_that_is_not_refused_arrives(
    nights, last, bad
):
    """No record and no night stops a country, and nobody has to help."""
    assert_all_that_is_not_refused_arrives(nights, last, bad, NIGHTS + 1)


@pytest.mark.longer
@settings(max_examples=4)
@given(nights=st.lists(NIGHT, min_size=1, max_size=2), last=worlds(), bad=BAD)
def test_whatever_went_wrong_on_a_night_or_two_all_that_is_not_refused_arrives(nights, last, bad):
    """The law of above on a few worlds, for continuous integration."""
    assert_all_that_is_not_refused_arrives(nights, last, bad, NIGHTS + 1)
