"""How often a request is tried, and how long to wait in between."""

import email.utils
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_RETRY_AFTER_SECONDS = 900.0


@dataclass(frozen=True)
class Patience:
    """How long a request is retried.

    Attributes:
        attempts: Requests before giving up.
        longest_wait: Seconds; the wait doubles from one second up to this, with full jitter.
        wait: Waits so many seconds.
        repeats_unfinished: Whether a request is retried while DHIS2 may still be working on it.
        longest_try: Seconds after which a request that failed is not retried.
    """

    attempts: int = 8
    longest_wait: float = 60.0
    wait: Callable[[float], object] = time.sleep
    repeats_unfinished: bool = True
    longest_try: float = math.inf

    def has_ended(self, attempt: int, seconds: float, *, may_go_on: bool) -> bool:
        """Whether the `attempt`th failure (from 1), after so many seconds, is the last."""
        is_late = attempt >= self.attempts or seconds >= self.longest_try
        return is_late or (may_go_on and not self.repeats_unfinished)

    def seconds(self, attempt: int, retry_after: float | None) -> float:
        """Return how long to wait after the `attempt`th failure, counted from 1."""
        if retry_after is not None:
            return min(retry_after, LONGEST_RETRY_AFTER_SECONDS)
        longest = min(self.longest_wait, 2.0 ** (attempt - 1))
        return random.uniform(0, longest)  # noqa: S311 - jitter, no secret


def retry_after_seconds(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header: a number, or a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
