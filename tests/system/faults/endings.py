"""How a run that goes wrong ends: its sentence, its rejects, and how patient it is before."""

from dataclasses import replace
from typing import Any

import polars as pl

from flows.connectors.dhis2.retry import Patience
from staging.rejects import read_rejects
from tests.support.scheme import Job, Scheme, bring
from transforms.core.errors import SyncError

SECONDS = 2.0
ATTEMPTS = 40  # where every second request fails, one of several threads may be unlucky long
WHILE_IT_RESTARTS = 2_000
SAID_OF_WHAT_DID_NOT_HAPPEN = ("othing", "No data were posted", "settled by the next run")


def impatient(job: Job, attempts: int = ATTEMPTS, **changes: Any) -> Job:
    """Return the same run, which asks so often, with hardly a pause."""
    return replace(job, patience=Patience(attempts=attempts, longest_wait=0.05), **changes)


def hurried(job: Job) -> Job:
    """Return the same run, which does not wait for an answer that comes late."""
    return impatient(job, attempts=4, seconds=SECONDS)


def ending(job: Job) -> str | None:
    """Bring DHIS2 up to date; return the sentence with which that stops, or None."""
    try:
        bring(job)
    except SyncError as error:
        return str(error)
    return None


def is_for_people(sentence: str) -> bool:
    """Whether an ending is in one line, in words, and says what did not happen."""
    says_what_did_not_happen = any(words in sentence for words in SAID_OF_WHAT_DID_NOT_HAPPEN)
    return "\n" not in sentence and sentence.endswith(".") and says_what_did_not_happen


def rejects(scheme: Scheme, run_id: str) -> pl.DataFrame:
    """Return what a run left behind because DHIS2 refused it."""
    rows = read_rejects(scheme.job(run_id).run)
    return rows.filter(pl.col("stage") == "dhis2").collect()
