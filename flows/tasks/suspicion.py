"""Tell a DHIS2 that is set up wrongly from records that are wrong.

Objects are heard by kind: tracked entities, the enrollments of each program, the events of each
stage. A country must not be rejected because a user lacks a right, so the load stops when

    nothing of a kind was taken so far, and all of it was refused for one reason of configuration
    or, at any time, one such reason meets every second object of the last bundles, and many
    or one reason of data meets nearly every one of the last five hundred: an option set was removed

Bad records are tried again every night, and perhaps nothing else is: a hundred of them stop no
load, and of a reason of data as many are not heard at all as the load before had.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from transforms.bundles import IDENTIFIERS, LISTS
from transforms.errors import TargetError
from transforms.import_report import Receipt, Refused, Sent
from transforms.resources import TrackerType
from transforms.tables.error_codes import ErrorClass, error_code

ENOUGH_BUNDLES = 3
ENOUGH_OBJECTS = 100
ENOUGH_RECORDS = 500

PARENTS_FIRST = {kind: number for number, kind in enumerate(TrackerType)}
TELLING = (ErrorClass.CONFIGURATION, ErrorClass.DATA)
OF_CONFIGURATION = "is one of its configuration"
OF_MANY = "so many records cannot have by themselves"
_OWNERS = {TrackerType.ENROLLMENT: "program", TrackerType.EVENT: "programStage"}

_Bundle = tuple[int, Counter[str]]


class Kind(NamedTuple):
    """Objects that are set up alike: `of` is the UID of their program or program stage."""

    type: TrackerType
    of: str = ""


Kinds = Mapping[Sent, Kind]


def kinds_of(body: bytes) -> Kinds:
    """Return of what kind each object of a request body is."""
    content = orjson.loads(body)
    return {
        Sent(kind, each[IDENTIFIERS[kind]]): Kind(kind, each.get(_OWNERS.get(kind), ""))
        for kind in TrackerType
        for each in content.get(LISTS[kind], ())
    }


class Suspicion:
    """What the latest bundles of a phase have in common; for one thread.

    Args:
        refused_before: Reason code to how many more may be refused for it, since as many were by
            the load before; counted down.
    """

    def __init__(self, refused_before: Counter[str]) -> None:
        self._heard: dict[Kind, _Heard] = defaultdict(_Heard)
        self._refused_before = refused_before

    def hear(self, receipt: Receipt, kinds: Kinds) -> None:
        """Take a receipt into account.

        Raises:
            TargetError: Enough objects of a kind were refused for the same reason.
        """
        for kind, (accepted, refused) in _by_kind(receipt, kinds).items():
            heard = self._heard[kind]
            heard.hear(accepted, [codes for codes in refused if not self._is_known(codes)])
            if codes := heard.enough():
                how_many = "every second" if heard.has_accepted else "every"
                raise _misconfigured(kind.type, codes, how_many, OF_CONFIGURATION)
            if codes := heard.enough_records():
                raise _misconfigured(kind.type, codes, "nearly every", OF_MANY)

    def is_about(self, receipt: Receipt, kinds: Kinds) -> bool:
        """Whether the receipt is to be withheld, since it may turn out to reject a country."""
        found: dict[Kind, set[str]] = defaultdict(set)
        for kind, codes in _refusals(receipt, kinds):
            found[kind] |= codes
        return any(self._heard[kind].is_suspicious(codes) for kind, codes in found.items())

    def _is_known(self, codes: set[str]) -> bool:
        """Whether the load before had one like it; count that down."""
        is_known = not _of_configuration(codes) and any(self._refused_before[it] for it in codes)
        if is_known:
            self._refused_before -= Counter(codes)
        return is_known


class _Heard:
    """What was heard of one kind of object: of the latest bundles how many, and the reasons."""

    def __init__(self) -> None:
        self.has_accepted = False
        self._bundles: deque[_Bundle] = deque(maxlen=ENOUGH_BUNDLES)
        self._records: deque[_Bundle] = deque()

    def hear(self, accepted: int, refused: list[set[str]]) -> None:
        """Hear of a bundle: how many were taken, and the codes of those that were refused."""
        self.has_accepted = self.has_accepted or bool(accepted)
        configured = [found for codes in refused if (found := _of_configuration(codes))]
        self._bundles.append((accepted + len(configured), _counted(configured)))
        self._records.append((accepted + len(refused), _counted(refused)))
        while sum(count for count, _ in self._records) - self._records[0][0] >= ENOUGH_RECORDS:
            self._records.popleft()

    def enough(self) -> list[str]:
        """Return the codes that condemn DHIS2, or nothing."""
        objects, reasons = _sum(self._bundles)
        many = len(self._bundles) >= ENOUGH_BUNDLES or objects >= ENOUGH_OBJECTS
        if not self.has_accepted and many:
            return sorted(code for code, count in reasons.items() if count == objects)
        return sorted(
            code
            for code, count in reasons.items()
            if count >= ENOUGH_OBJECTS and 2 * count >= objects
        )

    def enough_records(self) -> list[str]:
        """Return the codes that so many records cannot have by themselves, or nothing."""
        if _sum(self._records)[0] < ENOUGH_RECORDS:
            return []
        return _of_nearly_all(self._records)

    def is_suspicious(self, codes: set[str]) -> bool:
        """Whether one of the codes may turn out to condemn DHIS2."""
        objects, reasons = _sum(self._bundles)
        latest = list(self._records)[-1:]
        nearly_all = {*_of_nearly_all(self._records), *_of_nearly_all(latest)}
        return bool(nearly_all & codes) or any(
            2 * reasons[code] >= objects for code in _of_configuration(codes)
        )


def _of_nearly_all(heard: Iterable[_Bundle]) -> list[str]:
    objects, reasons = _sum(heard)
    return sorted(code for code, count in reasons.items() if 10 * count >= 9 * objects)


def _counted(refused: list[set[str]]) -> Counter[str]:
    return Counter(code for codes in refused for code in codes)


def _sum(heard: Iterable[_Bundle]) -> tuple[int, Counter[str]]:
    objects, reasons = 0, Counter[str]()
    for count, codes in heard:
        objects += count
        reasons += codes
    return objects, reasons


def _by_kind(receipt: Receipt, kinds: Kinds) -> dict[Kind, tuple[int, list[set[str]]]]:
    """Return, a kind, how many were taken, and the codes of those refused.

    Parents come first: the reason that they are refused for is behind that of their children.
    """
    accepted = Counter(_kind(each, kinds) for each in receipt.accepted)
    refused: dict[Kind, list[set[str]]] = defaultdict(list)
    for kind, codes in _refusals(receipt, kinds):
        refused[kind].append(codes)
    heard = sorted(
        accepted.keys() | refused.keys(), key=lambda kind: (PARENTS_FIRST[kind.type], kind)
    )
    return {kind: (accepted[kind], refused[kind]) for kind in heard}


def _refusals(receipt: Receipt, kinds: Kinds) -> Iterator[tuple[Kind, set[str]]]:
    """Yield what was refused for itself: that another object was refused says nothing."""
    for each in receipt.refused:
        if codes := _codes(each):
            yield _kind(each, kinds), codes


def _kind(each: Sent | Refused, kinds: Kinds) -> Kind:
    return kinds.get(Sent(each.type, each.uid), Kind(each.type))


def _codes(refused: Refused) -> set[str]:
    return {code for code in refused.codes if error_code(code).error_class in TELLING}


def _of_configuration(codes: set[str]) -> set[str]:
    return {code for code in codes if error_code(code).error_class is ErrorClass.CONFIGURATION}


def _misconfigured(kind: TrackerType, codes: list[str], how_many: str, why: str) -> TargetError:
    known = [(code, error_code(code)) for code in codes]
    said = " ".join(f"{code}: {each.meaning} {each.if_many}" for code, each in known)
    return TargetError(
        f"DHIS2 refuses {how_many} {kind.replace('_', ' ').lower()} for the same reason, which "
        f"{why}: {said} Then run again. Nothing was rejected; what was begun is settled by the "
        f"next run."
    )
