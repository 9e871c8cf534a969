"""Every form of request that the product has used: each must have been answered."""

import re
from collections import Counter, defaultdict

from tests.live.context import Live
from tests.live.outcomes import Counts, must
from tests.live.proxy import Exchange

UID = re.compile(r"\b(?=[A-Za-z0-9]*[0-9A-Z])[A-Za-z][A-Za-z0-9]{10}\b|\b[0-9a-f]{32}\b")
SAID = frozenset(
    {"order", "paging", "skipPaging", "totalPages", "ouMode", "orgUnitMode", "includeDeleted"}
)
MAY_LACK = re.compile(
    r"^/api/(dataStore/.*|organisationUnits/…|programs/…|configuration/dataOutputPeriodTypes)$"
)
PROBE = "PUT /api/tracker/ownership/transfer"
"""Without parameters: the product asks so whether a token may be used with PUT."""
ANSWERED_409 = frozenset({("POST", "/api/tracker"), ("POST", "/api/dataValueSets")})
"""A report that names what was refused comes with 409."""


def forms(live: Live) -> Counts:
    """Every order, filter, paging and field combination that the product used was answered."""
    by_form: dict[str, Counter[int]] = defaultdict(Counter)
    for each in live.pilot.asked:
        by_form[form_of(each)][each.status] += 1
    refused = {
        form: dict(statuses)
        for form, statuses in by_form.items()
        if any(not _expected(form, status) for status in statuses)
    }
    told = "; ".join(f"{form} {statuses}" for form, statuses in list(refused.items())[:6])
    must(not refused, f"{len(refused)} forms were not answered: {told}")
    return {"forms": len(by_form), "requests": sum(each.total() for each in by_form.values())}


def form_of(each: Exchange) -> str:
    """Return a request without what differs from one to the next."""
    path = UID.sub("…", each.path)
    query = " ".join(
        f"{name}={value}" if name in SAID else name for name, value in sorted(set(each.query))
    )
    return f"{each.method} {path} {query}".strip()


def _expected(form: str, status: int) -> bool:
    method, path, *_ = form.split(" ")
    if 200 <= status < 300 or (form == PROBE and status >= 400):
        return True
    if status == 500 and method == "POST" and path == "/api/tracker":
        return True  # a token that DHIS2 has forgotten; the request is made again
    if status == 404 and method in ("GET", "PUT"):
        return MAY_LACK.match(path) is not None
    return status == 409 and (method, path) in ANSWERED_409
