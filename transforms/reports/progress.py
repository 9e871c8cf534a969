"""How far a stage is, in words: counts, rate, and when it will probably end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from transforms.core.language import ENGLISH, Language, Phrase

WHOLE = 100.0


@dataclass(frozen=True)
class StageProgress:
    """How far a stage is.

    Attributes:
        stage: Its name.
        counts: What is done, of how much.
        share: Of all that there is to do, in percent.
        done: What this attempt has done, in what its rate is counted in.
        rest: How much is left, in the same; None where nobody knows.
    """

    stage: str
    counts: Phrase
    share: float
    done: int
    rest: int | None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.share >= WHOLE


def load_progress(settled: int, total: int, before: int) -> StageProgress:
    """Return how far a load is.

    Args:
        settled: Bundles that are settled.
        total: Bundles of the run.
        before: How many of the settled ones an earlier attempt has posted.
    """
    counts = Phrase("{settled:,} of {total:,} bundles settled", settled=settled, total=total)
    return StageProgress("load", counts, WHOLE * settled / total, settled - before, total - settled)


def extract_progress(rows: int, rest: int | None, read: int, tables: int) -> StageProgress:
    """Return how far an extract is.

    Args:
        rows: Rows that are read.
        rest: How many there probably are besides; None where no snapshot of before tells.
        read: Tables that are read to their end.
        tables: Tables that are read.
    """
    counts = Phrase(
        "{read:,} of {tables:,} tables and {rows:,} rows read", read=read, tables=tables, rows=rows
    )
    if read == tables:
        return StageProgress("extract", counts, WHOLE, rows, 0)
    share = read / tables if rest is None else rows / max(1, rows + rest)
    return StageProgress("extract", counts, min(WHOLE * share, WHOLE - 1), rows, rest)


def transform_progress(
    computed: int, compared: int, partitions: int, done: int, rest: int
) -> StageProgress:
    """Return how far a transform is.

    Args:
        computed: Partitions of which is known what DHIS2 should hold.
        compared: Partitions that are compared with what DHIS2 has confirmed.
        partitions: Partitions of the people.
        done: How many this attempt has computed or compared.
        rest: How many are to be computed or compared.
    """
    counts = Phrase(
        "{computed:,} of {partitions:,} partitions computed, {compared:,} compared",
        computed=computed,
        compared=compared,
        partitions=partitions,
    )
    share = (computed + compared) / (computed + compared + rest)
    return StageProgress("transform", counts, WHOLE * share, done, rest)


def progress_in_words(
    progress: StageProgress, seconds: float, now: datetime, language: Language = ENGLISH
) -> str:
    """Return how far a stage is.

    Args:
        progress: How far it is.
        seconds: For how long this attempt has been at work.
        now: The clock, in UTC.
        language: In which people read it.
    """
    counts = language.of(progress.counts)
    if progress.is_over or not progress.done or seconds <= 0:
        return counts
    rate = progress.done / seconds
    words = _with_rate(counts, rate, language)
    if not progress.rest:
        return words
    end = now + timedelta(seconds=progress.rest / rate)
    return language.text("{words}; it ends at about {end:%d %b %H:%M} (UTC)", words=words, end=end)


def _with_rate(counts: str, rate: float, language: Language) -> str:
    """Return counts with what is done in a minute, or in an hour where that is less than one."""
    a_minute, an_hour = round(rate * 60), round(rate * 3600)
    if a_minute:
        return language.text("{counts}, {rate:,} a minute", counts=counts, rate=a_minute)
    return language.text("{counts}, {rate:,} an hour", counts=counts, rate=an_hour)
