"""What comes before the first bundle of a load and after its last.

    open_load    the same server, the same marker, no mass deletion, org units and options pushed,
                 programs, rights and codes as the data need them; then the run is opened
    (bundles)    flows/tasks/posting.py
    close_load   the marker is moved on, and the run is folded

A run that was opened and not closed is settled by the next one, before that takes its snapshot.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.connectors.dhis2 import Dhis2, Patience, SystemInfo
from flows.tasks.bundles import CHANGES
from flows.tasks.dhis2_named import dhis2_named
from flows.tasks.fold import check_not_older, fold, fold_metadata
from flows.tasks.marker import Marker, check_marker, write_marker
from flows.tasks.posting import Posting, all_changes
from flows.tasks.preflight import KnownServer, Needs, check_needs, check_server
from flows.tasks.push_metadata import Pushed, push_options, push_org_units
from staging.acknowledged import Current, read_current, switch
from staging.frames import read_stage, scan_frame
from staging.layout import Run, Target
from staging.outbox import bundles
from staging.rejects import write_rejects
from transforms.bundles import Phase
from transforms.country import Country, Guards
from transforms.errors import GuardError
from transforms.metadata_changes import METADATA, OPTIONS, ORG_UNITS
from transforms.needs import codes_by_option_set, deleted_types, org_units_by_program, places
from transforms.reject_rows import reject_rows

PUSHES = {OPTIONS: push_options, ORG_UNITS: push_org_units}


@dataclass(frozen=True)
class Opened:
    """A load that may post.

    Attributes:
        current: The acknowledged state; the run is its open one.
        info: Who the server is.
        is_folded: The run was folded by an earlier attempt; there is nothing to do.
    """

    current: Current
    info: SystemInfo
    is_folded: bool


def connected(target: str, country: Country) -> Dhis2:
    """Return a client of the DHIS2 that the saved block `target` names."""
    load = country.load
    patience = Patience(attempts=load.attempts, longest_wait=load.longest_wait_seconds)
    return dhis2_named(target).client(timeout_seconds=load.timeout_seconds, patience=patience)


def current_or_first(target: Target, partitions: int) -> Current:
    """Return the state of a target; that of one to which nothing was ever posted, if so."""
    known = read_current(target)
    return known or Current(partitions=partitions, staging_id=uuid.uuid4().hex)


def open_load(
    run: Run, target: Target, client: Dhis2, country: Country, *, allow_deletes: bool
) -> Opened:
    """Make sure that DHIS2 takes what is about to be posted, and open the run.

    Raises:
        TargetError: DHIS2 is not as it must be, or another one than before.
        GuardError: The run would delete more than the country file allows.
        StagingError: Another run was folded since this one made its comparison.
    """
    manifest = read_stage(run, CHANGES)
    current = current_or_first(target, manifest["partitions"])
    info = check_server(client, known_server(current))
    if not check_not_older(run, current):
        return Opened(current, info, is_folded=True)
    check_marker(client, _staging_id(current), _markers(current))
    if not allow_deletes:
        refuse_mass_deletion(manifest, country.guards)
    current = current.model_copy(update={"base_url": info.base_url, "system_id": info.system_id})
    current = push_metadata(run, target, client, current)
    if bundles(run):
        check_needs(client, info, needs_of(run))
        current = current.model_copy(update={"open_run": run.run_id})
        switch(target, current)
    return Opened(current, info, is_folded=False)


def close_load(run: Run, target: Target, client: Dhis2, current: Current) -> Current:
    """Move the marker on and fold the run; a run without bundles leaves everything as it is."""
    if not bundles(run):
        return current
    if check_not_older(run, current):
        write_marker(client, Marker(_staging_id(current), run.run_id, current.counter + 1))
    return fold(run, target, current)


def settle_open_run(target: Target, root: Run, client: Dhis2, country: Country) -> str | None:
    """Settle and fold what an earlier run left in doubt; return its id, or None.

    Bundles in doubt are posted again, unchanged; those never begun are dropped.
    """
    current = read_current(target)
    if current is None or current.open_run in (None, root.run_id):
        return None
    run = Run(root.root, str(current.open_run))
    info = check_server(client, known_server(current))
    check_marker(client, _staging_id(current), _markers(current))
    posting = Posting(run, client, info, country.load)
    for phase in Phase:
        for chunk in posting.chunks(phase, begun_only=True):
            posting.post(phase, chunk)
    close_load(run, target, client, current)
    return run.run_id


def known_server(current: Current) -> KnownServer | None:
    """Return the server of the last load, if there was one."""
    return KnownServer(current.base_url, current.system_id) if current.base_url else None


def refuse_mass_deletion(manifest: dict[str, Any], guards: Guards) -> None:
    """Stop a run that would delete what nobody can have meant.

    Args:
        manifest: Of the stage `changes`.
        guards: The share and the count, both of which have to be exceeded.

    Raises:
        GuardError: It would.
    """
    for resource, held in manifest["held"].items():
        deletes = manifest["changes"][resource].get("delete", 0)
        if deletes > guards.delete_count and deletes > guards.delete_share * held:
            raise GuardError(
                f"The run would delete {deletes} of {held} {resource} in DHIS2; at most "
                f"{guards.delete_share:.0%} and {guards.delete_count} are allowed at once. If "
                f"openIMIS is right, run again with allow_deletes; else find out what is missing "
                f"in the snapshot. Nothing was posted."
            )


def push_metadata(run: Run, target: Target, client: Dhis2, current: Current) -> Current:
    """Push the options and org units that are new or changed, before the data that need them."""
    for name in METADATA:
        changed = scan_frame(run.changes(name, 0)).collect()
        if len(changed):
            pushed: Pushed = PUSHES[name](client, changed.drop("content"))
            current = fold_metadata(run, target, current, name, pushed.accepted)
            rejects = pushed.rejects.with_columns(stage=pl.lit("dhis2"))
            write_rejects(run, name, reject_rows(name, rejects))
    return current


def needs_of(run: Run) -> Needs:
    """Return what the bundles of the run need of DHIS2."""
    changes = all_changes(run)
    return Needs(
        org_units=org_units_by_program(changes),
        places=places(changes),
        codes=codes_by_option_set(changes),
        deletes=deleted_types(changes),
    )


def _staging_id(current: Current) -> str:
    return str(current.staging_id)


def _markers(current: Current) -> list[Marker | None]:
    """Return the markers that DHIS2 may have: of the last load, and of one cut short at its end."""
    last = Marker(_staging_id(current), str(current.last_run), current.counter)
    known = [last if current.counter else None]
    if current.open_run:
        known.append(Marker(_staging_id(current), current.open_run, current.counter + 1))
    return known
