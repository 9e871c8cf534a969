"""What a data manager reads in the morning: does DHIS2 have what openIMIS has, and if not, why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.core.markdown import code, table
from transforms.reports.history import Summary, bar, last_runs, newest_load
from transforms.reports.summaries import Counts, RunState, count_held_back

KINDS = ("created", "updated", "replaced", "deleted", "not done")
PLANNED_KINDS = ("create", "update", "replace", "delete")
REASON_TITLES = (
    "held back, refused, left out or counted only",
    "why",
    "objects",
    "runs in a row",
    "what to do",
)
HELD_BACK = "Held back until somebody permits it"
LAST_RUNS = "The last runs"


@dataclass(frozen=True)
class StageEnding:
    """How a stage of a run ended.

    Attributes:
        name: The stage.
        state: As Prefect calls it.
        run_name: Of the stage's own run; None if it has none.
        link: Address of the page of that run, if it is known.
    """

    name: str
    state: str
    run_name: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class RunResult:
    """What a run of sync came to.

    Attributes:
        run_id: The run.
        target: The DHIS2.
        stages: The stages that were begun, in their order.
        failure: The sentence that the run failed with; None if it did not.
        summary: The run's own; None if it has come to nothing.
        earlier: Those of the runs before it, the newest first.
    """

    run_id: str
    target: str
    stages: Sequence[StageEnding]
    failure: str | None
    summary: Summary | None
    earlier: Sequence[Summary]

    @property
    def is_loaded(self) -> bool:
        """Whether DHIS2 has what the run compared; an analytics that failed after it aside."""
        states = {each.name: each.state for each in self.stages}
        is_loaded = self.summary is not None and self.summary.get("state") == RunState.LOADED
        return is_loaded and states.get("load", "").startswith("Completed")


def result_page(result: RunResult) -> str:
    """Return the page of a run as Markdown: the answer first, then what was done."""
    lines = [f"# {headline(result)}", "", *_answer(result), "", *_stages(result.stages)]
    if result.summary:
        lines += [*_changes(result.summary), *_reasons(result.summary, result.earlier)]
        lines += _sentences(HELD_BACK, result.summary["held_back"])
    lines += _history(result)
    return "\n".join([*lines, f"Run `{result.run_id}`."])


def headline(result: RunResult) -> str:
    """Return whether DHIS2 is up to date, in one line."""
    summary = result.summary or {}
    if result.failure and not result.is_loaded:
        answer = "is not up to date"
    elif not result.is_loaded:
        answer = "is as before: nothing was to be posted"
    elif not summary["is_whole"]:
        answer = "has the part that was requested"
    elif summary["held_back"]:
        answer = "is up to date, but for what is held back"
    else:
        answer = "is up to date"
    return f"{result.target} {answer}"


def _answer(result: RunResult) -> Iterator[str]:
    """Yield sentences: as of when, why not, how many objects are missing."""
    if result.failure:
        yield f"**The run failed.** {result.failure}"
        yield ""
    yield freshness(result)
    if result.summary and (missing := count_held_back(result.summary["rejects"])):
        yield f"{missing} objects were held back or refused; the reasons are below."


def freshness(result: RunResult) -> str:
    """Return as of when DHIS2 has openIMIS, in a sentence."""
    fresh = newest_load([*([result.summary] if result.summary else []), *result.earlier])
    if fresh is None or "as_of" not in fresh:
        return "No load of everything into this DHIS2 has ended yet."
    whose = "this run" if fresh is result.summary else f"run `{fresh['run_id']}`"
    return f"It has openIMIS as of **{fresh['as_of']}** (loaded by {whose})."


def _stages(stages: Sequence[StageEnding]) -> list[str]:
    rows = [(each.name, each.state, _link(each)) for each in stages]
    return table(("stage", "ended as", "its run"), rows) if rows else []


def _link(stage: StageEnding) -> str:
    name = stage.run_name or ""
    return f"[{name}]({stage.link})" if stage.link else name


def _changes(summary: Summary) -> list[str]:
    titles, rows = change_rows(summary)
    return table(titles, rows) if rows else ["Nothing was posted.", ""]


def change_rows(summary: Summary) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Return titles and rows: what was done to each resource, or would be done."""
    is_plan = summary.get("state") == RunState.PLANNED
    kinds = PLANNED_KINDS if is_plan else KINDS
    counts: Counts = summary["planned"] if is_plan else summary["changes"]
    rows = [
        (name, *(str(by_kind.get(kind, 0)) for kind in kinds))
        for name, by_kind in counts.items()
        if any(by_kind.values())
    ]
    return ("resource", *(f"to {kind}" if is_plan else kind for kind in kinds)), rows


def _reasons(summary: Summary, earlier: Sequence[Summary]) -> list[str]:
    rows = [(what, code(why), *more) for what, why, *more in reason_rows(summary, earlier)]
    return table(REASON_TITLES, rows) if rows else ["Nothing was held back or refused.", ""]


def reason_rows(summary: Summary, earlier: Sequence[Summary]) -> list[tuple[str, ...]]:
    """Return what was held back or refused, by reason, and for how many runs in a row."""
    return [
        (
            f"{each['resource']} ({each['stage']})",
            each["reason"],
            str(each["count"]),
            str(1 + _runs_in_a_row(each, earlier)),
            each["hint"],
        )
        for each in summary["rejects"]
    ]


def _runs_in_a_row(reject: Mapping[str, Any], earlier: Sequence[Summary]) -> int:
    """Return how many runs before this one, without a gap, had such a reject."""
    for number, summary in enumerate(earlier):
        if not any(_is_same(reject, each) for each in summary["rejects"]):
            return number
    return len(earlier)


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ("resource", "stage", "reason"))


def _sentences(title: str, sentences: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {each}" for each in sentences), ""] if sentences else []


def _history(result: RunResult) -> list[str]:
    lines = last_runs(result.summary, result.earlier)
    most = max((each.done for each in lines), default=0)
    rows = [
        (
            code(each.run_id),
            each.as_of,
            each.state,
            f"{each.done:,}",
            bar(each.done, most),
            f"{each.held_back:,}",
        )
        for each in lines
    ]
    titles = ("run", "openIMIS as of", "it", "objects done", "", "held back or refused")
    return [f"## {LAST_RUNS}", "", *table(titles, rows)] if rows else []
