"""Building DHIS2's analytics tables in full, which is when what was loaded shows.

    clear DHIS2's cache ─► start ─► wait ─┬─ completed ─► clear DHIS2's cache of figures
                                          ├─ failed
                                          └─ not over in time

Without `lastYears`: any other run leaves older years as they were, or counts events twice (2.42,
2.43). How it ended, the job says from 2.41 (on 2.43 its notifications stay empty when it fails);
on 2.40 only the notifications do. Their texts are not copied: they may quote values.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.connectors.dhis2.caches import CACHE, clear_cache
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.model.tables.calendars import CALENDARS
from transforms.openimis.country import Analytics

PATH = "/api/resourceTables/analytics"
PERIOD_TYPES = "/api/configuration/dataOutputPeriodTypes"
ENDED = frozenset({"COMPLETED", "FAILED", "STOPPED"})


class Ending(StrEnum):
    """Where a run of the analytics tables is."""

    UNDER_WAY = "under way"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """What DHIS2 says of a run.

    Attributes:
        ending: Where it is.
        steps: How many steps it has reported.
    """

    ending: Ending
    steps: int


def build_analytics_tables(
    client: Dhis2,
    info: SystemInfo,
    limits: Analytics,
    report: Callable[[Progress, float], None],
    *,
    wait: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Build the analytics tables, wait for the end, and return after how many seconds it came.

    Args:
        client: The DHIS2.
        info: Who it is.
        limits: How long it may take, and how often DHIS2 is queried.
        report: Takes progress and seconds since the start, each time DHIS2 was queried.
        wait: Waits so many seconds.
        clock: Tells seconds.

    Raises:
        TargetError: DHIS2 does not start it, it failed, or it was not over in time.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    has_job = info.dialect.analytics_job
    _check_period_types(client)
    _let_new_periods_in(client)
    job, begun = _start(client), clock()
    while True:
        progress, seconds = _progress(client, job, has_job=has_job), clock() - begun
        report(progress, seconds)
        if progress.ending is Ending.COMPLETED:
            clear_cache(client)
            return seconds
        if progress.ending is Ending.FAILED:
            raise _failed_error(job, info.calendar)
        if seconds >= limits.limit_minutes * 60:
            raise _too_slow(job, limits)
        wait(limits.poll_seconds)


def _check_period_types(client: Dhis2) -> None:
    """Refuse a DHIS2 2.43 on which analytics would fail without a word."""
    answer = client.exchange("GET", PERIOD_TYPES)
    if answer.ok and answer.body == []:
        raise TargetError(
            "DHIS2 has no output period types, without which its analytics tables fail. Run "
            "set-up-dhis2, or set them in DHIS2 (System Settings, Analytics). The analytics "
            "tables are as they were; what was loaded stays."
        )


def _let_new_periods_in(client: Dhis2) -> None:
    """Let DHIS2 forget the periods that it knew at its last build.

    Else values of a year that is new since then stay out of the tables, build after build (seen on
    2.42.0 and 2.42.5.2). A user who may not is refused by `_start`, which names the role.
    """
    client.exchange("POST", "/api/maintenance", CACHE)


def _start(client: Dhis2) -> str:
    answer = client.exchange("POST", PATH)
    job = (answer.body or {}).get("response", {}).get("id") if answer.ok else None
    if not job:
        raise TargetError(
            f"DHIS2 did not start its analytics tables ({answer.status} to {PATH}). Give the user "
            f"the role 'openIMIS Analytics tables'; if it has it, another run may be under way. "
            f"The analytics tables are as they were; what was loaded stays."
        )
    return str(job)


def _progress(client: Dhis2, job: str, *, has_job: bool) -> Progress:
    lines: list[Json] = client.get(f"/api/system/tasks/ANALYTICS_TABLE/{job}") or []
    found = _ending_of_job(client, job) if has_job else None
    return Progress(found or _ending_of(lines), len(lines))


def _ending_of_job(client: Dhis2, job: str) -> Ending | None:
    """Return what the job says; None where it is hidden from the user, or gone."""
    fields = {"fields": "jobType,jobStatus,lastExecutedStatus,enabled"}
    answer = client.exchange("GET", f"/api/jobConfigurations/{job}", fields)
    if not answer.ok:
        return None
    status = answer.body.get("lastExecutedStatus")
    if answer.body.get("jobStatus") == "RUNNING" or status not in ENDED:
        return Ending.UNDER_WAY
    return Ending.COMPLETED if status == "COMPLETED" else Ending.FAILED


def _ending_of(lines: list[Json]) -> Ending:
    if any(line.get("level") == "ERROR" for line in lines):
        return Ending.FAILED
    return Ending.COMPLETED if any(line.get("completed") for line in lines) else Ending.UNDER_WAY


def _failed_error(job: str, calendar: str) -> TargetError:
    return TargetError(
        f"DHIS2's analytics tables failed (job {job}), so dashboards may show old figures. "
        f"{calendar_warning(calendar)}Look at DHIS2's log at this time, then run run-analytics. "
        f"What was loaded stays."
    )


def calendar_warning(calendar: str) -> str:
    """Return what becomes of analytics in a calendar, and a space; nothing where all is well."""
    found = CALENDARS.get(calendar)
    return f"{found.analytics} " if found and found.analytics else ""


def _too_slow(job: str, limits: Analytics) -> TargetError:
    return TargetError(
        f"DHIS2's analytics tables were not done after {limits.limit_minutes:g} minutes (job "
        f"{job}); DHIS2 goes on with them. Look there how they end, or raise "
        f"analytics.limit_minutes in the country file. What was loaded stays."
    )
