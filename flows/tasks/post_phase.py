"""Post the bundles of a phase, several at a time, in memory that does not grow with them.

    bundles ─► twice in_flight taken ─► begin ─► post ─► receipt ─► settle
                                             (a thread of ours)   (the caller's thread)

The first error that stops the load lets the requests in flight end and settles what they bring.
A receipt that may turn out to be the server's fault is withheld until the phase ends.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, Protocol, TypeVar

from flows.connectors.dhis2 import Patience
from flows.tasks.load_state import LoadState
from flows.tasks.suspicion import Kinds, Suspicion, kinds_of
from transforms.country import Load
from transforms.import_report import Receipt
from transforms.tables.dialects import Dialect
from transforms.tables.error_codes import ErrorClass


class Bundle(Protocol):
    """What a bundle has to offer."""

    def body(self) -> bytes:
        """Return the request body."""


B = TypeVar("B", bound=Bundle)

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
        in_flight: Requests at once.
        begin: Called before a bundle's first request, in the thread that makes it.
        settle: Called with every receipt, in the caller's thread.

    Raises:
        TargetError: Nothing that follows can succeed; what was not settled is in doubt.
        BusyError: DHIS2 stayed busy or out of reach; likewise.
    """
    phase = _Phase(post, state, begin, settle)
    with ThreadPoolExecutor(in_flight, thread_name_prefix="post") as threads:
        try:
            phase.run(threads, iter(bundles), 2 * in_flight)
        except BaseException:
            state.stop()
            phase.settle_what_was_in_flight()
            raise
    phase.settle_withheld()


class _Phase(Generic[B]):
    """The bundles of a phase that are on their way."""

    def __init__(
        self,
        post: Post,
        state: LoadState,
        begin: Callable[[B], None],
        settle: Callable[[B, Receipt], None],
    ) -> None:
        self._post = post
        self._state = state
        self._begin = begin
        self._settle = settle
        self._suspicion = Suspicion(state.refused_before)
        self._futures: dict[Future[tuple[Receipt, Kinds]], B] = {}
        self._withheld: list[tuple[B, Receipt]] = []

    def run(self, threads: ThreadPoolExecutor, bundles: Iterator[B], window: int) -> None:
        """Keep up to `window` bundles on their way until there are no more."""
        for bundle in bundles:
            self._futures[threads.submit(self._posted, bundle)] = bundle
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
                self._settle_or_withhold(bundle, *future.result())

    def settle_withheld(self) -> None:
        """Settle what was under suspicion: there was not enough to condemn DHIS2."""
        for bundle, receipt in self._withheld:
            self._settle(bundle, receipt)
        self._withheld.clear()

    def _posted(self, bundle: B) -> tuple[Receipt, Kinds]:
        self._state.wait(0)
        body = bundle.body()
        self._begin(bundle)
        return self._post(body), kinds_of(body)

    def _take(self) -> None:
        done, _ = wait(self._futures, return_when=FIRST_COMPLETED)
        for future in done:
            bundle = self._futures.pop(future)
            receipt, kinds = future.result()
            self._suspicion.hear(receipt, kinds)
            self._settle_or_withhold(bundle, receipt, kinds)

    def _settle_or_withhold(self, bundle: B, receipt: Receipt, kinds: Kinds) -> None:
        if self._suspicion.is_about(receipt, kinds) or _fails_whole_requests(receipt):
            self._withheld.append((bundle, receipt))
        else:
            self._settle(bundle, receipt)


def _fails_whole_requests(receipt: Receipt) -> bool:
    return any(each.error_class is ErrorClass.WHOLE_REQUEST for each in receipt.refused)
