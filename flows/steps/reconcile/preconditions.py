"""What a reconciliation may compare: a state that no run is changing, and what openIMIS had."""

import uuid
from pathlib import Path

from flows.connectors.dhis2.client import Dhis2
from flows.steps.shared.acknowledged_frames import tracked_versions
from flows.steps.shared.existing import check_same_things
from flows.steps.target.preflight import check_readable
from flows.steps.target.read_back import Paging, Reader
from flows.steps.target.recognition import recognise_server
from staging.current import Current, read_current
from staging.frames import is_done
from staging.layout import Run, Target
from staging.manifests import DesiredManifest
from staging.runs import RunRecord, remember
from transforms.changes.sending.needs import optional_fields_sent
from transforms.core.errors import StagingError
from transforms.model.resources import DATA_VALUES

PAGING = Paging()


def read_acknowledged(target: Target) -> Current:
    """Return the acknowledged state of a target.

    Raises:
        StagingError: There is none, or a run is open.
    """
    current = read_current(target)
    if current is None:
        raise StagingError(
            f"Nothing was ever posted to {target.name} from this staging folder, so there is "
            f"nothing to compare. If another tool has filled it with the same UIDs, use adopt. "
            f"Nothing was changed."
        )
    if current.open_run:
        raise StagingError(
            f"Run {current.open_run} was begun and has not ended, so what DHIS2 confirmed is not "
            f"known yet. Let sync or load with this run_id end it, then start again. Nothing was "
            f"changed."
        )
    return current


def empty_state(target: Target, staging_root: Path, desired_run: str | None) -> Current:
    """Return the state of a target to which nothing was ever posted.

    Raises:
        StagingError: Something was; or no run says what openIMIS has.
    """
    current = read_current(target)
    if current is not None and (current.open_run or tracked_versions(current)):
        raise StagingError(
            f"{target.name} has an acknowledged state already, which adopt would lose. To make it "
            f"say what DHIS2 holds, use repair. Nothing was changed."
        )
    run = find_desired_run(staging_root, desired_run, needed=True)
    partitions = DesiredManifest.read(run).partitions if run else 1
    first = current or Current(partitions=partitions, staging_id=uuid.uuid4().hex)
    return first.model_copy(update={"partitions": partitions})


def find_desired_run(staging_root: Path, run_id: str | None, *, needed: bool) -> Run | None:
    """Return the run that says what openIMIS has; None if none is at hand and none is needed.

    Raises:
        StagingError: One is needed.
    """
    run = Run(staging_root, run_id) if run_id else None
    if run is not None and is_done(run, DesiredManifest.stage):
        return run
    if needed:
        raise StagingError(
            f"What openIMIS has is not at hand (run {run_id or 'not named'}), and without it an "
            f"object of ours cannot be told from a strange one. Run sync with until=transform, and "
            f"name its run in desired_run. Nothing was changed."
        )
    return None


def remember_state(run: Run, target: str, current: Current) -> None:
    """Note what is compared; a run that goes on must not compare with another state."""
    remember(run, RunRecord(target=target, reconciled=tracked_versions(current)))


def _has_figures_alone(current: Current) -> bool:
    """Whether no person was ever loaded: then there is no program to be read."""
    return set(tracked_versions(current)) == {DATA_VALUES.name}


def reader_of(
    client: Dhis2, current: Current, paging: Paging = PAGING, in_flight: int | None = None
) -> Reader:
    """Return a reader of the DHIS2 of the last load, whose user may read our programs.

    Args:
        client: The DHIS2.
        current: The acknowledged state.
        paging: How much is read at once.
        in_flight: Requests at once; None for as many as pay best on the version.
    """
    check_same_things(current, client.renaming)
    info = recognise_server(client, current)
    info.check_reading()
    if not _has_figures_alone(current):
        check_readable(client, info, optional_fields_sent(current.treatments))
    return Reader(client, info.dialect, paging, info.zone, in_flight or info.dialect.in_flight)
