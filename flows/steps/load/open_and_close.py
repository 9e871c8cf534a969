"""What comes before the first bundle of a load and after its last.

    open_load    the same server with what the last load left, org units and options pushed,
                 programs, rights and codes as the data need them; then the run is opened
    (bundles)    flows/steps/load/post_run.py
    close_load   the marker is moved on, and the run is folded

A run that was opened and not closed is settled by the next one: flows/steps/load/settle_open_run.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.load.fold import begin_metadata, check_not_older, facts_of_run, fold, fold_metadata
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.staged_changes import CHANGES, all_changes
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from flows.steps.target.preflight import check_needs
from flows.steps.target.push_result import PushResult
from flows.steps.target.recognition import leave_marker, recognise, recognise_server
from staging.current import Current, switch
from staging.frames import read_stage, scan_frame
from staging.layout import Run, Target
from staging.outbox import bundles, doubt_damaged
from staging.rejects import read_rejects, write_rejects
from transforms.changes.guards import refuse_withdrawn
from transforms.changes.needs import (
    codes_by_option_set,
    optional_fields,
    org_units_by_program,
    org_units_in_values,
    places,
)
from transforms.changes.offer import Needs
from transforms.changes.permissions import NOTHING, Allow, Permissions
from transforms.changes.reject_rows import option_rows, reject_rows
from transforms.core.errors import StagingError
from transforms.core.uids import uid_of_uuid
from transforms.dhis2.tables.patches import Harm
from transforms.model.resources import METADATA, OPTIONS, ORG_UNITS

PUSHES = {OPTIONS: push_options, ORG_UNITS: push_org_units}


@dataclass(frozen=True)
class OpenLoad:
    """A load that may post.

    Attributes:
        current: The acknowledged state; the run is its open one.
        info: Who the server is.
        is_folded: The run was folded by an earlier attempt; there is nothing to do.
        as_superuser: Whether a superuser is permitted to load.
        warnings: What is odd about the target or the run's files, but may be.
    """

    current: Current
    info: SystemInfo
    is_folded: bool
    warnings: Sequence[str] = ()
    as_superuser: bool = False


def open_load(
    run: Run,
    target: Target,
    client: Dhis2,
    allow: Permissions = NOTHING,
) -> OpenLoad:
    """Make sure that DHIS2 takes what is about to be posted, and open the run.

    Raises:
        TargetError: DHIS2 is not as it must be, or another one than before.
        GuardError: All was withdrawn from this DHIS2.
        StagingError: Another run was folded since this one made its comparison; or the run was
            posted to another target, or to this one before it began anew.
    """
    manifest = read_stage(run, CHANGES)
    current = begin_again(current_or_first(target, manifest["partitions"]), run, allow)
    if not check_not_older(run, current):
        return OpenLoad(current, recognise_server(client, current, allow), is_folded=True)
    _refuse_answers_of_another(run, target, current)
    found = recognise(client, target, current, allow)
    warnings = [*found.warnings, *_lost_runs(current)]
    current = at_address(current, found.info)
    switch(target, current)
    current = push_metadata(run, target, client, current)
    warnings += receipts_damaged(doubt_damaged(run))
    as_superuser = Allow.SUPERUSER in allow
    if bundles(run):
        check_needs(client, found.info, needs_of(run), allow_superuser=as_superuser)
        current = current.model_copy(update={"open_run": run.run_id})
        switch(target, current)
    warnings += found.info.patch_warnings(Harm.FIGURES)
    return OpenLoad(
        current, found.info, is_folded=False, warnings=warnings, as_superuser=as_superuser
    )


def begin_again(current: Current, run: Run, allow: Permissions) -> Current:
    """Return the state in which a DHIS2 may be filled: it is withdrawn no longer, if permitted.

    Raises:
        GuardError: All was withdrawn from it, and no permission lets the run fill it again.
    """
    if current.withdrawn in (None, run.run_id):
        return current
    if Allow.BEGIN_AGAIN not in allow:
        refuse_withdrawn(str(current.withdrawn))
    return current.model_copy(update={"withdrawn": None})


def _refuse_answers_of_another(run: Run, target: Target, current: Current) -> None:
    """Refuse a run that has posted, if the target does not know: what was answered is another's."""
    has_posted = any(bundle.sent.exists() or bundle.is_settled for bundle in bundles(run))
    if has_posted and current.open_run != run.run_id:
        raise StagingError(
            f"Run {run.run_id} has posted before, and target {target.name} knows nothing of it: it "
            f"was posted to another target, or to this one before what it had confirmed was "
            f"removed. What DHIS2 answered then is not true of this one. Start a new run. Nothing "
            f"was posted."
        )


