"""Render the changes of a first run as request bodies: against dicts and a JSON library.

    python -m tests.benchmarks.bundles [people]

Both ways read the same changes and write the same bytes to disk, each in a process of its own.
Exits with 1 if the stage is not 2.2 times as fast, needs more than 500 MiB, or needs more memory
for more people.
"""

import heapq
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from flows.steps.compare.bundles import stage_bundles
from flows.steps.shared.staged_changes import changes_of
from staging.files import sync
from staging.frames import is_done, write_frame
from staging.layout import Run
from staging.manifests import ChangesManifest
from tests.benchmarks.frames import desired, nothing_acknowledged
from tests.benchmarks.measuring import Cost, at_least, at_most, cost_of, costs_in_turn
from tests.support.manifests import changes_manifest
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.objects.phases import LISTS, POSTS
from transforms.changes.sending.bundles import number_bundles
from transforms.model.resources import RESOURCES, Resource, TrackerType
from transforms.model.tables.programs import PERSON_TYPE

PEOPLE = 25_000
BUNDLE_SIZE = 500
TURNS = 2
LEAST_TIMES_DICTS = 2.2
MOST_MIB = 500
MOST_GROWTH = 1.2

Row = Mapping[str, Any]
Body = dict[str, list[dict[str, Any]]]
Changes = Mapping[str, pl.LazyFrame]


def stage_changes(run: Run, people: int) -> None:
    """Stage the changes of a first run: every person is created, with all that belongs to him."""
    deltas: dict[str, Delta] = {}
    known = nothing_acknowledged()
    for resource in RESOURCES:
        wanted = desired(resource, people)
        above = deltas.get(resource.parent or "")
        found = delta(resource, wanted, known[resource.name], above=above)
        deltas[resource.name] = found
        write_frame(run.changes(resource.name, 0), found.changes.lazy().sort("person", "key"))
    changes_manifest(1).declare_done(run)


def stage(run: Run) -> None:
    stage_bundles(run, BUNDLE_SIZE)


def dicts(run: Run, other: Run) -> None:
    """Do the same with one dict an object."""
    changes = changes_of(run, 0)
    for phase, types in POSTS.items():
        resources = [each for each in RESOURCES if each.tracker_type in types]
        if not resources:
            continue
        other.outbox(phase).mkdir(parents=True)
        for number, body in enumerate(_bodies(resources, changes), start=1):
            other.bundle(phase, number).write_bytes(orjson.dumps(body))
    sync(bodies_of(other))


def bodies_of(run: Run) -> list[Path]:
    return sorted((run.folder / "outbox").glob("*/*.json"))


def _bodies(resources: Sequence[Resource], changes: Changes) -> Iterator[Body]:
    people = pl.concat(changes[each.name].select("person") for each in resources)
    bundles = dict(number_bundles(people, BUNDLE_SIZE).select("person", "bundle").iter_rows())
    listed = heapq.merge(
        *(_listed(each, changes[each.name], bundles) for each in resources), key=itemgetter(0)
    )
    for _, lists in groupby(listed, itemgetter(0)):
        yield {name: objects for _, name, objects in lists}


def _listed(
    resource: Resource, changes: pl.LazyFrame, bundles: Mapping[str, int]
) -> Iterator[tuple[int, str, list[dict[str, Any]]]]:
    columns = ("person", "uid", "parentUid", "orgUnit", "status", "occurredAt")
    values = [field.key for field in resource.fields]
    rows = changes.select(*columns, "cleared", *values).collect().iter_rows(named=True)
    for number, own in groupby(rows, lambda row: bundles[row["person"]]):
        objects = [OBJECTS[resource.tracker_type](resource, row) for row in own]
        yield number, LISTS[resource.tracker_type], objects


def _tracked_entity(resource: Resource, row: Row) -> dict[str, Any]:
    return {
        "trackedEntity": row["uid"],
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": row["orgUnit"],
        "attributes": _values("attribute", resource, row),
    }


def _enrollment(resource: Resource, row: Row) -> dict[str, Any]:
    return {
        "enrollment": row["uid"],
        "trackedEntity": row["parentUid"],
        "program": resource.program,
        "orgUnit": row["orgUnit"],
        "status": row["status"],
        "enrolledAt": row["occurredAt"],
        "occurredAt": row["occurredAt"],
    }


def _event(resource: Resource, row: Row) -> dict[str, Any]:
    return {
        "event": row["uid"],
        "enrollment": row["parentUid"],
        "program": resource.program,
        "programStage": resource.stage,
        "orgUnit": row["orgUnit"],
        "status": row["status"],
        "occurredAt": row["occurredAt"],
        "dataValues": _values("dataElement", resource, row),
    }


def _values(identifier: str, resource: Resource, row: Row) -> list[dict[str, Any]]:
    return [
        {identifier: field.uid, "value": row[field.key]}
        for field in resource.fields
        if row[field.key] is not None or field.key in row["cleared"]
    ]


OBJECTS = {
    TrackerType.TRACKED_ENTITY: _tracked_entity,
    TrackerType.ENROLLMENT: _enrollment,
    TrackerType.EVENT: _event,
}


def turn_of_stage(root: Path, people: int) -> Cost:
    run = _emptied(Run(root, f"people-{people}"))
    if not is_done(run, ChangesManifest.stage):
        stage_changes(run, people)
    return cost_of(stage, run)


def turn_of_dicts(root: Path, people: int) -> Cost:
    return cost_of(dicts, Run(root, f"people-{people}"), _emptied(Run(root, "dicts")))


def _emptied(run: Run) -> Run:
    run.manifest("outbox").unlink(missing_ok=True)
    for path in bodies_of(run):
        path.unlink()
    for folder in run.folder.glob("outbox/*"):
        folder.rmdir()
    return run


def check_same(run: Run, other: Run) -> None:
    """Make sure that both ways wrote the same."""
    found, expected = bodies_of(run), bodies_of(other)
    if not expected or len(found) != len(expected):
        raise AssertionError(f"{len(found)} bundles, {len(expected)} expected")
    for ours, theirs in zip(found, expected, strict=True):
        if ours.read_bytes() != theirs.read_bytes():
            raise AssertionError(f"{ours} is not {theirs}")


def main(arguments: Sequence[str]) -> int:
    people = int(arguments[0]) if arguments else PEOPLE
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        few = turn_of_stage(root, people // 4)
        costs = costs_in_turn(
            TURNS,
            stage=lambda: turn_of_stage(root, people),
            dicts=lambda: turn_of_dicts(root, people),
        )
        check_same(Run(root, f"people-{people}"), Run(root, "dicts"))
    return judged(people, few, **costs)


def judged(people: int, few: Cost, stage: Cost, dicts: Cost) -> int:
    """Print the figures; return 1 if one does not hold."""
    speed = dicts.processor_seconds / stage.processor_seconds
    by_the_clock = dicts.seconds / stage.seconds
    print(f"bundles of {people:,} people, {people * 10:,} objects")
    print(f"dicts / stage, by the clock {by_the_clock:.2f} (no bound: it depends on the cores)")
    holds = [
        at_least("dicts / stage, processor time", speed, LEAST_TIMES_DICTS),
        at_most("peak memory of the stage, MiB", stage.mebibytes, MOST_MIB),
        at_most("peak memory / that of a quarter", stage.mebibytes / few.mebibytes, MOST_GROWTH),
    ]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
