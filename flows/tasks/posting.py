"""Post the outbox of a run, phase after phase; go on where an earlier attempt stopped."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.connectors.dhis2 import Dhis2, SystemInfo
from flows.tasks.bundles import CHANGES, changes_of
from flows.tasks.load_state import LoadState
from flows.tasks.post import post_bundle, settle_transfers
from flows.tasks.post_phase import post_phase, requests_in_flight
from staging.frames import read_stage
from staging.layout import Run
from staging.outbox import Bundle, begin, bundles, settle
from staging.receipts import outcomes
from transforms.bundles import DELETES, Phase
from transforms.country import Load
from transforms.dependants import PARENT_REFUSED, dependants, without
from transforms.import_report import Receipt, Refused, Strategy
from transforms.resources import TrackerType
from transforms.tables.error_codes import ErrorClass

CHUNK = 100
EMPTY = b"{}"

Blocked = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Sending:
    """A bundle on its way, without what must not be posted any more."""

    bundle: Bundle
    blocked: Blocked
    was_begun: bool = False

    def body(self) -> bytes:
        """Return the request body."""
        body = self.bundle.body()
        return without(body, self.blocked)[0] if self.blocked else body

    def begin(self) -> None:
        """Record that it is about to be posted."""
        begin(self.bundle)

    def settle(self, receipt: Receipt) -> None:
        """Record what became of it; what was taken out is refused for its parent's sake."""
        whole = replace(
            receipt,
            refused=receipt.refused + self._held_back(),
            unanswered=receipt.unanswered + self.was_begun,
        )
        settle(self.bundle, whole.as_json())

    def _held_back(self) -> tuple[Refused, ...]:
        if not self.blocked:
            return ()
        removed = without(self.bundle.body(), self.blocked)[1]
        return tuple(
            Refused(TrackerType(kind), uid, (PARENT_REFUSED,), ErrorClass.PARENT)
            for kind, uid in removed
        )


@dataclass
class Posting:
    """What the chunks of one load share."""

    run: Run
    client: Dhis2
    info: SystemInfo
    load: Load
    state: LoadState = field(default_factory=LoadState)
    _blocked_by_phase: dict[Phase, Blocked] = field(default_factory=dict)

    def chunks(self, phase: Phase, *, begun_only: bool = False) -> Iterator[Sequence[Bundle]]:
        """Yield the bundles of a phase that are not settled, about a hundred at a time.

        Args:
            phase: The phase.
            begun_only: Leave out those that were never begun: they are still different, and a
                later run's.
        """
        waiting = [
            bundle
            for bundle in bundles(self.run)
            if bundle.phase == phase and not bundle.is_settled
            if bundle.is_in_doubt or not begun_only
        ]
        for start in range(0, len(waiting), CHUNK):
            yield waiting[start : start + CHUNK]

    def post(self, phase: Phase, chunk: Iterable[Bundle]) -> int:
        """Post some bundles of a phase, settle them, and return how many objects they hold."""
        blocked = self._blocked(phase)
        sending = [Sending(bundle, blocked, bundle.is_in_doubt) for bundle in chunk]
        post_phase(
            sending,
            lambda body: self._posted(phase, body),
            self.state,
            in_flight=requests_in_flight(self.load, self.info.dialect),
            begin=Sending.begin,
            settle=Sending.settle,
        )
        return sum(each.bundle.objects for each in sending)

    def _posted(self, phase: Phase, body: bytes) -> Receipt:
        strategy: Strategy = "DELETE" if phase in DELETES else "CREATE_AND_UPDATE"
        if body == EMPTY:
            return Receipt(strategy)
        if phase is Phase.OWNERS:
            return settle_transfers(self.client, body, self.info.dialect, self.state)
        return post_bundle(self.client, body, strategy, self.state)

    def _blocked(self, phase: Phase) -> Blocked:
        """Return what builds on something that an earlier phase did not get done."""
        if phase not in self._blocked_by_phase:
            self._blocked_by_phase[phase] = blocked(self.run, phase)
        return self._blocked_by_phase[phase]


def blocked(run: Run, phase: Phase) -> Blocked:
    """Return type and UID of what a phase may not post, by the receipts of the run so far."""
    refused = outcomes(run).filter(~pl.col("accepted")).select("phase", "type", "uid").collect()
    if refused.is_empty():
        return frozenset()
    found = dependants(all_changes(run), refused).filter(is_delete=phase in DELETES)
    return frozenset(found.select("type", "uid").iter_rows())


def all_changes(run: Run) -> dict[str, pl.LazyFrame]:
    """Return resource name → changes of all partitions."""
    count = read_stage(run, CHANGES)["partitions"]
    frames = [changes_of(run, partition) for partition in range(count)]
    return {name: pl.concat(each[name] for each in frames) for name in frames[0]}