def close_load(run: Run, target: Target, client: Dhis2, current: Current) -> Current:
    """Move the marker on and fold the run; a run without bundles leaves DHIS2 as it is."""
    if not bundles(run):
        return _note(run, target, current)
    if check_not_older(run, current):
        current = leave_marker(client, run.run_id, current)
    return fold(run, target, current)


def _note(run: Run, target: Target, current: Current) -> Current:
    """Remember that a run ended which had nothing to post: what was compared before it is old."""
    after = current.model_copy(update=facts_of_run(run, current))
    switch(target, after)
    return after


def receipts_damaged(receipts: Sequence[Path]) -> list[str]:
    """Say which receipts of a run were damaged."""
    return [
        f"{path} was damaged: its bundle, and those of later phases, are posted once more."
        for path in receipts
    ]


def _lost_runs(current: Current) -> list[str]:
    return [lost_run_warning(current.lost_run)] if current.lost_run else []


def lost_run_warning(run_id: str) -> str:
    """Say that nobody can find out what a run has posted."""
    return (
        f"Run {run_id} was begun and has not ended, and its folder is not there as it was: what it "
        f"has posted is not known. What openIMIS has changed since is sent all the same; what was "
        f"changed back since may be wrong in DHIS2. When there is time, let reconcile with repair "
        f"read DHIS2 back; until then each load says so."
    )


def at_address(current: Current, info: SystemInfo) -> Current:
    """Remember where DHIS2 answers; who it is, only superusers see."""
    system_id = info.system_id or current.system_id
    return current.model_copy(update={"base_url": info.base_url, "system_id": system_id})


def push_metadata(run: Run, target: Target, client: Dhis2, current: Current) -> Current:
    """Push the options and org units that are new or changed, before the data that need them.

    What DHIS2 refuses is a reject, also where the push ends with an error.
    """
    for name in METADATA:
        changed = scan_frame(run.changes(name, 0)).collect()
        if len(changed):
            before, current = current, begin_metadata(run, target, current, name)
            pushed = PushResult()
            try:
                PUSHES[name](client, changed.drop("content"), pushed)
            finally:
                write_rejects(run, {name: _rejects(name, pushed, changed)})
            current = fold_metadata(run, target, before, current, name, pushed.accepted)
    return current


def _rejects(name: str, pushed: PushResult, changed: pl.DataFrame) -> pl.DataFrame:
    rejects = pushed.rejects.with_columns(stage=pl.lit("dhis2"))
    return option_rows(rejects, changed) if name == OPTIONS else reject_rows(name, rejects)


def needs_of(run: Run) -> Needs:
    """Return what the bundles of the run need of DHIS2.

    An org unit or an option that DHIS2 has refused is not among it: what lies there, or has that
    code, is refused likewise, object by object, and nothing else has to wait for it.
    """
    changes, refused = all_changes(run), refused_org_units(run)
    without = refused_codes(run)
    return Needs(
        org_units={
            program: set(units) - refused
            for program, units in org_units_by_program(changes).items()
        },
        places=set(places(changes)) - refused,
        values=org_units_in_values(changes) - refused,
        codes={
            uid: codes - without.get(uid, set())
            for uid, codes in codes_by_option_set(changes).items()
        },
        optional=optional_fields(changes),
    )


def refused_org_units(run: Run) -> set[str]:
    """Return the UIDs of the org units that the run could not make or change."""
    rows = read_rejects(run).filter(resource=ORG_UNITS).select(uid=uid_of_uuid(pl.col("key")))
    return set(rows.collect()["uid"].drop_nulls())


def refused_codes(run: Run) -> dict[str, set[str]]:
    """Return option set (UID) → codes of the options that the run could not make or change."""
    codes: dict[str, set[str]] = {}
    for key in read_rejects(run).filter(resource=OPTIONS).select("key").collect()["key"]:
        option_set, _, code = key.partition(":")
        codes.setdefault(option_set, set()).add(code)
    return codes
