"""What all threads of a load share: when to stop, and what the server cannot take."""

import random
import threading

from transforms.core.errors import SyncError

FAILED_BUNDLES = 3
"""Bundles in a row that failed as a whole: then it is checked whether anything gets through. That
alone stops no load, so it is no threshold of the country file."""
FAILED_TRANSFERS = 10
"""Failed changes of owner, after which none is tried twice in this load. No load stops for them."""


class LoadStoppedError(SyncError):
    """Another thread has met what stops the load; this bundle stays in doubt."""


class LoadState:
    """Counts of a whole run, safe to share between threads.

    Args:
        pause_seconds: About how long to wait before a failed request is made once more.
    """

    def __init__(self, *, pause_seconds: float = 2.0) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._pause_seconds = pause_seconds
        self._failed_in_a_row = 0
        self._transfers_failed = 0
        self._bundle_size: int | None = None

    @property
    def bundle_size(self) -> int | None:
        """Objects that one request may hold, once DHIS2 has refused a larger one (413)."""
        return self._bundle_size

    def stop(self) -> None:
        """Let no further request begin; those in flight end as they end."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait, unless the load stops.

        Raises:
            LoadStoppedError: It has stopped.
        """
        if self._stop.wait(seconds):
            raise LoadStoppedError("The load was stopped; this bundle is settled by the next run.")

    def pause(self) -> None:
        """Wait a little, each thread for another time, since two requests may have met."""
        self.wait(self._pause_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

    def limit(self, objects: int) -> None:
        """Let no request of this run hold more than `objects`."""
        with self._lock:
            self._bundle_size = min(objects, self._bundle_size or objects)

    def note_answer(self) -> None:
        """Note that DHIS2 has given a report on a request."""
        with self._lock:
            self._failed_in_a_row = 0

    def note_failure(self) -> bool:
        """Note that a bundle failed twice as a whole; return whether so did those before it.

        Several in flight may hold an object each that fails every request: whether anything gets
        through at all is then to be checked.
        """
        with self._lock:
            self._failed_in_a_row += 1
            is_row = self._failed_in_a_row >= FAILED_BUNDLES
            if is_row:
                self._failed_in_a_row = 0
            return is_row

    def transfer_failed(self) -> bool:
        """Note that a transfer failed; return whether it is worth another try.

        What a transfer follows is in already, and the next run tries again: no load stops for it.
        """
        with self._lock:
            self._transfers_failed += 1
            return self._transfers_failed <= FAILED_TRANSFERS
