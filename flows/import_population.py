"""Import population figures: a CSV file → values of DHIS2's population data set."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.prefect_support.endings import ended_state, in_one_sentence, step
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.run_names import named_by
from flows.steps.load.population_figures import (
    read_figures,
    read_places,
    write_figures,
)
from flows.steps.shared.country_file import read_country
from flows.steps.shared.current_state import current_or_first
from flows.steps.target.recognition import recognise_server
from staging.layout import Run, Target
from staging.rejects import write_rejects
from staging.runs import at_work, note_language
from staging.target_lock import locked
from transforms.changes.answers.reject_rows import POPULATION, reject_rows


@flow(name="import-population", flow_run_name=named_by("target"))
@in_one_sentence
def import_population(
    target: str,
    country: Path,
    staging_root: Path,
    file: Path,
    places_run: str | None = None,
    run_id: str | None = None,
) -> State[str]:
    """Bring population figures into DHIS2; done again, it changes nothing.

    Args:
        target: Name of a saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        file: A CSV file with the columns code (of an openIMIS location), year (in the calendar in
            which DHIS2 counts) and population.
        places_run: The run whose snapshot says which places there are; by default the target's
            last.
        run_id: Names this run, and so the folder of its rejects; by default the flow run's id.

    Returns:
        The run's id; the state is named CompletedWithRejects if lines were rejected.

    Raises:
        CountryError: The file cannot be read, or lacks a column.
        StagingError: There is no run that says which places there are, or another run is writing
            to the target.
        TargetError: DHIS2 is not as it must be, or another one than that of the last load.
    """
    settings, run = read_country(country), Run(staging_root, run_id or str(flow_run.id))
    rows = read_figures(file)
    goal = Target(staging_root, target)
    places = read_places(goal, places_run, settings)
    with locked(goal, run.run_id), at_work(run), connect(target, settings) as client:
        note_language(run, settings.languages.reports)
        info = recognise_server(client, current_or_first(goal, 0))
        done = step(write_figures)(client, info.check_calendar(), settings, rows, places)
        write_rejects(run, {POPULATION: reject_rows(POPULATION, done.rejects)})
    get_run_logger().info("%s", done.markdown)
    create_markdown_artifact(
        f"{done.markdown}\n\nRejects: {run.rejects(POPULATION).with_suffix('.csv')}",
        key="import-population", description=f"Run {run.run_id}",
    )  # fmt: skip
    return ended_state(run.run_id, len(done.rejects))
