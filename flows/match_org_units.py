"""Match org units: which org unit of DHIS2's own tree each place of openIMIS is; a proposal."""

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.extract import take_snapshot
from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.run_names import named_by
from flows.prefect_support.waiting import AT_ONCE
from flows.steps.match.match_run import Beside, Matched, match_run
from flows.steps.shared.country_file import read_country
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.decisions import holder_of_matches
from flows.steps.shared.named_files import read_coordinates, read_match_table
from flows.steps.target.recognition import recognise_server
from staging.layout import Run, Target
from staging.runs import at_work
from transforms.model.selected_columns import selected_places

TO_DECIDE = "CompletedToDecide"


@flow(name="match-org-units", flow_run_name=named_by("target"))
@in_one_sentence
def match_org_units(
    source: str,
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str | None = None,
    who: str | None = None,
) -> State[str]:
    """Propose an org unit for each place of openIMIS; DHIS2 is only read.

    Args:
        source: Name of a saved block `openimis-database`; only its places are read.
        target: Name of a saved block `dhis2-server`, of a user who may read org units.
        country: The country file; its section `[match]` says where to look.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: Names the run; by default the flow run's id.
        who: Whose decisions the changes in the file of matches are, where it names nobody.

    Returns:
        The run's id; the state is named CompletedToDecide if a person has something to decide. The
        file is `matches/<target>/org-units.csv`, the page an artifact.

    Raises:
        SourceError: openIMIS cannot be read as it must be.
        TargetError: DHIS2 is not as it must be, or another one than that of the last load.
        CountryError: The country file does not say where to look, or names a file that is none.
        StagingError: The file of matches is not as it must be, or was changed meanwhile.
    """
    run, settings = Run(staging_root, run_id or str(flow_run.id)), read_country(country)
    goal = Target(staging_root, target)
    with at_work(run):
        take_snapshot(AT_ONCE, run, source, selected_places(settings), settings.guards)
        done = match_places(run, goal, country, who)
    create_markdown_artifact(done.page, key="match-org-units", description=f"Run {run.run_id}")
    file = holder_of_matches(goal, settings).matches
    get_run_logger().info("%s. Decisions are made in %s", done.counted, file)
    if done.open:
        return Completed(name=TO_DECIDE, message=done.counted, data=run.run_id)
    return Completed(message=done.counted, data=run.run_id)


@step
def match_places(run: Run, target: Target, country: Path, who: str | None) -> Matched:
    """Read DHIS2's tree, and bring the file of matches up to date."""
    settings = read_country(country)
    coordinates = read_coordinates(country, settings)
    beside = Beside(coordinates, read_match_table(country, settings))
    with connect(target.name, settings) as client:
        recognise_server(client, current_or_first(target, 0))
        holder = holder_of_matches(target, settings)
        return match_run(run, holder, client, settings, beside, datetime.now(UTC), who)
