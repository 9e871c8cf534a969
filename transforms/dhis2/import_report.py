"""Judge what DHIS2 answered to a tracker request, object by object.

    accepted   named in objectReports of bundleReport; on DELETE also: refused because not there
    refused    named in errorReports of validationReport
    neither    the whole request failed, whatever its status says (`judge` returns None)

With atomicMode=OBJECT DHIS2 answers 200 "OK" although it left objects out (2.40 to 2.43).
Its `message` and `args` quote values and are never read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from transforms.core.json_texts import Json
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.dhis2.tables.error_codes import REASONS_OF_CODES, error_code, weightiest
from transforms.model.resources import TrackerType

Strategy = Literal["CREATE_AND_UPDATE", "DELETE", "TRANSFER"]

GONE = frozenset({ErrorClass.ABSENT, ErrorClass.TOMBSTONE})


class Sent(NamedTuple):
    """An object of a request."""

    type: TrackerType
    uid: str


@dataclass(frozen=True)
class Refused:
    """An object that DHIS2 did not take.

    Attributes:
        type: Kind of object.
        uid: Its UID.
        codes: DHIS2's error codes, sorted, or one of ours where it gives none.
        error_class: The weightiest class of the codes.
        may_be_done: DHIS2 may have accepted it, or may do so later: a request got no answer.
    """

    type: TrackerType
    uid: str
    codes: tuple[str, ...]
    error_class: ErrorClass
    may_be_done: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of every object of a bundle.

    Attributes:
        strategy: The import strategy.
        accepted: Objects that DHIS2 holds (or, on DELETE, no longer holds).
        refused: Objects that it did not take.
        requests: Requests that it took to know.
        bundle_size: Objects a request from now on, where DHIS2 refused a larger one (413).
        unanswered: Requests without an answer, which DHIS2 may carry out after all that follows.
        unknown: Objects that DHIS2 may hold: they were posted, and the answer is lost.
        absent: Those of `accepted` that were to be deleted and that DHIS2 has never had: a request
            that comes late may still make them.
    """

    strategy: Strategy
    accepted: tuple[Sent, ...] = ()
    refused: tuple[Refused, ...] = ()
    requests: int = 0
    bundle_size: int | None = None
    unanswered: int = 0
    unknown: tuple[Sent, ...] = ()
    absent: tuple[Sent, ...] = ()

    def __add__(self, other: "Receipt") -> "Receipt":
        sizes = [size for size in (self.bundle_size, other.bundle_size) if size is not None]
        return Receipt(
            strategy=self.strategy,
            accepted=self.accepted + other.accepted,
            refused=self.refused + other.refused,
            requests=self.requests + other.requests,
            bundle_size=min(sizes, default=None),
            unanswered=self.unanswered + other.unanswered,
            unknown=self.unknown + other.unknown,
            absent=self.absent + other.absent,
        )

    def as_json(self) -> Json:
        """Return the receipt as it lies beside its bundle."""
        return {
            "strategy": self.strategy,
            "accepted": _by_type(self.accepted),
            "refused": [_refused_as_json(refusal) for refusal in self.refused],
            "requests": self.requests,
            "bundle_size": self.bundle_size,
            "unanswered": self.unanswered,
            **({"unknown": _by_type(self.unknown)} if self.unknown else {}),
            **({"absent": _by_type(self.absent)} if self.absent else {}),
        }


def _by_type(objects: Iterable[Sent]) -> dict[str, list[str]]:
    uids: dict[str, list[str]] = {kind.value: [] for kind in TrackerType}
    for kind, uid in objects:
        uids[kind.value].append(uid)
    return uids


class Verdict(NamedTuple):
    """What one answer says of every object that was sent."""

    accepted: tuple[Sent, ...]
    refused: tuple[Refused, ...]
    absent: tuple[Sent, ...] = ()


def judge(sent: Sequence[Sent], strategy: Strategy, body: Any) -> Verdict | None:
    """Return the verdict on the objects of a request; None if the whole request failed.

    Args:
        sent: The objects of the request.
        strategy: Its import strategy.
        body: The parsed answer.
    """
    codes = _codes_by_object(body)
    written = _written_objects(body)
    if any(each not in codes and each not in written for each in sent):
        return None
    gone = {each for each in codes if strategy == "DELETE" and _is_gone(codes[each])}
    return Verdict(
        accepted=tuple(each for each in sent if each not in codes or each in gone),
        refused=tuple(
            refusal_of(each, codes[each]) for each in sent if each in codes and each not in gone
        ),
        absent=tuple(each for each in sent if each in gone and _is_absent(codes[each])),
    )


def judge_dry_run(sent: Sequence[Sent], body: Any) -> Verdict | None:
    """Return the verdict of a dry run (importMode=VALIDATE): it names only what it refuses.

    Returns:
        None if the whole request failed: no validation report, or another status than OK
        without a reason for any object.
    """
    codes = _codes_by_object(body)
    if not isinstance(body, dict) or "validationReport" not in body:
        return None
    if not codes and body.get("status") != "OK":
        return None
    return Verdict(
        accepted=tuple(each for each in sent if each not in codes),
        refused=tuple(refusal_of(each, codes[each]) for each in sent if each in codes),
    )


def refusal_of(sent: Sent, codes: Iterable[str], *, may_be_done: bool = False) -> Refused:
    """Return the refusal of an object; what is absent on create or update is its parent."""
    distinct = set(codes)
    error_class = weightiest(distinct)
    return Refused(
        type=sent.type,
        uid=sent.uid,
        codes=tuple(sorted(REASONS_OF_CODES.get(code, code) for code in distinct)),
        error_class=ErrorClass.PARENT if error_class is ErrorClass.ABSENT else error_class,
        may_be_done=may_be_done,
    )


def _codes_by_object(body: Any) -> dict[Sent, set[str]]:
    codes: dict[Sent, set[str]] = defaultdict(set)
    for report in _reports(body, "validationReport", "errorReports"):
        codes[_sent_of(report)].add(str(report.get("errorCode")))
    return dict(codes)


def _written_objects(body: Any) -> set[Sent]:
    kinds = _part(_part(body, "bundleReport"), "typeReportMap")
    return {
        _sent_of(report)
        for kind in (kinds.values() if isinstance(kinds, dict) else ())
        for report in _dicts(_part(kind, "objectReports"))
    }


def _reports(body: Any, *path: str) -> Iterator[Json]:
    for name in path:
        body = _part(body, name)
    return _dicts(body)


def _part(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, dict) else None


def _dicts(reports: Any) -> Iterator[Json]:
    return (
        report
        for report in (reports if isinstance(reports, list) else ())
        if isinstance(report, dict)
    )


def _sent_of(report: Json) -> Sent:
    return Sent(report.get("trackerType"), report.get("uid"))  # type: ignore[arg-type]


def _is_gone(codes: Iterable[str]) -> bool:
    return all(error_code(code).error_class in GONE for code in codes)


def _is_absent(codes: Iterable[str]) -> bool:
    return all(error_code(code).error_class is ErrorClass.ABSENT for code in codes)


def _refused_as_json(refusal: Refused) -> Json:
    return {
        "type": refusal.type,
        "uid": refusal.uid,
        "codes": list(refusal.codes),
        "class": refusal.error_class,
        **({"unknown": True} if refusal.may_be_done else {}),
    }
