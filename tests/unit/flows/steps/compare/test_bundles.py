"""How many requests a night makes of which most partitions hear little."""

import uuid
from pathlib import Path

import orjson
import polars as pl
import pytest

from flows.steps.compare.bundles import stage_bundles
from flows.steps.shared.units import Units
from staging.files import write_json
from staging.frames import write_frame
from staging.layout import Run
from staging.outbox import ACROSS, Bundle, bundles
from tests.laws.world import desired_frame
from tests.support.manifests import changes_manifest
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.objects.phases import Phase
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.model.resources import RESOURCES, TRACKED_ENTITIES

PARTITIONS = 32
VILLAGE = "VillageOneA"


def staged(run: Run, people: list[int]) -> None:
    """Stage the changes of a night: so many new people in each partition."""
    for number, count in enumerate(people):
        deltas: dict[str, Delta] = {}
        for resource in RESOURCES:
            keys = [
                str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {each}")) for each in range(count)
            ]
            rows = [{"key": key, "person": key, "orgUnit": VILLAGE} for key in keys]
            wanted = desired_frame(resource, rows if resource is TRACKED_ENTITIES else [])
            known = pl.LazyFrame(schema=acknowledged_schema(resource))
            above = deltas.get(resource.parent or "")
            deltas[resource.name] = delta(resource, wanted, known, above=above)
            changes = deltas[resource.name].changes.lazy().sort("person", "key")
            write_frame(run.changes(resource.name, number), changes)
    changes_manifest(len(people)).declare_done(run)


def made(run: Run, size: int = 500) -> list[Bundle]:
    stage_bundles(run, size)
    return bundles(run)


def people_in(made: list[Bundle]) -> list[str]:
    bodies = [orjson.loads(bundle.body()) for bundle in made]
    return [each["trackedEntity"] for body in bodies for each in body["trackedEntities"]]


@pytest.mark.large
def test_a_quiet_night_makes_one_request_a_phase_whatever_the_partitions(tmp_path: Path) -> None:
    run = Run(tmp_path, "quiet")
    staged(run, [1] * PARTITIONS)

    [bundle] = made(run)

    assert (bundle.phase, bundle.objects, bundle.partition) == (Phase.PEOPLE, PARTITIONS, ACROSS)
    assert len(set(people_in([bundle]))) == PARTITIONS


def test_partitions_with_much_keep_their_own_bundles_and_no_bundle_is_too_large(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path, "mixed")
    staged(run, [3, 4, 25, 2, 0, 6, 9, 1])

    found = made(run, size=10)

    assert [(bundle.partition, bundle.objects) for bundle in found] == [
        (ACROSS, 7), (2, 10), (2, 10), (2, 5), (ACROSS, 8), (ACROSS, 10),
    ]  # fmt: skip
    assert len(set(people_in(found))) == sum(bundle.objects for bundle in found) == 50


def test_bundles_that_are_made_side_by_side_are_those_that_are_made_one_by_one(
    tmp_path: Path,
) -> None:
    one, other = Run(tmp_path / "one", "night"), Run(tmp_path / "other", "night")
    for run in (one, other):
        staged(run, [3, 4, 25, 2, 0, 6])

    stage_bundles(one, 10)
    stage_bundles(other, 10, Units(at_once=3))

    assert one.manifest("outbox").read_bytes() == other.manifest("outbox").read_bytes()


def test_a_run_that_an_older_version_began_keeps_the_bundles_that_it_may_have_posted(
    tmp_path: Path,
) -> None:
    run = Run(tmp_path, "old")
    staged(run, [1, 2])
    write_json(run.run_file, {"bundle_size": 500})

    assert [bundle.partition for bundle in made(run)] == [0, 1]


@pytest.mark.parametrize("size", [1, 7])
def test_bundles_that_are_made_once_more_are_those_of_before(tmp_path: Path, size: int) -> None:
    run = Run(tmp_path, "again")
    staged(run, [1, 2, 3])
    before = [(bundle.checksum, bundle.partition) for bundle in made(run)]
    run.manifest("outbox").unlink()

    assert [(bundle.checksum, bundle.partition) for bundle in made(run, size)] == before
