"""Explain: what is wanted of an object, what DHIS2 confirmed, and why it was refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.prefect_support.endings import in_one_sentence
from flows.steps.compare.magnitude import held_back
from flows.steps.shared.current_state import current_or_first
from staging.acknowledged import Current, scan
from staging.frames import is_done, read_stage, scan_frame
from staging.layout import Run, Target
from staging.rejects import read_rejects
from transforms.changes.deltas import acknowledged_schema
from transforms.core.errors import StagingError
from transforms.model.resources import RESOURCES, Resource
from transforms.reports.explanations import differences, markdown, of_object

Rows = list[dict[str, Any]]
FramesOf = Callable[[Resource], list[pl.LazyFrame]]


@flow(name="explain")
@in_one_sentence
def explain(name: str, target: str, staging_root: Path, run_id: str | None = None) -> str:
    """Show what is known of an object; no value is shown, nor where or when it is.

    Args:
        name: An openIMIS UUID (or the key of a claim line or insuree policy), or a DHIS2 UID. That
            of a person also finds what belongs to the person.
        target: Name of the target.
        staging_root: Folder of all pipeline files.
        run_id: The run to look into; by default the last one that changed the target.

    Returns:
        What was found, as Markdown; also an artifact.

    Raises:
        StagingError: Nothing was ever posted to the target, and no run is named.
    """
    goal = Target(staging_root, target)
    current = current_or_first(goal, 0)
    run = Run(staging_root, run_id or _last_run(goal, current))
    wanted, confirmed = _of_stage(run, "desired"), _acknowledged(goal, current)
    text = markdown(
        name,
        {
            f"Wanted in run {run.run_id}": _found(name, wanted),
            f"Changes of run {run.run_id}": _found(name, _of_stage(run, "changes")),
            "Confirmed by DHIS2": _found(name, confirmed),
            "Wanted otherwise than confirmed": _differences(name, wanted, confirmed),
            "Held back or refused": _rejected(run, name),
            "Held back of all by a guard": [{"why": each} for each in held_back(run)],
        },
    )
    create_markdown_artifact(text, key="explanation", description=f"What is known of {name}")
    return text


def _last_run(target: Target, current: Current) -> str:
    if current.last_run is None:
        raise StagingError(
            f"Nothing was ever posted to {target.name} from this staging folder, so there is no "
            f"last run to look into. Name a run with run_id. Nothing was changed."
        )
    return current.open_run or current.last_run


def _found(name: str, frames_of: FramesOf) -> Rows:
    return [
        {"resource": resource.name} | row
        for resource in RESOURCES
        for frame in frames_of(resource)
        for row in of_object(frame, _spelled(name), resource)
    ]


def _differences(name: str, wanted: FramesOf, confirmed: FramesOf) -> Rows:
    sides = ((each, wanted(each), confirmed(each)) for each in RESOURCES)
    return [
        {"resource": resource.name} | row
        for resource, desired, acknowledged in sides
        if desired and acknowledged
        for row in differences(
            pl.concat(desired),
            pl.concat(acknowledged, how="diagonal"),
            _spelled(name),
            resource,
        )
    ]


def _spelled(name: str) -> str:
    """Return a name as keys are spelled."""
    return name.lower() if "-" in name else name


def _of_stage(run: Run, stage: str) -> FramesOf:
    count = read_stage(run, stage)["partitions"] if is_done(run, stage) else 0
    path_of = run.desired if stage == "desired" else run.changes
    return lambda resource: [scan_frame(path_of(resource.name, each)) for each in range(count)]


def _acknowledged(target: Target, current: Current) -> FramesOf:
    return lambda resource: [
        scan(target, current, resource.name, each, acknowledged_schema(resource))
        for each in range(current.partitions)
    ]


def _rejected(run: Run, name: str) -> Rows:
    known = pl.col("id").str.to_lowercase() == name.lower()
    return read_rejects(run).filter(known | (pl.col("key") == name)).collect().to_dicts()
