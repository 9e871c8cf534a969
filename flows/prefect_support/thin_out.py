"""Thin out the runs that are over, as the country file says."""

from datetime import UTC, datetime
from pathlib import Path

from prefect import get_run_logger

from flows.prefect_support.endings import step
from staging.layout import Run
from staging.retention import thin_runs
from transforms.core.errors import StagingError
from transforms.openimis.country import Country


@step
def thin_out(staging_root: Path, country: Country, own: Run | None = None) -> None:
    """Thin out runs; what cannot be read or removed is logged, and does not make a load fail.

    Args:
        staging_root: The staging folder.
        country: What the country file says.
        own: The run that is about to begin or go on; it stays as it is.
    """
    rules = country.retention
    try:
        done = thin_runs(
            staging_root,
            datetime.now(UTC),
            whole_runs=rules.whole_runs,
            reject_days=rules.reject_days,
            own=own.run_id if own else None,
        )
    except OSError as error:
        get_run_logger().warning(
            "Old runs could not be thinned out: %s (%s)", error.strerror, error.filename
        )
        return
    except StagingError as error:
        get_run_logger().warning("Old runs could not be thinned out: %s", error)
        return
    for sentence in done.untouched:
        get_run_logger().warning("%s", sentence)
    if done.thinned or done.removed:
        get_run_logger().info(
            "%d old runs thinned out, %d removed", len(done.thinned), len(done.removed)
        )
