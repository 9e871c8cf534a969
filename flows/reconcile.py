"""Reconcile: what DHIS2 holds, beside what it has confirmed and what openIMIS has.

DHIS2 is only read. A repair changes what is acknowledged, and the next `sync` does the rest.
"""

from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.prefect_runner import PrefectRunner
from flows.prefect_support.run_names import named_by
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from flows.steps.shared.country_file import read_country
from staging.layout import Run, Target
from staging.runs import note_language
from transforms.model.existing import in_use

WITH_DIFFERENCES = "CompletedWithDifferences"


@flow(name="reconcile", flow_run_name=named_by("target"))
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
    with reconciling(run, goal, desired_run, repair=repair, adopt=adopt) as basis:
        if basis.is_done:
            return Completed(message="This run has repaired already", data=run.run_id)
        settings = read_country(country)
        note_language(run, settings.languages.reports)
        with connect(target, settings) as client:
            at_once = settings.load.in_flight
            number = in_use(settings).identifier
            count = reconcile_run(
                basis,
                client,
                PrefectRunner(),
                in_flight=at_once,
                number=number.uid if number else None,
            )
    return state_of(run.run_id, count)


def state_of(run_id: str, differences: int) -> State[str]:
    """Return the state of a reconciliation that ended."""
    if not differences:
        return Completed(message="DHIS2 holds what it has confirmed", data=run_id)
    return Completed(
        name=WITH_DIFFERENCES, message=f"{differences} differences were found", data=run_id
    )
