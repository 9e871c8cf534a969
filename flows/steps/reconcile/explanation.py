"""What openIMIS, acknowledged and the rejects have of one object, without any value."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.staged_changes import resources_in
from staging.current import Current
from staging.frames import scan_objects
from staging.languages import language_of
from staging.layout import Run, Target
from staging.links import read_links
from staging.manifests import ChangesManifest, DesiredManifest
from staging.rejects import read_rejects
from transforms.changes.answers.reject_rows import hints_in
from transforms.core.errors import StagingError
from transforms.core.language import Phrase
from transforms.model.resources import EVERY_RESOURCE, Resource
from transforms.reports.explanations import differences, of_object

ShownRows = list[dict[str, Any]]
FramesOf = Callable[[Resource], list[pl.LazyFrame]]


def find_object(name: str, target: Target, run_id: str | None) -> Mapping[str, ShownRows]:
    """Return, under headings, the rows of an object, without where and when it is.

    Args:
        name: An openIMIS UUID or key, or a DHIS2 UID.
        target: The target's files.
        run_id: The run to look into; None: the last one that changed the target.

    Raises:
        StagingError: Nothing was ever posted to the target, and no run is named.
    """
    current = current_or_first(target, 0)
    links = read_links(target, current)
    name = next(iter(links.filter(theirs=name)["uid"]), name)
    run = run_to_explain(target, run_id)
    desired, confirmed = _of_stage(run, DesiredManifest), _acknowledged(target, current)
    waiting = waiting_sentences(run, language_of(run))
    return {
        Phrase("Desired in run {run}", run=run.run_id): _rows(name, desired),
        Phrase("Changes of run {run}", run=run.run_id): _rows(
            name, _of_stage(run, ChangesManifest)
        ),
        Phrase("Confirmed by DHIS2"): _rows(name, confirmed),
        Phrase("In DHIS2 a person of its own"): _links_of(_spell(name), links),
        Phrase("Desired otherwise than confirmed"): _differences(name, desired, confirmed),
        Phrase("Held back or refused"): _rejects(run, name),
        Phrase("Held back of all by a guard"): [{"why": each} for each in waiting],
    }


def run_to_explain(target: Target, run_id: str | None) -> Run:
    """Return the run that is named, or the last one that changed the target.

    Raises:
        StagingError: Nothing was ever posted to the target, and no run is named.
    """
    return Run(target.root, run_id or _last_run(target, current_or_first(target, 0)))


def _links_of(name: str, links: pl.DataFrame) -> ShownRows:
    """Return by which UID DHIS2 knows a person whom it had before us."""
    found = links.filter((pl.col("key") == name) | (pl.col("uid") == name))
    return found.select("key", "uid", in_dhis2="theirs", state="state").to_dicts()


def _last_run(target: Target, current: Current) -> str:
    if current.last_run is None:
        raise StagingError(
            f"Nothing was ever posted to {target.name} from this staging folder, so there is no "
            f"last run to look into. Name a run with run_id. Nothing was changed."
        )
    return current.open_run or current.last_run


def _rows(name: str, frames_of: FramesOf) -> ShownRows:
    return [
        {"resource": resource.name} | row
        for resource in EVERY_RESOURCE
        for frame in frames_of(resource)
        for row in of_object(frame, _spell(name), resource)
    ]


def _differences(name: str, desired: FramesOf, confirmed: FramesOf) -> ShownRows:
    sides = ((each, desired(each), confirmed(each)) for each in EVERY_RESOURCE)
    return [
        {"resource": resource.name} | row
        for resource, desired_rows, confirmed_rows in sides
        if desired_rows and confirmed_rows
        for row in differences(
            pl.concat(desired_rows),
            pl.concat(confirmed_rows, how="diagonal"),
            _spell(name),
            resource,
        )
    ]


def _spell(name: str) -> str:
    """Return a name as keys are spelled."""
    return name.lower() if "-" in name else name


def _of_stage(run: Run, stage: type[DesiredManifest | ChangesManifest]) -> FramesOf:
    manifest = stage.read_if_done(run)
    count = manifest.partitions if manifest else 0
    path_of = run.desired if stage is DesiredManifest else run.changes
    present = resources_in(run)
    return lambda resource: [
        scan_objects(path_of(resource.name, each)) for each in range(count) if resource in present
    ]


def _acknowledged(target: Target, current: Current) -> FramesOf:
    return lambda resource: [
        acknowledged(target, current, resource, each) for each in range(current.partitions)
    ]


def _rejects(run: Run, name: str) -> ShownRows:
    is_named = pl.col("id").str.to_lowercase() == name.lower()
    found = read_rejects(run).filter(is_named | (pl.col("key") == name)).collect()
    return hints_in(found, language_of(run)).to_dicts()
