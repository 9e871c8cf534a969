"""Extract: openIMIS → snapshot, one Parquet file a table, all of one moment."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.named_blocks import load_openimis
from flows.prefect_support.prefect_runner import PrefectRunner
from flows.prefect_support.run_names import named_by
from flows.prefect_support.thin_out import thin_out
from flows.prefect_support.waiting import patient_step
from flows.steps.extract import snapshot
from flows.steps.extract.snapshot import USUAL, Columns
from flows.steps.shared.country_file import read_country
from staging.layout import Run
from staging.runs import at_work
from staging.snapshots import SnapshotManifest
from transforms.core.moments import to_the_second
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Guards


@flow(name="extract", flow_run_name=named_by("source"))
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
    thin_out(staging_root, settings, run)
    with at_work(run):
        columns = selected_columns(settings)
        manifest = take_snapshot(settings.waiting, run, source, columns, settings.guards)
    get_run_logger().info(
        "Snapshot of %s: %s, as of %s",
        source,
        manifest.counts_in_words,
        to_the_second(manifest.as_of),
    )
    return run.run_id


@patient_step
def take_snapshot(
    run: Run, source: str, columns: Columns, guards: Guards = USUAL
) -> SnapshotManifest:
    """Take the run's snapshot unless it is there already; what was half done is done anew."""
    return snapshot.take_snapshot(
        run, source, lambda: load_openimis(source), columns, guards, PrefectRunner()
    )
