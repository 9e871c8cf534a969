"""Post the outbox of a run, phase after phase; go on where an earlier attempt stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.load.interfaces import TO_TRACKER
from flows.steps.load.lacking import NOTHING as NOTHING_LACKS
from flows.steps.load.lacking import Lacking
from flows.steps.load.persons_of_other_programs import IN_ANOTHER_PROGRAM, find_persons_to_keep
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.post_phase import post_phase, requests_in_flight
from flows.steps.load.post_transfers import settle_transfers
from flows.steps.load.post_values import ValueInterface
from flows.steps.load.thread_state import LoadState
from flows.steps.shared.staged_changes import all_changes
from flows.steps.target.read_back import Reader
from staging.layout import Run
from staging.manifests import ChangesManifest
from staging.outbox import Bundle, begin, bundles, settle
from staging.receipts import outcomes
from transforms.changes.answers.outcomes import IS_REJECT
from transforms.changes.guards.stopping import StopRule, sent_by_group
from transforms.changes.objects.phases import DELETES, OF_VALUES, Phase
from transforms.changes.sending.dependants import PARENT_REFUSED, dependants, without
from transforms.changes.sending.leaving_out import without_values
from transforms.changes.sending.linked_bodies import NOBODY, Linked, linked_body, with_people
from transforms.changes.sending.waiting import NOTHING_WAITS
from transforms.dhis2.import_report import Receipt, Refused, Strategy
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.model.resources import TrackerType
from transforms.openimis.country import Guards, Load

CHUNK = 100
EMPTY = b"{}"

Blocked = Mapping[tuple[str, str], str]
"""Type and UID of what must not be posted, and the reason code."""

CLASSES = {
    PARENT_REFUSED: ErrorClass.PARENT,
    IN_ANOTHER_PROGRAM: ErrorClass.DATA,
}


def class_of(reason: str) -> ErrorClass:
    """Return who can cure the reason why something is not posted."""
    return CLASSES.get(reason, ErrorClass.CONFIGURATION)


@dataclass(frozen=True)
class Sending:
    """A bundle on its way, without what must not be posted, and without values left out."""

    bundle: Bundle
    blocked: Blocked
    was_begun: bool = False
    lacking: Lacking = NOTHING_LACKS

    def body(self) -> bytes:
        """Return the request body."""
        body = self.bundle.body()
        body = without(body, self.blocked)[0] if self.blocked else body
        lacking = self.lacking
        return without_values(body, lacking.left_out, lacking.emptied) if lacking.left_out else body

    def begin(self) -> None:
        """Record that it is about to be posted."""
        begin(self.bundle)

    def settle(self, receipt: Receipt) -> None:
        """Record what became of it; what was taken out is refused."""
        whole = replace(
            receipt,
            refused=receipt.refused + self._refusals(),
            unanswered=receipt.unanswered + self.was_begun,
        )
        settle(self.bundle, whole.as_json())

    def _refusals(self) -> tuple[Refused, ...]:
        if not self.blocked:
            return ()
        removed = without(self.bundle.body(), self.blocked)[1]
        return tuple(
            Refused(TrackerType(kind), uid, (reason,), class_of(reason))
            for kind, uid in removed
            for reason in [self.blocked[kind, uid]]
        )


@dataclass
class Posting:
    """What the chunks of one load share.

    Attributes:
        run: The run.
        client: The DHIS2.
        info: Who it is.
        load: How fast the country file lets it go.
        state: What the threads share.
        stop_rule: Says when what DHIS2 refuses is no matter of single records.
        as_superuser: DHIS2 refuses the user nothing, so it is queried for whom other programs have.
        lacking: What cannot be posted, because DHIS2 lacks what it uses.
        linked: What is known of people whom DHIS2 had before us; the client calls them as we do.
    """

    run: Run
    client: Dhis2
    info: SystemInfo
    load: Load
    state: LoadState = field(default_factory=LoadState)
    stop_rule: StopRule = field(default_factory=lambda: StopRule({}, {}, Guards()))
    as_superuser: bool = False
    lacking: Lacking = NOTHING_LACKS
    linked: Linked = NOBODY
    _blocked_by_phase: dict[Phase, Blocked] = field(default_factory=dict)

    def chunks(self, phase: Phase) -> Iterator[Sequence[Bundle]]:
        """Yield the bundles of a phase that are not settled, about a hundred at a time."""
        waiting = [
            bundle
            for bundle in bundles(self.run)
            if bundle.phase == phase and not bundle.is_settled
        ]
        for start in range(0, len(waiting), CHUNK):
            yield waiting[start : start + CHUNK]

    def post(self, phase: Phase, chunk: Sequence[Bundle]) -> int:
        """Post some bundles of a phase, settle them, and return how many objects they hold."""
        post_phase(
            (self._sending(phase, bundle) for bundle in chunk),
            lambda body: self._post_body(phase, body),
            self.state,
            self.stop_rule,
            # A bundle of changes of owner is many requests, as many of them at once as are allowed.
            in_flight=1 if phase is Phase.OWNERS else self._in_flight,
            begin=Sending.begin,
            settle=Sending.settle,
        )
        return sum(bundle.objects for bundle in chunk)

    @property
    def _in_flight(self) -> int:
        return requests_in_flight(self.load, self.info.dialect)

    def _sending(self, phase: Phase, bundle: Bundle) -> Sending:
        """Return a bundle on its way, without whom DHIS2 would delete for a superuser alone."""
        blocked = self._blocked_objects(phase)
        if self.as_superuser and phase is Phase.DELETE_TRACKED_ENTITIES:
            reader = Reader(self.client.waiting_by(self.state.wait), self.info.dialect)
            found = find_persons_to_keep(reader, bundle.body())
            to_keep = {
                each: why for each, why in found.items() if each[1] not in self.linked.people
            }
            blocked = to_keep | dict(blocked)
        return Sending(bundle, blocked, bundle.is_in_doubt, self.lacking)

    def _post_body(self, phase: Phase, body: bytes) -> Receipt:
        if not self.linked.people or phase is Phase.OWNERS or phase in OF_VALUES:
            return self._post(phase, body)
        sent = linked_body(phase, body, self.linked)
        return with_people(self._post(phase, sent.body), sent)

    def _post(self, phase: Phase, body: bytes) -> Receipt:
        strategy = strategy_of(phase)
        if body == EMPTY:
            return Receipt(strategy)
        if phase is Phase.OWNERS:
            return settle_transfers(
                self.client, body, self.info.dialect, self.state, self._in_flight
            )
        interface = ValueInterface(self.lacking.combos) if phase in OF_VALUES else TO_TRACKER
        return post_bundle(self.client, body, strategy, self.state, interface)

    def _blocked_objects(self, phase: Phase) -> Blocked:
        """Return what builds on something that an earlier phase did not get done."""
        if phase not in self._blocked_by_phase:
            self._blocked_by_phase[phase] = find_blocked(self.run, phase, self.lacking.waiting)
        return self._blocked_by_phase[phase]


def stop_rule_of(run: Run, refused_before: Mapping[str, int], guards: Guards) -> StopRule:
    """Return when the load of a run stops, by what it sends."""
    sent = sent_by_group(ChangesManifest.read(run).changes)
    return StopRule(sent, refused_before, guards)


def strategy_of(phase: Phase) -> Strategy:
    """Return the import strategy of a phase."""
    if phase is Phase.OWNERS:
        return "TRANSFER"
    return "DELETE" if phase in DELETES else "CREATE_AND_UPDATE"


def find_blocked(run: Run, phase: Phase, waiting: pl.DataFrame = NOTHING_WAITS) -> Blocked:
    """Return what a phase may not post, by the receipts of the run so far, and why.

    Args:
        run: The run.
        phase: The phase.
        waiting: type, uid, is_delete and reason of what waits because DHIS2 lacks what it uses.
    """
    refused = outcomes(run).filter(IS_REJECT).select("phase", "type", "uid").collect()
    if refused.is_empty() and waiting.is_empty():
        return {}
    is_delete = phase in DELETES
    found = dependants(all_changes(run), refused, waiting).filter(is_delete=is_delete)
    own = waiting.filter(is_delete=is_delete).select("type", "uid", "reason").iter_rows()
    return dict.fromkeys(found.select("type", "uid").iter_rows(), PARENT_REFUSED) | {
        (kind, uid): reason for kind, uid, reason in own
    }
