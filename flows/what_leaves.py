"""What leaves: which values of openIMIS go to DHIS2 for one country file, and in which form."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.run_names import named_by
from flows.steps.shared.country_file import read_country, write_what_leaves
from staging.layout import Run
from staging.runs import at_work


@flow(name="what-leaves", flow_run_name=named_by(None))
@in_one_sentence
def what_leaves(country: Path, staging_root: Path, run_id: str | None = None) -> str:
    """Write the page that says what leaves; nothing is read from openIMIS, and nothing is posted.

    Args:
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: Names the run, and so the folder of the page; by default the flow run's id.

    Returns:
        The run's id; the page is `runs/<run_id>/what-leaves.md`, and an artifact.

    Raises:
        CountryError: The country file cannot be read, or asks for what cannot be.
    """
    run = Run(staging_root, run_id or str(flow_run.id))
    settings = read_country(country)
    with at_work(run):
        page = write_what_leaves(run, settings)
    create_markdown_artifact(page, key="what-leaves", description=f"Country file {country.name}")
    get_run_logger().info("What leaves is written in %s", run.what_leaves)
    return run.run_id
