"""What has to be posted when people lie in several partitions."""

from pathlib import Path
from typing import Any

import polars as pl

from flows.steps.compare.changes import stage_changes
from flows.steps.compare.inputs import Inputs
from staging.acknowledged import write
from staging.current import Current, with_version
from staging.frames import declare_done, scan_frame, write_frame
from staging.layout import Run, Target
from tests.laws.world import desired_frame
from tests.support.builders import register
from tests.system.set_up.a_country import a_country
from transforms.changes.answers.metadata_changes import with_content
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.model.desired import desired_metadata
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_ITEMS,
    METADATA,
    RESOURCE_BY_NAME,
    RESOURCES,
    TRACKED_ENTITIES,
    Scope,
)

IN_FIRST = "00000000-0000-4000-8000-000000000000"
IN_SECOND = "00010000-0000-4000-8000-000000000000"
CLAIM = "aaaaaaaa-0000-4000-8000-000000000000"
VILLAGE = "ouVillage01"
PARTITIONS = 2

Rows = dict[tuple[str, int], list[dict[str, Any]]]


def person(uuid: str) -> dict[str, Any]:
    return {"key": uuid, "person": uuid, "orgUnit": VILLAGE}


def claim_of(uuid: str | None, **changes: Any) -> dict[str, Any]:
    plain = {"key": CLAIM, "parent": uuid, "person": uuid, "orgUnit": VILLAGE}
    return plain | {"status": "COMPLETED", "occurredAt": "2024-01-01"} | changes


def held(row: dict[str, Any], uid: str, parent_uid: str | None = None) -> dict[str, Any]:
    return row | {"uid": uid, "parentUid": parent_uid, "generation": 0, "state": "held"}


def staged(root: Path, wanted: Rows, confirmed: Rows) -> dict[str, list[str]]:
    """Return resource → changes that the comparison of both found."""
    run, target = Run(root, "run"), Target(root, "ministry")
    checksums: dict[str, list[str]] = {}
    for resource in RESOURCES:
        for number in range(PARTITIONS):
            rows = wanted.get((resource.name, number), [])
            write_frame(run.desired(resource.name, number), desired_frame(resource, rows))
            known = pl.DataFrame(
                confirmed.get((resource.name, number), []), schema=acknowledged_schema(resource)
            )
            written = write(target, "before", resource.name, number, known.lazy())
            checksums.setdefault(resource.name, []).append(written)
    metadata = desired_metadata(register(), a_country(), None)
    for name in METADATA:
        write_frame(run.desired(name, 0), with_content(metadata[name]))
    declare_done(run, "desired", {"partitions": PARTITIONS, "rows": {}})
    current = with_version(Current(partitions=PARTITIONS, counter=1), "before", checksums)
    stage_changes(run, target, current, Inputs(a_country(), None, None, [Scope.ALL], None))
    changes = {
        name: pl.concat(scan_frame(run.changes(name, number)) for number in range(PARTITIONS))
        for name in RESOURCE_BY_NAME
    }
    return {name: frame.collect()["change"].to_list() for name, frame in changes.items()}


PEOPLE = {
    (TRACKED_ENTITIES.name, 0): [person(IN_FIRST)],
    (TRACKED_ENTITIES.name, 1): [person(IN_SECOND)],
}
CONFIRMED = {
    (TRACKED_ENTITIES.name, 0): [held(person(IN_FIRST), "00000000000")],
    (TRACKED_ENTITIES.name, 1): [held(person(IN_SECOND), "00010000000")],
    (CLAIM_ENROLLMENTS.name, 1): [held(claim_of(IN_SECOND), "aaaaaaaaaaa", "00010000000")],
}


def test_a_claim_entered_for_the_wrong_person_is_replaced_and_not_deleted(tmp_path: Path):
    wanted = PEOPLE | {(CLAIM_ENROLLMENTS.name, 0): [claim_of(IN_FIRST)]}

    found = staged(tmp_path, wanted, CONFIRMED)

    assert found[CLAIM_ENROLLMENTS.name] == ["replace"]


def test_a_claim_that_changes_its_person_and_breaks_a_rule_is_not_taken_for_deleted(
    tmp_path: Path,
):
    broken = claim_of(IN_FIRST, faults=["claim_date_missing"])

    found = staged(tmp_path, PEOPLE | {(CLAIM_ENROLLMENTS.name, 0): [broken]}, CONFIRMED)

    assert found[CLAIM_ENROLLMENTS.name] == []


def test_a_claim_whose_person_openimis_lost_is_not_taken_for_deleted(tmp_path: Path):
    lost = claim_of(None, faults=["claim_insuree_unknown"])

    found = staged(tmp_path, PEOPLE | {(CLAIM_ENROLLMENTS.name, 0): [lost]}, CONFIRMED)

    assert found[CLAIM_ENROLLMENTS.name] == []


ITEM = {"key": "7", "parent": CLAIM, "orgUnit": VILLAGE, "status": "COMPLETED"}
ITEM |= {"occurredAt": "2024-01-01"}
LOST = {
    (CLAIM_ENROLLMENTS.name, 0): [claim_of(None, faults=["claim_insuree_unknown"])],
    (CLAIM_ITEMS.name, 0): [ITEM | {"person": None, "faults": ["claim_insuree_unknown"]}],
}
CONFIRMED_ITEM = {
    (CLAIM_ITEMS.name, 1): [held(ITEM | {"person": IN_SECOND}, "7777777777a", "aaaaaaaaaaa")]
}


def test_what_lies_below_a_claim_that_stays_is_not_taken_for_deleted_either(tmp_path: Path):
    found = staged(tmp_path, PEOPLE | LOST, CONFIRMED | CONFIRMED_ITEM)

    assert found[CLAIM_ENROLLMENTS.name] == found[CLAIM_ITEMS.name] == []


def test_a_person_who_is_deleted_takes_along_the_claim_that_breaks_a_rule(tmp_path: Path):
    wanted = LOST | {(TRACKED_ENTITIES.name, 0): [person(IN_FIRST)]}

    found = staged(tmp_path, wanted, CONFIRMED | CONFIRMED_ITEM)

    assert found[TRACKED_ENTITIES.name] == ["delete"]
    assert found[CLAIM_ENROLLMENTS.name] == found[CLAIM_ITEMS.name] == ["delete"]
