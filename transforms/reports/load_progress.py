"""How far a load is, in words: counts, rate, and when it will probably end."""

from datetime import datetime, timedelta

from transforms.core.language import ENGLISH, Language


def progress_in_words(
    settled: int,
    total: int,
    done: int,
    seconds: float,
    now: datetime,
    language: Language = ENGLISH,
) -> str:
    """Return how far a load is.

    Args:
        settled: Bundles that are settled.
        total: Bundles of the run.
        done: How many of the settled ones this attempt has posted.
        seconds: For how long it has been posting.
        now: The clock, in UTC.
        language: In which people read it.
    """
    counts = language.text(
        "{settled} of {total} bundles settled",
        settled=language.number(settled),
        total=language.number(total),
    )
    if not done or seconds <= 0 or settled >= total:
        return counts
    rate = done / seconds
    end = now + timedelta(seconds=(total - settled) / rate)
    return language.text(
        "{counts}, {rate} a minute; the load ends at about {end:%d %b %H:%M} (UTC)",
        counts=counts,
        rate=language.number(round(rate * 60)),
        end=end,
    )
