"""Renumber: go on after a migration of openIMIS that numbers its rows anew.

DHIS2 is not queried. What is acknowledged is written under the new numbers, and the next `sync`
posts what differs.
"""

from collections.abc import Mapping
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.run_names import named_by
from flows.steps.reconcile.renumbering import CarryOver, carry_over
from flows.steps.shared.country_file import read_country
from staging.current import read_current
from staging.layout import Run, Target
from staging.runs import RunRecord, at_work, remember
from staging.target_lock import locked
from transforms.core.markdown import table
from transforms.openimis.country import Guards


@flow(name="renumber", flow_run_name=named_by("target"))
@in_one_sentence
def renumber(
    target: str, country: Path, staging_root: Path, desired_run: str, run_id: str | None = None
) -> State[str]:
    """Find policy events and claim lines again that openIMIS has given new numbers; UIDs stay.

    Args:
        target: Name of the saved block `dhis2-server`, whose state is changed; it is not queried.
        country: The country file, whose `[guards]` say how much has to be found again.
        staging_root: Folder of all pipeline files; never inside git.
        desired_run: A run of the migrated openIMIS: `sync` with until=transform.
        run_id: Names this run; by default the flow run's id.

    Returns:
        The run's id.

    Raises:
        GuardError: The run is of another openIMIS, or too little of it was found again.
        StagingError: A run is open, or what openIMIS has is not at hand.
    """
    run, goal = Run(staging_root, run_id or str(flow_run.id)), Target(staging_root, target)
    with locked(goal, run.run_id), at_work(run):
        current = read_current(goal)
        if current is not None and run.run_id in current.versions.values():
            return Completed(message="This run has renumbered already", data=run.run_id)
        remember(run, RunRecord(kind="renumber", target=target, desired_run=desired_run))
        carried = carry_over_rows(run, goal, desired_run, read_country(country).guards)
    return Completed(message=report(carried, run), data=run.run_id)


@step
def carry_over_rows(
    run: Run, target: Target, desired_run: str, guards: Guards
) -> dict[str, CarryOver]:
    """Write what is acknowledged under the new numbers."""
    return carry_over(run, target, desired_run, guards)


def report(carried: Mapping[str, CarryOver], run: Run) -> str:
    """Leave an artifact of what was found again, and return it in a sentence."""
    rows = [
        (
            name,
            str(each.rows_in_dhis2),
            str(each.rows_found_again),
            str(each.rows_in_dhis2 - each.rows_found_again),
        )
        for name, each in carried.items()
    ]
    lines = table(("resource", "rows that DHIS2 has", "found again", "not found"), rows)
    create_markdown_artifact("\n".join(lines), key="renumbered", description=f"Run {run.run_id}")
    found = sum(each.rows_found_again for each in carried.values())
    total = sum(each.rows_in_dhis2 for each in carried.values())
    sentence = f"{found} of {total} rows were found again; the next sync posts what differs"
    get_run_logger().info("%s", sentence)
    return sentence
