"""What a monitoring system asks of a target, as OpenMetrics text.

https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.changes.answers.reject_rows import COUNTED_ONLY, NOTE
from transforms.reports.history import Summary, newest_load, objects_done
from transforms.reports.run_result import KINDS, RunResult

PREFIX = "openimis_dhis2_"
END = "# EOF"
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Pace:
    """How a run was posted.

    Attributes:
        objects: In the bundles that are settled.
        seconds: From the first request to the last answer.
    """

    objects: int = 0
    seconds: float = 0.0


def run_metrics(result: RunResult, pace: Pace, now: float) -> str:
    """Return the metrics of a target after a run.

    Args:
        result: What the run came to.
        pace: How it was posted.
        now: When it ended, in seconds since 1970.
    """
    target = {"target": result.target}
    lines = [
        *_gauge("last_run_timestamp_seconds", "When the last run ended.", [(target, now)]),
        *_gauge(
            "last_run_succeeded", "1 unless it failed.", [(target, float(result.failure is None))]
        ),
        *_last_success(result, target, now),
        *_backlog(result.summary, target),
        *_rejects(result.summary, target),
        *_posted(result.summary, target),
        *_rate(pace, target),
    ]
    return "\n".join([*lines, END, ""])


def _gauge(name: str, meaning: str, samples: Sequence[tuple[Labels, float]]) -> Iterator[str]:
    """Yield a metric, if there is any sample of it."""
    if samples:
        yield f"# TYPE {PREFIX}{name} gauge"
        yield f"# HELP {PREFIX}{name} {meaning}"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{PREFIX}{name}{{{inside}}} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _last_success(result: RunResult, target: Labels, now: float) -> Iterator[str]:
    """Yield when everything was loaded for the last time."""
    own = {**result.summary, "ended_at": now} if result.is_loaded and result.summary else None
    last = newest_load([*([own] if own else []), *result.earlier]) or {}
    meaning = "When the last load of everything ended."
    samples = [(target, float(last["ended_at"]))] if "ended_at" in last else []
    yield from _gauge("last_success_timestamp_seconds", meaning, samples)


def _backlog(summary: Summary | None, target: Labels) -> Iterator[str]:
    """Yield how many changes DHIS2 does not have: planned and not done, or held back by a rule."""
    if summary is None:
        return
    planned = sum(sum(kinds.values()) for kinds in summary["planned"].values())
    held_back = sum(each["count"] for each in summary["rejects"] if each["stage"] == "rule")
    waiting = max(0, planned - objects_done(summary)) + held_back
    meaning = "Changes of openIMIS that DHIS2 does not have yet."
    yield from _gauge("backlog_objects", meaning, [(target, float(waiting))])


def _rejects(summary: Summary | None, target: Labels) -> Iterator[str]:
    rejects = [
        ({**target, **{name: each[name] for name in ("resource", "stage", "reason")}}, each)
        for each in (summary or {}).get("rejects", [])
        if each["stage"] not in {NOTE, COUNTED_ONLY}
    ]
    meaning = "Objects that were held back or refused, by reason."
    yield from _gauge("rejects", meaning, [(labels, each["count"]) for labels, each in rejects])


def _posted(summary: Summary | None, target: Labels) -> Iterator[str]:
    samples = [
        ({**target, "resource": resource, "change": kind.replace(" ", "_")}, float(counts[kind]))
        for resource, counts in (summary or {}).get("changes", {}).items()
        for kind in KINDS
        if kind in counts
    ]
    yield from _gauge("posted_objects", "Objects of the last run, by what became of them.", samples)


def _rate(pace: Pace, target: Labels) -> Iterator[str]:
    rate = pace.objects / pace.seconds if pace.seconds > 0 else None
    meaning = "Objects a second, from the first request of the last run to its last answer."
    yield from _gauge("objects_per_second", meaning, [] if rate is None else [(target, rate)])
