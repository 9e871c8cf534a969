"""Record what a run did, for people and for the next run."""

from time import time

import polars as pl
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.steps.compare.bundles import OUTBOX
from flows.steps.compare.desired import unmapped_values
from flows.steps.compare.magnitude import other_sentences, waiting_sentences
from flows.steps.load.confirmed import is_of_partition
from flows.steps.load.figures_of_options import options_noted
from flows.steps.load.fold import OUTCOMES as GATHERED
from flows.steps.load.left_out import note_counts
from flows.steps.shared.staged_changes import changes_of
from staging.files import read_json, write_json
from staging.frames import is_done, scan_frame
from staging.languages import language_of
from staging.layout import Run
from staging.manifests import ChangesManifest, DesiredManifest
from staging.receipts import outcomes
from staging.rejects import GUARD, read_rejects
from staging.snapshots import is_complete, read_manifest
from staging.summaries import read_summary
from transforms.changes.answers.outcomes import OUTCOMES
from transforms.changes.answers.reject_rows import COUNTED_ONLY, NOTE, UNREADABLE_ROWS
from transforms.core.json_texts import Json
from transforms.core.language import Language
from transforms.model.chosen_resources import sends_everything
from transforms.model.resources import DATA_VALUES
from transforms.reports.summaries import (
    Counts,
    RunState,
    count_held_back,
    counted_reasons,
    in_words,
    markdown,
    posted_counts,
    reject_counts,
    sum_counts,
)

REJECTS = "%d objects were held back or refused: reason, table and UUID of each are in %s"


def summarise(run: Run, target: str, state: RunState, before: str | None = None) -> int:
    """Write summary.json and the run's artifact; return the objects held back or refused.

    Args:
        run: The run.
        target: Name of the target.
        state: How far the run came.
        before: Id of the run before, to compare with.
    """
    summary = _summary(run, target, state)
    write_json(run.summary, summary)
    get_run_logger().info("Posted to DHIS2: %s", in_words(summary["changes"]))
    text = markdown(summary, _earlier(run, before), language_of(run))
    create_markdown_artifact(text, key="run-summary", description=f"Run {run.run_id}")
    if rejects := count_held_back(summary["rejects"]):
        get_run_logger().info(REJECTS, rejects, run.folder / "rejects")
    return rejects


def rejects_of(run: Run) -> int:
    """Return how many objects a run that was summarised held back, or DHIS2 refused."""
    return count_held_back(read_json(run.summary)["rejects"])


def _summary(run: Run, target: str, state: RunState) -> Json:
    language = language_of(run)
    desired = DesiredManifest.read_if_done(run)
    changes = ChangesManifest.read_if_done(run)
    facts = {"as_of": str(read_manifest(run).as_of)} if is_complete(run) else {}
    return facts | {
        "run_id": run.run_id,
        "target": target,
        "state": state.value,
        "ended_at": time(),
        "is_whole": changes is not None and sends_everything(changes.wholly),
        "compared": desired.rows if desired else {},
        "planned": changes.changes if changes else {},
        "changes": _sum_of_posts(run, changes.partitions) if changes else {},
        "rejects": _reject_counts(run, desired, changes, language),
        "held_back": waiting_sentences(run, language),
        "reported": other_sentences(run, language),
        "unmapped": unmapped_values(run, language),
    }


def _reject_counts(
    run: Run, desired: DesiredManifest | None, changes: ChangesManifest | None, language: Language
) -> list[Json]:
    """Return how many objects were held back, refused, counted only, or lack something."""
    return [
        *reject_counts(read_rejects(run).filter(pl.col("stage") != GUARD), language),
        *counted_reasons(_counted_only(desired, changes), COUNTED_ONLY, language),
        *counted_reasons(changes.noted if changes else {}, NOTE, language),
        *counted_reasons(note_counts(run), NOTE, language),
        *counted_reasons(options_noted(run), NOTE, language),
    ]


def _counted_only(desired: DesiredManifest | None, changes: ChangesManifest | None) -> Counts:
    """Return how many objects, and rows of openIMIS, are counted only."""
    rows = desired.counted_only if desired else {}
    figures = {DATA_VALUES.name: desired.withheld} if desired and desired.withheld else {}
    return {UNREADABLE_ROWS: rows, **(changes.counted_only if changes else {}), **figures}


def _sum_of_posts(run: Run, partitions: int) -> Counts:
    """Add up what DHIS2 has done, partition by partition."""
    answers = _answers(run)
    return sum_counts(
        posted_counts(changes_of(run, number), answers.filter(is_of_partition(number)))
        for number in range(partitions)
    )


def _answers(run: Run) -> pl.LazyFrame:
    """Return what DHIS2 answered: as it was gathered when the run was folded, else so far."""
    if is_done(run, GATHERED):
        return scan_frame(run.outcomes)
    return outcomes(run) if is_done(run, OUTBOX) else pl.LazyFrame(schema=OUTCOMES)


def _earlier(run: Run, before: str | None) -> Json | None:
    return read_summary(Run(run.root, before)) if before else None
