"""What a comparison partition by partition cannot know: who moved, and whose UID is taken."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from staging.divided import in_buckets
from transforms.changes.delta.partition_doubts import Partitioned, Sides, partition_doubts
from transforms.model.resources import RESOURCES, Resource

PARENT = RESOURCES[0]
CHILD = next(each for each in RESOURCES if each.parent == PARENT.name)
SAME_TYPE = [each for each in RESOURCES if each.tracker_type is CHILD.tracker_type]
CHANGES = {
    "key": pl.String,
    "uid": pl.String,
    "change": pl.String,
    "generation": pl.Int32,
    "uidBefore": pl.String,
    "parentUidBefore": pl.String,
    "partition": pl.Int32,
}
DESIRED = {"key": pl.String, "partition": pl.Int32}
ACKNOWLEDGED = {"key": pl.String, "uid": pl.String, "partition": pl.Int32}

Rows = list[dict[str, Any]]


def side(
    resource: Resource, changes: Rows = (), desired: Rows = (), acknowledged: Rows = ()
) -> Partitioned:
    return Partitioned(
        resource,
        pl.LazyFrame(list(changes), schema=CHANGES),
        pl.LazyFrame(list(desired), schema=DESIRED),
        pl.LazyFrame(list(acknowledged), schema=ACKNOWLEDGED),
        first_generation=0,
    )


def created(key: str, partition: int, uid: str = "new", generation: int = 0) -> dict[str, Any]:
    row = {"key": key, "uid": uid, "change": "create", "generation": generation}
    return row | {"partition": partition}


def deleted(key: str, partition: int, parent: str | None = None) -> dict[str, Any]:
    row = {"key": key, "change": "delete", "uidBefore": f"uid-{key}", "parentUidBefore": parent}
    return row | {"partition": partition}


def moved(*sides: Partitioned) -> list[tuple[str, str, int, int]]:
    """Return resource, key, source and destination of the movers."""
    given = {each.resource.name: each for each in sides}
    whole = [given.get(each.name, side(each)) for each in RESOURCES]
    return partition_doubts(whole, 2).movers.sort("key").rows()


def test_what_looks_new_here_and_is_acknowledged_there_has_moved() -> None:
    before = [{"key": "a", "uid": "uid-a", "partition": 0}]

    assert moved(side(CHILD, [created("a", 1)], acknowledged=before)) == [(CHILD.name, "a", 0, 1)]


def test_what_returns_in_a_later_generation_has_not_moved() -> None:
    before = [{"key": "a", "uid": "uid-a", "partition": 0}]

    assert moved(side(CHILD, [created("a", 1, generation=1)], acknowledged=before)) == []


def test_what_looks_deleted_here_and_is_desired_there_has_moved() -> None:
    desired = [{"key": "a", "partition": 1}]

    assert moved(side(CHILD, [deleted("a", 0)], desired)) == [(CHILD.name, "a", 0, 1)]


def test_a_deleted_parent_takes_along_what_is_desired_elsewhere() -> None:
    parents = side(PARENT, [deleted("p", 0)])
    children = side(CHILD, [deleted("a", 0, parent="uid-p")], [{"key": "a", "partition": 1}])

    assert moved(parents, children) == []


def test_a_parent_that_moves_itself_takes_nothing_along() -> None:
    parents = side(PARENT, [deleted("p", 0)], [{"key": "p", "partition": 1}])
    children = side(CHILD, [deleted("a", 0, parent="uid-p")], [{"key": "a", "partition": 1}])

    assert moved(parents, children) == [(CHILD.name, "a", 0, 1), (PARENT.name, "p", 0, 1)]


def test_within_one_partition_nobody_moves() -> None:
    whole = [side(each, [deleted("a", 0)], [{"key": "a", "partition": 1}]) for each in RESOURCES]

    assert partition_doubts(whole, 1).is_empty


def test_a_uid_that_another_resource_of_the_type_has_is_taken() -> None:
    one, other = SAME_TYPE[:2]
    given = {
        one.name: side(one, [created("a", 0, uid="same")]),
        other.name: side(other, acknowledged=[{"key": "b", "uid": "same", "partition": 1}]),
    }

    found = partition_doubts([given.get(each.name, side(each)) for each in RESOURCES], 2)

    assert found.collided.rows() == [(one.name, "a", 0)]
    assert found.movers.is_empty()


def test_two_new_objects_of_one_uid_are_both_named() -> None:
    given = {CHILD.name: side(CHILD, [created("a", 0, "same"), created("b", 1, "same")])}

    found = partition_doubts([given.get(each.name, side(each)) for each in RESOURCES], 2)

    assert found.collided.sort("key").rows() == [(CHILD.name, "a", 0), (CHILD.name, "b", 1)]


def test_only_the_partitions_of_what_was_found_are_compared_once_more() -> None:
    before = [{"key": "a", "uid": "uid-a", "partition": 5}]
    news = [created("a", 3), created("b", 1, "same"), created("c", 7, "same"), created("d", 6, "d")]
    given = {CHILD.name: side(CHILD, news, acknowledged=before)}

    found = partition_doubts([given.get(each.name, side(each)) for each in RESOURCES], 8)

    assert found.partitions == {1, 3, 5, 7}


def test_sides_that_are_larger_than_memory_say_the_same_bucket_by_bucket(tmp_path: Path) -> None:
    before = [{"key": f"{n}", "uid": f"uid-{n % 7}", "partition": n % 3} for n in range(40)]
    news = [created(f"{n}", n % 2, f"uid-{n % 11}") for n in range(20, 60)]
    given = {CHILD.name: side(CHILD, news, acknowledged=before)}
    whole = [given.get(each.name, side(each)) for each in RESOURCES]

    def bucket_by_bucket(sides: Sides, by: str) -> Iterator[Sides]:
        return in_buckets(tmp_path / "buckets", sides, by, 5)

    at_once, divided = partition_doubts(whole, 3), partition_doubts(whole, 3, bucket_by_bucket)

    assert len(at_once.movers) > 0 < len(at_once.collided)
    assert divided.movers.sort("key").equals(at_once.movers.sort("key"))
    assert divided.collided.sort("key").equals(at_once.collided.sort("key"))
    assert not (tmp_path / "buckets").exists()
