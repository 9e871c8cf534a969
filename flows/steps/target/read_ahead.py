"""Read several parts at once, and yield what they hold as if they were read one after another.

    parts ─► twice at_once taken ─► read in threads ─► a queue each ─► yielded part by part

A part that is read while one before it is not yielded yet waits in its queue. A queue has room for
so much and no more, so memory does not grow with what is read.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class _End:
    """The end of a part, and the error that it ended with."""

    error: BaseException | None = None


class _Part(Generic[R]):
    """One part on its way."""

    def __init__(self, room: int, stop: threading.Event) -> None:
        self._stop = stop
        self._queue: Queue[R | _End] = Queue(room)

    def fill(self, items: Callable[[], Iterator[R]]) -> None:
        """Read the part, in a thread."""
        try:
            for each in items():
                self._put(each)
                if self._stop.is_set():
                    return
            self._put(_End())
        except BaseException as error:
            self._put(_End(error))

    def results(self) -> Iterator[R]:
        """Yield what is read, as it comes.

        Raises:
            BaseException: What the part ended with.
        """
        while not isinstance(each := self._queue.get(), _End):
            yield each
        if each.error is not None:
            raise each.error

    def _put(self, each: R | _End) -> None:
        while not self._stop.is_set():
            with suppress(Full):
                self._queue.put(each, timeout=LOOK_SECONDS)
                return


def in_order(
    parts: Iterable[T], read: Callable[[T], Iterator[R]], *, at_once: int, room: int
) -> Iterator[R]:
    """Yield all that the parts hold, part by part.

    Args:
        parts: Taken as they are needed.
        read: Reads a part, in a thread.
        at_once: Parts that are read at once.
        room: Items of a part that may wait.

    Raises:
        BaseException: What the first part that failed ended with; no other begins then.
    """
    source, ahead, stop = iter(parts), deque[_Part[R]](), threading.Event()
    with ThreadPoolExecutor(at_once, thread_name_prefix="read") as threads:
        try:
            while True:
                for each in islice(source, 2 * at_once - len(ahead)):
                    ahead.append(_Part(room, stop))
                    threads.submit(ahead[-1].fill, partial(read, each))
                if not ahead:
                    return
                yield from ahead.popleft().results()
        finally:
            stop.set()
            threads.shutdown(cancel_futures=True)
