"""The law over nights: no record, no night and no release stops a country.

Whatever was wrong, after any finite number of faulty nights the next ones, without anybody's help,
bring in all that is not faulty; every fault is named; and nothing of an earlier night is posted.

A night may be cut short, lose an answer, have another privacy policy, hold back kinds of change, or
be stopped because DHIS2 refuses too much. Rows may break rules, and DHIS2 may refuse people,
enrollments and events for ever, and their deletions too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.laws.pipeline import SEND_ALL, Night, Pipeline, Refuses, World
from tests.laws.world import LISTS, TYPES, worlds
from transforms.changes.outcomes import refusals
from transforms.changes.phases import POSTS
from transforms.changes.schemas import Change
from transforms.core.fields import Treatment
from transforms.model.privacy import Policy
from transforms.model.resources import RESOURCES, Resource, TrackerType
from transforms.openimis.country import Guards

SETTLING = 7  # nights in which what is in doubt is found, and its children follow
LONGEST = 60  # a night that is stopped gets further by the limit of the guards
REFUSAL = "E9999"
PLAIN = [
    field.key
    for resource in RESOURCES
    for field in [each for each in resource.fields if not each.unique][:2]
]
LIST_OF = dict(zip(TrackerType, LISTS, strict=True))
VALUES_OF = {
    "trackedEntities": ("attributes", "attribute"),
    "enrollments": ("attributes", "attribute"),
    "events": ("dataValues", "dataElement"),
}
UNIQUE = {field.uid for field in RESOURCES[0].unique_fields}

POLICIES = st.dictionaries(
    st.sampled_from(PLAIN), st.sampled_from([Treatment.GENERALISE, Treatment.DROP]), max_size=4
).map(lambda some: SEND_ALL | some)
HELD_BACK = st.dictionaries(
    st.sampled_from([resource.name for resource in RESOURCES]),
    st.sets(st.sampled_from([each.value for each in Change]), min_size=1),
    max_size=1,
)


@dataclass(frozen=True)
class Bad:
    """A night that goes wrong."""

    world: World
    policy: Policy
    bundles: int
    is_taken: bool
    held_back: dict[str, set[str]]


BADS = st.builds(Bad, worlds(), POLICIES, st.integers(1, 12), st.booleans(), HELD_BACK)
REFUSED = st.sets(st.integers(0, 6), max_size=3)


def refusing(remainders: set[int], *, deletions: bool) -> Refuses:
    """DHIS2 fails on some UIDs of whatever kind, and perhaps on their deletion too."""

    def refuses(phase: str, _name: str, uid: str) -> bool:
        return (deletions or "delete" not in phase) and sum(uid.encode()) % 7 in remainders

    return refuses


def tell(
    nights: list[Bad], last: World, policy: Policy, refuses: Refuses, limit: int
) -> tuple[Pipeline, list[Night]]:
    """Let some nights go wrong; return the pipeline, and the nights after that."""
    scheme, guards = (
        Pipeline(),
        Guards(
            misconfigured_count=limit, misconfigured_share=0, bad_data_count=limit, bad_data_share=0
        ),
    )
    for bad in nights:
        scheme.policy = bad.policy
        scheme.night(
            bad.world,
            refuses,
            bad.bundles,
            is_answer_lost=True,
            is_taken=bad.is_taken,
            guards=guards,
            held_back=bad.held_back,
        )
    scheme.policy = policy
    told = []
    for _ in range(LONGEST):
        told.append(scheme.night(last, refuses, guards=guards))
        if is_like_the_next(told[-1]):
            break
    return scheme, told


def is_like_the_next(night: Night) -> bool:
    """Whether DHIS2 took nothing of a whole night, so that each further one is the same."""
    return not night.is_stopped and all(each["accepted"] is False for each in night.outcomes)


def assert_the_law(
    nights: list[Bad], last: World, policy: Policy, refuses: Refuses, limit: int
) -> None:
    scheme, told = tell(nights, last, policy, refuses, limit)
    stopped = sum(night.is_stopped for night in told)
    event(f"nights that DHIS2 stopped: {stopped}")

    assert is_like_the_next(told[-1])
    assert len(told) <= SETTLING + stopped
    for night in told:
        assert_only_todays_values_are_posted(night, last, policy)
        assert_every_change_is_answered_or_stopped(night)
    assert_what_is_not_faulty_is_there(scheme, told[-1], last, policy)
    assert_what_waits_is_named(scheme, told[-1], last, policy)
    assert all(scheme.held()[name] >= rows.keys() for name, rows in scheme.dhis2.live.items())


def assert_only_todays_values_are_posted(night: Night, last: World, policy: Policy) -> None:
    """What is posted is what the last world says under the last policy, and breaks no rule."""
    rows = rows_by_key(last)
    keys = keys_by_uid(night)
    for phase, body in night.posted:
        for kind, thing in objects_of(body) if phase in POSTS else ():
            resource, key = keys[TYPES[kind], thing[LISTS[kind]]]
            row = rows[resource.name, key]
            assert not row["faults"]
            assert thing["orgUnit"] == row["orgUnit"]
            assert values_sent(kind, thing).items() <= values_of(resource, row, policy).items()


def assert_every_change_is_answered_or_stopped(night: Night) -> None:
    """Accepted, refused or taken out: a whole night answers for each of its changes."""
    if night.is_stopped:
        return
    answered = {(each["type"], each["uid"]) for each in night.outcomes}
    for resource in RESOURCES:
        changes = night.deltas[resource.name].changes
        uids = changes.select(pl.when(change="delete").then("uidBefore").otherwise("uid"))
        assert {(resource.tracker_type.value, uid) for (uid,) in uids.iter_rows()} <= answered


def assert_what_is_not_faulty_is_there(
    scheme: Pipeline, night: Night, last: World, policy: Policy
) -> None:
    """Of whoever has no fault, and depends on nobody who has, DHIS2 has all and nothing else."""
    touched = people_touched(scheme, night, last)
    for resource in RESOURCES:
        known = acknowledged_rows(scheme, resource)
        wanted = {row["key"] for row in last[resource.name] if row["person"] not in touched}
        assert {key for key, row in known.items() if row["person"] not in touched} == wanted
        for row in last[resource.name]:
            if row["key"] in wanted:
                uid = known[row["key"]]["uid"]
                thing = scheme.dhis2.live[LIST_OF[resource.tracker_type]][uid]
                assert thing["orgUnit"] == row["orgUnit"]
                assert thing["values"] == values_of(resource, row, policy)


def assert_what_waits_is_named(scheme: Pipeline, night: Night, last: World, policy: Policy) -> None:
    """Each object that DHIS2 has not as it is desired is a reject: of a rule, or of DHIS2."""
    for resource in RESOURCES:
        found = night.deltas[resource.name]
        outcomes = night.frame.lazy()
        of_dhis2 = refusals(resource, found.changes.lazy(), outcomes).collect()
        named = {*found.rejects["key"], *of_dhis2["key"]}
        assert set(found.changes["key"]) <= set(of_dhis2["key"])
        known = acknowledged_rows(scheme, resource)
        for row in last[resource.name]:
            is_there = row["key"] in known and {
                field.key: known[row["key"]][field.key] for field in resource.fields
            } == all_values_of(resource, row, policy)
            assert is_there or row["key"] in named
        assert known.keys() - {row["key"] for row in last[resource.name]} <= named


def people_touched(scheme: Pipeline, night: Night, last: World) -> set[str]:
    """Whoever has a fault, or builds on somebody who has: by a claim that moved, or by a number."""
    touched = {row["person"] for rows in last.values() for row in rows if row["faults"]}
    refused = {(each["type"], each["uid"]) for each in night.outcomes if REFUSAL in each["codes"]}
    links = []
    for resource in RESOURCES:
        kind = resource.tracker_type.value
        changes = night.deltas[resource.name].changes
        for row in changes.select("uid", "uidBefore", "person", "personBefore").iter_rows(
            named=True
        ):
            both = {row["person"], row["personBefore"]} - {None}
            links.append(both)
            if {(kind, row["uid"]), (kind, row["uidBefore"])} & refused:
                touched |= both
        known = acknowledged_rows(scheme, resource)
        links += [
            {row["person"], known[row["key"]]["person"]}
            for row in last[resource.name]
            if row["key"] in known
        ]
    links += people_who_want_the_number_of_another(scheme, last)
    for _ in links:
        touched |= {each for both in links if both & touched for each in both}
    return touched


def people_who_want_the_number_of_another(scheme: Pipeline, last: World) -> list[set[str]]:
    """Pairs of people of whom one has in DHIS2 the number that the other is to have."""
    person_of = {
        row["uid"]: row["person"] for row in acknowledged_rows(scheme, RESOURCES[0]).values()
    }
    has = {
        value: person_of.get(uid)
        for uid, thing in scheme.dhis2.live["trackedEntities"].items()
        for field, value in thing["values"].items()
        if field in UNIQUE
    }
    number = RESOURCES[0].unique_fields[0].key
    return [
        {row["person"], str(has[row[number]])}
        for row in last["tracked_entities"]
        if row[number] in has
    ]


def rows_by_key(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    return {(name, row["key"]): row for name, rows in world.items() for row in rows}


def keys_by_uid(night: Night) -> dict[tuple[str, str], tuple[Resource, str]]:
    """The object that each UID of the night's changes is of."""
    return {
        (resource.tracker_type.value, uid): (resource, key)
        for resource in RESOURCES
        for uid, key in night.deltas[resource.name].changes.select("uid", "key").iter_rows()
    }


