"""Post the bundles of a phase, several at a time, in memory that does not grow with them.

    bundles ─► twice in_flight read ─► its turn ─► begin ─► post ─► receipt ─► settle
                                              (a thread of ours)        (the caller's thread)

While in_flight bundles are posted, as many others are read: a bundle waits for its turn, and no
turn waits for disk and JSON. The first error that stops the load lets the requests in flight end,
and settles what they bring.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import BoundedSemaphore
from typing import Generic, Protocol, TypeVar

from flows.connectors.dhis2.retry import Patience
from flows.steps.load.thread_state import LoadState
from transforms.changes.guards.stopping import StopGroups, StopRule, stop_groups_of
from transforms.dhis2.import_report import Receipt
from transforms.dhis2.tables.versions import Dialect
from transforms.openimis.country import Load


class Postable(Protocol):
    """What a bundle has to offer."""

    def body(self) -> bytes:
        """Return the request body."""


B = TypeVar("B", bound=Postable)

Post = Callable[[bytes], Receipt]


def requests_in_flight(load: Load, dialect: Dialect) -> int:
    """Return how many requests are made at once: as the country file says, else what pays best."""
    return load.in_flight or dialect.in_flight


def patience_of(load: Load) -> Patience:
    """Return how long a request is tried, as the country file says."""
    return Patience(attempts=load.attempts, longest_wait=load.longest_wait_seconds)


def post_phase(
    bundles: Iterable[B],
    post: Post,
    state: LoadState,
    stop_rule: StopRule,
    *,
    in_flight: int,
    begin: Callable[[B], None],
    settle: Callable[[B, Receipt], None],
) -> None:
    """Post the bundles of one phase; return when all are settled.

    Args:
        bundles: In any order; taken as they are needed.
        post: Posts one request body: `post_bundle` or `settle_transfers` with its arguments.
        state: What the threads of the run share.
        stop_rule: Says when what DHIS2 refuses is no matter of single records.
        in_flight: Requests at once.
        begin: Called before a bundle's first request, in the thread that makes it.
        settle: Called with every receipt, in the caller's thread.

    Raises:
        TargetError: Nothing that follows can succeed; what was not settled is in doubt.
        StoppedError: DHIS2 refuses too much for one reason; likewise.
        BusyError: DHIS2 stayed busy or out of reach; likewise.
    """
    phase = _Phase(post, stop_rule, state, begin, settle, in_flight)
    ahead = 2 * in_flight
    with ThreadPoolExecutor(ahead, thread_name_prefix="post") as threads:
        try:
            phase.run(threads, iter(bundles), ahead)
        except BaseException:
            state.stop()
            phase.settle_what_was_in_flight()
            raise


class _Phase(Generic[B]):
    """The bundles of a phase that are on their way."""

    def __init__(
        self,
        post: Post,
        stop_rule: StopRule,
        state: LoadState,
        begin: Callable[[B], None],
        settle: Callable[[B, Receipt], None],
        in_flight: int,
    ) -> None:
        self._turns = BoundedSemaphore(in_flight)
        self._post = post
        self._state = state
        self._begin = begin
        self._settle = settle
        self._stop_rule = stop_rule
        self._futures: dict[Future[tuple[Receipt, StopGroups]], B] = {}

    def run(self, threads: ThreadPoolExecutor, bundles: Iterator[B], window: int) -> None:
        """Keep up to `window` bundles on their way until there are no more."""
        for bundle in bundles:
            self._futures[threads.submit(self._post_bundle, bundle)] = bundle
            if len(self._futures) >= window:
                self._take()
        while self._futures:
            self._take()

    def settle_what_was_in_flight(self) -> None:
        """Settle the bundles whose requests end well after the load has stopped."""
        for future in self._futures:
            future.cancel()
        for future, bundle in self._futures.items():
            if not future.cancelled() and future.exception() is None:
                self._settle(bundle, future.result()[0])

    def _post_bundle(self, bundle: B) -> tuple[Receipt, StopGroups]:
        self._state.wait(0)
        body = bundle.body()
        with self._turns:
            self._state.wait(0)
            self._begin(bundle)
            receipt = self._post(body)
        return receipt, stop_groups_of(body) if receipt.refused else {}

    def _take(self) -> None:
        done, _ = wait(self._futures, return_when=FIRST_COMPLETED)
        for future in done:
            bundle = self._futures.pop(future)
            receipt, kinds = future.result()
            self._settle(bundle, receipt)
            self._stop_rule.observe(receipt, kinds)
