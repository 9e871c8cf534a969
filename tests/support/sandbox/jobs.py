"""Jobs: the asynchronous tracker import and the analytics tables, with their notifications."""

from __future__ import annotations

from typing import Any

from . import analytics_tables, times
from .answers import Answer, not_found, ok, refusal
from .dialects import Dialect
from .state import ADMIN, State
from .uids import new_uid
from .wordlist import names

Object = dict[str, Any]

_ID_SCHEMES = names(
    "idScheme dataElementIdScheme orgUnitIdScheme programIdScheme programStageIdScheme "
    "categoryOptionComboIdScheme categoryOptionIdScheme"
)
OUTPUT_PERIOD_TYPES = {
    "Daily": ("Daily", "P1D", "yyyyMMdd", 1),
    "Weekly": ("Weekly", "P7D", "yyyyWn", 7),
    "BiWeekly": ("Bi-weekly", "P14D", "yyyyBiWn", 14),
    "Monthly": ("Monthly", "P1M", "yyyyMM", 30),
    "BiMonthly": ("Bi-monthly", "P2M", "yyyyMMB", 61),
    "Quarterly": ("Quarterly", "P3M", "yyyyQn", 91),
    "SixMonthly": ("Six-monthly", "P6M", "yyyySn", 182),
    "Yearly": ("Yearly", "P1Y", "yyyy", 365),
    "FinancialApril": ("Financial April", "P1Y", "yyyyApril", 365),
    "FinancialJuly": ("Financial July", "P1Y", "yyyyJuly", 365),
    "FinancialOct": ("Financial October", "P1Y", "yyyyOct", 365),
}


def notification(
    category: str, message: str, *, completed: bool = False, level: str = "INFO", **more: Any
) -> Object:
    """One line of a job's progress."""
    uid = new_uid()
    return {
        "uid": uid,
        "level": level,
        "category": category,
        "time": times.written(times.now()),
        "message": message,
        "completed": completed,
        "id": uid,
        **more,
    }


# asynchronous tracker imports


def tracker_job_added(state: State, report: Answer, query: dict[str, str], base_url: str) -> Answer:
    """The answer to an asynchronous import; here the job is done by the time it is given."""
    uid = new_uid()
    dialect = state.dialect
    state.jobs[uid] = {
        "jobType": "TRACKER_IMPORT_JOB",
        "notifications": _import_notifications(dialect, report, query),
        "report": _kept_report(report),
    }
    response: Object = {"id": uid, "location": f"{base_url}{dialect.job_location}{uid}"}
    if dialect.job_response_type:
        response["responseType"] = "TrackerJob"
    return ok("Tracker job added", response=response)


def _kept_report(report: Answer) -> Object | None:
    body = report.body or {}
    if "validationReport" not in body:
        return None
    return {name: value for name, value in body.items() if name != "timingsStats"}


def _import_notifications(dialect: Dialect, report: Answer, query: dict[str, str]) -> list[Object]:
    category = "TRACKER_IMPORT_JOB"
    started: Object = {}
    if dialect.job_has_parameters:
        started = {"dataType": "PARAMETERS", "data": _parameters(dialect, query)}
    level = "INFO" if dialect.job_has_parameters else "DEBUG"
    lines = [notification(category, "Tracker import started", **started)]
    lines += [notification(category, task, level=level) for task in dialect.job_tasks]
    failed = "validationReport" not in (report.body or {})
    lines.append(
        notification(
            category,
            "Import failed" if failed else "Import complete",
            completed=True,
            level="ERROR" if failed else "INFO",
        )
    )
    return lines[::-1]


def _parameters(dialect: Dialect, query: dict[str, str]) -> Object:
    parameters: Object = {
        "importMode": query.get("importMode", "COMMIT"),
        "idSchemes": {
            name: {"idScheme": query.get(name, "UID"), "attributeUid": None} for name in _ID_SCHEMES
        },
        "importStrategy": query.get("importStrategy", "CREATE_AND_UPDATE"),
        "atomicMode": query.get("atomicMode", "ALL"),
        "flushMode": query.get("flushMode", "AUTO"),
        "validationMode": query.get("validationMode", "FULL"),
        "skipPatternValidation": query.get("skipPatternValidation") == "true",
        "skipSideEffects": query.get("skipSideEffects") == "true",
        "skipRuleEngine": query.get("skipRuleEngine") == "true",
        "filename": None,
        "reportMode": query.get("reportMode", "ERRORS"),
    }
    return parameters | ({"userId": ADMIN} if dialect.job_names_user else {})


def tracker_job(state: State, uid: str) -> Answer:
    """Its notifications, newest first; an unknown job has none."""
    job = state.jobs.get(uid)
    return Answer(200, job["notifications"] if job else [])


def tracker_report(state: State, uid: str) -> Answer:
    """Its import report."""
    job = state.jobs.get(uid)
    if job is None or job.get("report") is None:
        raise refusal(404, f"Summary for job {uid} does not exist")
    return Answer(200, job["report"])


# analytics tables


