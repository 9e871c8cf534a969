"""When a load stops, and when what DHIS2 refuses are rejects.

A load stops when one reason meets more objects of a kind than a limit: a share of what the load
sends of that kind, and at least a count. As many as the load before had for that reason are not
counted, so bad records that are tried again every night stop no load.

    reason                                          share                 at least
    of DHIS2's configuration, or the whole request  misconfigured_share   misconfigured_count
    of the record itself                            bad_data_share        bad_data_count

A stop group is what is set up alike: tracked entities, the enrollments of a program, the events of
a stage. A request without objects that fails stops a load too: flows/steps/load/post_bundle.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson

from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.core.errors import TargetError
from transforms.dhis2.import_report import Receipt, Refused, Sent
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.dhis2.tables.error_codes import error_code
from transforms.model.chosen_resources import resources_of
from transforms.model.resources import TrackerType
from transforms.openimis.country import Guards

OF_DHIS2 = (ErrorClass.CONFIGURATION, ErrorClass.WHOLE_REQUEST)
TELLING = (*OF_DHIS2, ErrorClass.DATA)
PARENTS_FIRST = {kind: number for number, kind in enumerate(TrackerType)}
_OWNERS = {TrackerType.ENROLLMENT: "program", TrackerType.EVENT: "programStage"}


class StoppedError(TargetError):
    """One reason met more objects of a kind than records can have by themselves."""


class StopGroup(NamedTuple):
    """Objects that are set up alike: `of` is the UID of their program or stage; "" if deleted."""

    type: TrackerType
    of: str = ""


StopGroups = Mapping[Sent, StopGroup]


def stop_groups_of(body: bytes) -> StopGroups:
    """Return of what kind each object of a request body is."""
    content = orjson.loads(body)
    return {
        Sent(kind, each[IDENTIFIERS[kind]]): StopGroup(kind, each.get(_OWNERS.get(kind), ""))
        for kind in TrackerType
        for each in content.get(LISTS[kind], ())
    }


def sent_by_group(changes: Mapping[str, Mapping[str, int]]) -> dict[StopGroup, int]:
    """Return how many objects of each kind a load sends.

    Args:
        changes: Resource to kind of change to objects.
    """
    sent: Counter[StopGroup] = Counter()
    for resource in resources_of(changes):
        counts = changes.get(resource.name, {})
        kind = StopGroup(resource.tracker_type, resource.stage or resource.program or "")
        deleted = counts.get("delete", 0) + counts.get("replace", 0)
        sent[kind] += sum(counts.values()) - counts.get("delete", 0)
        sent[StopGroup(resource.tracker_type)] += deleted
    return dict(sent)


def limit(code: str, sent: int, guards: Guards) -> float:
    """Return how many objects of `sent` a load may have refused for a reason, and go on."""
    if error_code(code).error_class in OF_DHIS2:
        return max(guards.misconfigured_count, guards.misconfigured_share * sent)
    return max(guards.bad_data_count, guards.bad_data_share * sent)


def reasons_to_stop(
    refused: Mapping[str, int], before: Mapping[str, int], sent: int, guards: Guards
) -> list[str]:
    """Return the reason codes that stop the load, or nothing.

    Args:
        refused: Reason code to how many objects of one kind were refused for it so far.
        before: The same of the load before, of all kinds.
        sent: How many objects of the kind the load sends.
        guards: The limits.
    """
    return sorted(
        code
        for code, count in refused.items()
        if error_code(code).error_class in TELLING
        if count - before.get(code, 0) > limit(code, sent, guards)
    )


class StopRule:
    """Counts what a load was refused, and says when to stop; for one thread.

    Args:
        sent: How many objects of each kind the load sends; of a kind that is not named, none.
        before: Reason code to how many objects the load before had refused for it.
        guards: The limits.
    """

    def __init__(
        self, sent: Mapping[StopGroup, int], before: Mapping[str, int], guards: Guards
    ) -> None:
        self._sent = sent
        self._before = before
        self._guards = guards
        self._refused: dict[StopGroup, Counter[str]] = defaultdict(Counter)

    def observe(self, receipt: Receipt, kinds: StopGroups) -> None:
        """Take a receipt into account.

        Raises:
            StoppedError: One reason has met too many objects of a kind.
        """
        if receipt.strategy == "TRANSFER":  # people and their objects are in already
            return
        for kind, code in _refusals(receipt, kinds):
            self._refused[kind][code] += 1
        for kind in sorted(self._refused, key=lambda each: (PARENTS_FIRST[each.type], each)):
            sent, refused = self._sent.get(kind, 0), self._refused[kind]
            if codes := reasons_to_stop(refused, self._before, sent, self._guards):
                raise _stop_error(kind, codes, max(refused[code] for code in codes), sent)


def _refusals(receipt: Receipt, kinds: StopGroups) -> Iterator[tuple[StopGroup, str]]:
    for each in receipt.refused:
        for code in each.codes:
            yield _kind(each, kinds), code


def _kind(each: Refused, kinds: StopGroups) -> StopGroup:
    return kinds.get(Sent(each.type, each.uid), StopGroup(each.type))


def _stop_error(kind: StopGroup, codes: list[str], refused: int, sent: int) -> StoppedError:
    meanings = [(code, error_code(code)) for code in codes]
    reasons = " ".join(f"{code}: {each.meaning} {each.if_many}" for code, each in meanings)
    name = kind.type.replace("_", " ").lower()
    return StoppedError(
        f"DHIS2 refuses {refused} of the {sent} objects ({name}) that this run sends for the same "
        f"reason, more than records have by themselves: {reasons} Each of them is among the "
        f"rejects, by table and UUID. Mend it, then start a new run, which tries them again. "
        f"Nothing after them was posted, and nothing is lost."
    )