def objects_of(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    content = orjson.loads(body)
    for kind in LISTS:
        for thing in content.get(kind, ()):
            yield kind, thing


def values_sent(kind: str, thing: dict[str, Any]) -> dict[str, str]:
    """The values of a posted object by UID; a null empties, and says nothing."""
    name, identifier = VALUES_OF[kind]
    values = thing.get(name) or ()
    return {each[identifier]: each["value"] for each in values if each["value"] is not None}


def all_values_of(resource: Resource, row: dict[str, Any], policy: Policy) -> dict[str, str | None]:
    """The values of a row by field key, in the form in which they may leave."""
    forms = {
        Treatment.SEND: lambda value: value,
        Treatment.GENERALISE: lambda value: f"{value[:4]}-01-01",
        Treatment.DROP: lambda _: None,
    }
    return {
        field.key: value and forms[policy[field.key]](value)
        for field in resource.fields
        for value in [row.get(field.key)]
    }


def values_of(resource: Resource, row: dict[str, Any], policy: Policy) -> dict[str, str]:
    """The same by UID, without those that are empty."""
    by_key = all_values_of(resource, row, policy)
    uids = {field.key: field.uid for field in resource.fields}
    return {uids[key]: value for key, value in by_key.items() if value is not None}


def acknowledged_rows(scheme: Pipeline, resource: Resource) -> dict[str, dict[str, Any]]:
    held = scheme.acknowledged[resource.name].filter(state="held").collect()
    return {row["key"]: row for row in held.iter_rows(named=True)}


STORY = {
    "last": worlds(),
    "policy": POLICIES,
    "refused": REFUSED,
    "deletions": st.booleans(),
    "limit": st.integers(2, 8),
}


@pytest.mark.large
@settings(max_examples=60)
@given(nights=st.lists(BADS, min_size=1, max_size=3), **STORY)
def test_whatever_went_wrong_all_that_is_not_faulty_arrives_and_every_fault_is_named(
    nights, last, policy, refused, deletions, limit
):
    assert_the_law(nights, last, policy, refusing(refused, deletions=deletions), limit)


@settings(max_examples=3)
@given(nights=st.lists(BADS, min_size=1, max_size=2), **STORY)
def test_whatever_went_wrong_on_a_night_or_two_all_that_is_not_faulty_arrives(
    nights, last, policy, refused, deletions, limit
):
    """The law of above on a few worlds, for continuous integration."""
    assert_the_law(nights, last, policy, refusing(refused, deletions=deletions), limit)
