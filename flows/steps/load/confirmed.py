"""Of which partitions DHIS2 has confirmed everything: nothing of them is to be compared again.

    nothing was to be posted      the next run would find the same, and report the same
    all that was posted           is confirmed, no rule held anything back, and nothing is in doubt

A UID that two objects have may become free in another partition, so who waits for one is compared.
"""

import polars as pl

from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.compare.partition_report import report_of
from flows.steps.load.left_out import values_left_out_by
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.staged_changes import Changes, changes_of, resources_in
from staging.current import Current
from staging.frames import scan_frame
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from staging.outbox import ACROSS
from transforms.changes.answers.outcomes import IS_REJECT
from transforms.changes.objects.schemas import UNKNOWN
from transforms.model.resources import DATA_VALUES, RESOURCES, Resource
from transforms.reports.summaries import posted_counts

DOUBLE = "uid_double"


def confirmed_partitions(
    run: Run, target: Target, current: Current, answers: pl.LazyFrame
) -> list[int]:
    """Return the partitions of which DHIS2 has confirmed everything.

    Args:
        run: A run that posts everything, and that has ended.
        target: The target's files.
        current: What is acknowledged after the run.
        answers: What DHIS2 answered; see `transforms.changes.answers.outcomes`.
    """
    if waiting_sentences(run) or values_left_out_by(run):
        return []
    if DATA_VALUES in resources_in(run):  # with figures, no partition is quiet
        return []
    partitions = ChangesManifest.read(run).partitions
    return [
        number
        for number in range(partitions)
        if _is_confirmed(run, target, current, number, answers)
    ]


def is_of_partition(partition: int) -> pl.Expr:
    """Whether an answer is of a partition, or of a bundle that holds objects of several."""
    return pl.col("partition").is_in([partition, ACROSS])


def _is_confirmed(
    run: Run, target: Target, current: Current, partition: int, answers: pl.LazyFrame
) -> bool:
    if not run.reported(partition).exists():
        return False
    rejects = pl.concat(report_of(scan_frame(run.reported(partition))).rejects.values())
    changes = changes_of(run, partition)
    if _is_empty(changes):
        return rejects.filter(pl.col("reasons").list.contains(pl.lit(DOUBLE))).is_empty()
    own = answers.filter(is_of_partition(partition))
    is_accepted = rejects.is_empty() and _is_clear(own) and _is_done(changes, own)
    return is_accepted and not _is_in_doubt(target, current, partition)


def _is_empty(changes: Changes) -> bool:
    rows = pl.concat(frame.select(pl.len()) for frame in changes.values())
    return not rows.sum().collect().item()


def _is_in_doubt(target: Target, current: Current, partition: int) -> bool:
    """Whether an earlier request, which had no answer, may still change something of a partition.

    The answers to this run do not say so: what it posted may be overwritten by what is late.
    """
    return any(
        not _doubts(acknowledged(target, current, resource, partition), resource).is_empty()
        for resource in RESOURCES
    )


def _doubts(rows: pl.LazyFrame, resource: Resource) -> pl.DataFrame:
    values = ["owner", "status", *(field.key for field in resource.fields)]
    present = [name for name in values if name in rows.collect_schema()]
    is_unknown = pl.any_horizontal(pl.col(present) == UNKNOWN)
    return rows.filter(is_unknown | pl.col("isLate")).limit(1).collect()


def _is_clear(answers: pl.LazyFrame) -> bool:
    """Whether DHIS2 has accepted all, and nothing may arrive late."""
    odd = answers.filter(IS_REJECT | pl.col("accepted").is_null() | pl.col("isLate"))
    return odd.limit(1).collect().is_empty()


def _is_done(changes: Changes, answers: pl.LazyFrame) -> bool:
    return not any(each["not done"] for each in posted_counts(changes, answers).values())
