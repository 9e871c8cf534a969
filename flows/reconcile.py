"""Reconcile: what DHIS2 holds, beside what it has confirmed and what openIMIS has.

DHIS2 is only read. A repair changes what is acknowledged, and the next `sync` does the rest.
"""

from pathlib import Path

import polars as pl
from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.named_blocks import connect
from flows.steps.reconcile.preconditions import (
    empty_state,
    find_desired_run,
    read_acknowledged,
    reader_of,
    remember_state,
)
from flows.steps.reconcile.reconciliation import (
    Reconciliation,
    compare_metadata,
    compare_resource,
    read_resource,
)
from flows.steps.reconcile.repair import (
    repair_state,
)
from flows.steps.reconcile.reports import (
    discard,
    findings,
    place_names,
    side_by_side,
    write_reports,
)
from flows.steps.shared.country_file import read_country
from staging.layout import Run, Target
from staging.target_lock import locked
from transforms.model.resources import METADATA, RESOURCES, Resource
from transforms.reports.reconciliation_report import markdown

WITH_DIFFERENCES = "CompletedWithDifferences"
REPAIRED = (
    "Acknowledged now says what DHIS2 holds. The next `sync` sends what is missing or different, "
    "and deletes what openIMIS does not have. What is much of it waits for a permission: "
    "`creates`, `changes`, `empties`, `deletes`."
)
NOT_REPAIRED = (
    "Nothing was changed. With `repair`, acknowledged is made to say what DHIS2 holds, and the "
    "next `sync` does the rest."
)


@flow(name="reconcile")
@in_one_sentence
def reconcile(
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str | None = None,
    desired_run: str | None = None,
    *,
    repair: bool = False,
    adopt: bool = False,
) -> State[str]:
    """Compare what DHIS2 holds with what it has confirmed, object by object and value by value.

    Args:
        target: Name of the saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files.
        run_id: Names the run; by default the flow run's id.
        desired_run: The run whose desired objects say what openIMIS has; by default the last one
            that changed the target.
        repair: Make acknowledged say what DHIS2 holds.
        adopt: Take a DHIS2 that was filled with the same UIDs by another tool for what we hold;
            nothing was ever posted to it from this staging folder. Needs `desired_run`.

    Returns:
        The run's id; the state is named CompletedWithDifferences if there are any.

    Raises:
        TargetError: DHIS2 is another one, or does not let the user read.
        StagingError: A run is open, or what openIMIS has is not at hand.
    """
    run, goal = Run(staging_root, run_id or str(flow_run.id)), Target(staging_root, target)
    with locked(goal, run.run_id):
        current = empty_state(goal, staging_root, desired_run) if adopt else read_acknowledged(goal)
        if run.run_id in current.versions.values():
            return Completed(message="This run has repaired already", data=run.run_id)
        desired = find_desired_run(
            staging_root, desired_run or current.last_run, needed=repair or adopt
        )
        remember_state(run, target, current)
        with connect(target, read_country(country)) as client:
            work = Reconciliation(run, goal, current, desired, reader_of(client, current))
            for resource in RESOURCES:
                read(work, resource)
            for resource in RESOURCES:
                compare(work, resource)
            compare_places_and_codes(work)
        count = report(work, repaired=repair or adopt)
        if repair or adopt:
            repair_acknowledged(work)
        discard(work)
    return ended(run.run_id, count)


@step
def read(work: Reconciliation, resource: Resource) -> None:
    """Read all objects of a resource."""
    rows = read_resource(work, resource)
    get_run_logger().info("%s: %d objects read", resource.name, rows)


@step
def compare(work: Reconciliation, resource: Resource) -> None:
    """Compare all objects of a resource."""
    found = compare_resource(work, resource)
    get_run_logger().info("%s: %d differences", resource.name, found)


@step
def compare_places_and_codes(work: Reconciliation) -> None:
    """Ask which org units and options DHIS2 lacks."""
    for name in METADATA:
        found = compare_metadata(work, name)
        get_run_logger().info("%s: %d are missing", name, found)


@step
def report(work: Reconciliation, *, repaired: bool) -> int:
    """Write down what was found, and return how much."""
    sides = side_by_side(work)
    write_reports(work, sides)
    found = findings(work).group_by("resource", "kind", "detail").agg(objects=pl.len())
    details = found.sort("resource", "kind", "detail").collect()
    text = markdown(sides, details, place_names(work), REPAIRED if repaired else NOT_REPAIRED)
    create_markdown_artifact(text, key="reconciliation", description=f"Run {work.run.run_id}")
    return int(details["objects"].sum())


@step
def repair_acknowledged(work: Reconciliation) -> None:
    """Make acknowledged say what DHIS2 holds."""
    repair_state(work)
    get_run_logger().info("Acknowledged says what DHIS2 holds; the next sync does the rest")


def ended(run_id: str, differences: int) -> State[str]:
    """Return the state of a reconciliation that ended."""
    if not differences:
        return Completed(message="DHIS2 holds what it has confirmed", data=run_id)
    return Completed(
        name=WITH_DIFFERENCES, message=f"{differences} differences were found", data=run_id
    )
