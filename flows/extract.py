"""Extract: openIMIS → snapshot, one Parquet file a table, all of one moment."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from flows.endings import in_one_sentence
from flows.tasks.country import read_country
from flows.tasks.retention import thin_out
from flows.tasks.snapshot import take_snapshot
from staging.layout import Run
from staging.runs import at_work
from transforms.privacy import selected_columns


@flow(name="extract")
@in_one_sentence
def extract(source: str, country: Path, staging_root: Path, run_id: str | None = None) -> str:
    """Take a snapshot of what is needed of openIMIS; started again, it goes on or does nothing.

    Args:
        source: Name of a saved block `openimis-database`.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: Names the run; by default the flow run's id.

    Returns:
        The run's id.

    Raises:
        SourceError: openIMIS cannot be read as it must be.
        SourceBusyError: Its database stayed out of reach for as long as is waited for it.
        CountryError: The country file does not say what is needed.
        StagingError: The run has a snapshot of something else, or is at work already.
    """
    run = Run(staging_root, run_id or str(flow_run.id))
    settings = read_country(country)
    thin_out(staging_root, settings)
    with at_work(run):
        wanted = selected_columns(settings)
        manifest = take_snapshot(settings.waiting, run, source, wanted, settings.guards)
    get_run_logger().info("Snapshot of %s: %s, as of %s", source, manifest.counted, manifest.as_of)
    return run.run_id