def start_analytics(state: State, query: dict[str, str]) -> Answer:
    """Starts the analytics job; on 2.43 it fails as soon as there is an event and no output period
    type.
    """
    uid = new_uid()
    dialect = state.dialect
    name = f"ANALYTICS_TABLE ({times.now()})"
    parameters = _analytics_parameters(dialect, query)
    failed = dialect.output_period_types and not state.output_period_types
    failed = (failed and bool(state.tracker.events)) or state.analytics.fails
    failed = failed or dialect.calendar == "nepali"
    if not failed and not state.analytics.leaves_old:
        analytics_tables.build(state)
    state.jobs[uid] = {
        "jobType": "ANALYTICS_TABLE",
        "polls": 0,
        "looks": state.analytics.looks,
        "failed": failed,
        "began": times.now(),
        "notifications": _analytics_notifications(parameters),
    }
    response: Object = {
        "name": name if dialect.analytics_job_is_scheduled else "inMemoryAnalyticsJob",
        "id": uid,
        "created": times.written(times.now()),
        "jobType": "ANALYTICS_TABLE",
        "jobStatus": "NOT_STARTED" if dialect.analytics_job_is_scheduled else "RUNNING",
        "jobParameters": parameters,
        "relativeNotifierEndpoint": f"/api/system/tasks/ANALYTICS_TABLE/{uid}",
    }
    if dialect.response_types_everywhere:
        response["responseType"] = "JobConfiguration"
    return ok(f"Initiated {response['name']}", response=response)


def _analytics_parameters(dialect: Dialect, query: dict[str, str]) -> Object:
    parameters: Object = {
        "skipTableTypes": [],
        "skipPrograms": [],
        "skipResourceTables": query.get("skipResourceTables") == "true",
    }
    if query.get("lastYears"):
        parameters["lastYears"] = int(query["lastYears"])
    if dialect.skips_outliers:
        parameters["skipOutliers"] = query.get("skipOutliers") == "true"
    return parameters


def _analytics_notifications(parameters: Object) -> list[Object]:
    category = "ANALYTICS_TABLE"
    started = notification(
        category, "Analytics table update process", dataType="PARAMETERS", data=parameters
    )
    return [
        notification(category, "Analytics tables updated: 00:00:01.000", completed=True),
        started,
    ]


def task_notifications(state: State, uid: str) -> Answer:
    """The job's progress: nothing at the first look where it is scheduled, all of it from the
    second on.
    """
    job = state.jobs.get(uid)
    if job is None:
        return Answer(200, [])
    job["polls"] = job.get("polls", 0) + 1
    if job.get("failed"):
        return Answer(200, _failure(state, job))
    if job["polls"] == 1 and state.dialect.analytics_job_is_scheduled:
        return Answer(200, [])
    is_over = job["polls"] > max(1, job.get("looks", 0))
    return Answer(200, job["notifications"] if is_over else job["notifications"][-1:])


def _failure(state: State, job: Object) -> list[Object]:
    """What is told of a job that failed: nothing where the job itself can be asked (2.43 recorded);
    on 2.40 an error, as its code writes.
    """
    if state.dialect.analytics_job_is_scheduled:
        return []
    error = notification("ANALYTICS_TABLE", "Process failed", completed=True, level="ERROR")
    return [error, job["notifications"][-1]]


def last_success(state: State) -> int | None:
    """When the newest run of the analytics tables began that is over and did not fail."""
    began = [
        job["began"]
        for job in state.jobs.values()
        if job.get("began") and not job["failed"] and _is_over(job)
    ]
    return max(began, default=None)


def _is_over(job: Object) -> bool:
    looks = job.get("looks", 0)
    return bool(looks == 0 or job["polls"] > looks)


def job_configuration(state: State, uid: str, fields: str | None) -> Answer:
    """The job itself, where it is kept (from 2.41)."""
    job = state.jobs.get(uid)
    if job is None or not state.dialect.analytics_job_is_scheduled:
        raise not_found("JobConfiguration", uid)
    is_over = _is_over(job)
    ended = "FAILED" if job.get("failed") else "COMPLETED"
    body = {
        "id": uid,
        "jobType": job["jobType"],
        "enabled": not is_over,
        "jobStatus": "DISABLED" if is_over else "RUNNING",
        "lastExecutedStatus": ended if is_over else "NOT_STARTED",
    }
    names = fields.split(",") if fields else list(body)
    return Answer(200, {name: body[name] for name in names if name in body})


def output_period_types(state: State) -> Answer:
    """The output period types that are set (2.43)."""
    rows = []
    for name in state.output_period_types:
        display, duration, form, frequency = OUTPUT_PERIOD_TYPES[name]
        rows.append(
            {
                "name": name,
                "displayName": display,
                "isoDuration": duration,
                "isoFormat": form,
                "frequencyOrder": frequency,
            }
        )
    return Answer(200, rows)


def set_output_period_types(state: State, posted: Any) -> Answer:
    """Sets them."""
    names = [row["name"] for row in posted]
    unknown = [name for name in names if name not in OUTPUT_PERIOD_TYPES]
    if unknown:
        raise refusal(409, f"Unknown period type: {unknown[0]}")
    state.output_period_types = names
    return Answer(204)
