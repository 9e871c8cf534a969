"""What `POST /api/metadata` and the collection endpoints answered.

The answer is a WebMessage around the report (2.40 to 2.43) and 409 where anything was refused;
with `atomicMode=ALL` then nothing was written. DHIS2's `message` and `args` quote values: only
UIDs and error codes are taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transforms.core.json_texts import Json


@dataclass(frozen=True)
class MetadataReport:
    """A report on a payload.

    Attributes:
        accepted: Whether all of it was written (or, of a dry run, would be).
        total: How many objects DHIS2 says it treated.
        refused: UID of each object that was named in an error, to the error codes.
    """

    accepted: bool
    total: int
    refused: dict[str, list[str]]


def metadata_report(status: int, body: Any) -> MetadataReport:
    """Return the report in an answer; one without a report is a refusal that names no object."""
    report = _report(body)
    refused: dict[str, list[str]] = {}
    for uid, code in _errors(report):
        codes = refused.setdefault(uid, [])
        codes.extend([code] if code not in codes else [])
    accepted = status == 200 and report.get("status") == "OK" and not refused
    return MetadataReport(accepted, _count_treated(report), refused)


def collection_changes(status: int, body: Any) -> int | None:
    """Return how many references a collection endpoint added or removed; None: it refused.

    An unknown UID is no error to DHIS2 (200, OK, all zero), so the caller compares.
    """
    report = _report(body)
    if status not in (200, 204) or report.get("status") not in ("OK", None):
        return None
    stats = report.get("stats") or {}
    return int(stats.get("updated", 0)) + int(stats.get("deleted", 0))


def object_error_codes(body: Any) -> list[str]:
    """Return the error codes of an answer about one object, each once."""
    errors = _report(body).get("errorReports") or ()
    return list(dict.fromkeys(str(each.get("errorCode")) for each in errors))


def _report(body: Any) -> Json:
    inner = body.get("response", body) if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else {}


def _count_treated(report: Json) -> int:
    stats = report.get("stats") or {}
    return sum(int(stats.get(name, 0)) for name in ("created", "updated", "deleted"))


def _errors(report: Json) -> Iterator[tuple[str, str]]:
    for type_report in report.get("typeReports") or ():
        for thing in type_report.get("objectReports") or ():
            for error in thing.get("errorReports") or ():
                yield str(thing.get("uid")), str(error.get("errorCode"))
