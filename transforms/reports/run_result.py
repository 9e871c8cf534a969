"""What a data manager reads in the morning: does DHIS2 have what openIMIS has, and if not, why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.core.markdown import code, table
from transforms.reports.summaries import Counts, RunState, count_held_back

Summary = Mapping[str, Any]
KINDS = ("created", "updated", "replaced", "deleted", "not done")
PLANNED_KINDS = ("create", "update", "replace", "delete")


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
    lines = [f"# {_headline(result)}", "", *_answer(result), "", *_stages(result.stages)]
    if result.summary:
        lines += [*_changes(result.summary), *_reasons(result.summary, result.earlier)]
        lines += _sentences("Held back until somebody permits it", result.summary["held_back"])
    return "\n".join([*lines, f"Run `{result.run_id}`."])


def _headline(result: RunResult) -> str:
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
    yield _freshness(result)
    if result.summary and (missing := count_held_back(result.summary["rejects"])):
        yield f"{missing} objects were held back or refused; the reasons are below."


def _freshness(result: RunResult) -> str:
    fresh = _newest_load([*([result.summary] if result.summary else []), *result.earlier])
    if fresh is None or "as_of" not in fresh:
        return "No load of everything into this DHIS2 has ended yet."
    whose = "this run" if fresh is result.summary else f"run `{fresh['run_id']}`"
    return f"It has openIMIS as of **{fresh['as_of']}** (loaded by {whose})."


def _newest_load(summaries: Sequence[Summary]) -> Summary | None:
    """Return the newest load of everything, or the withdrawal after it, which is of no snapshot."""
    loads = (each for each in summaries if each.get("state") == RunState.LOADED)
    return next((each for each in loads if each["is_whole"] or "as_of" not in each), None)


def _stages(stages: Sequence[StageEnding]) -> list[str]:
    rows = [(each.name, each.state, _link(each)) for each in stages]
    return table(("stage", "ended as", "its run"), rows) if rows else []


def _link(stage: StageEnding) -> str:
    name = stage.run_name or ""
    return f"[{name}]({stage.link})" if stage.link else name


def _changes(summary: Summary) -> list[str]:
    """Return what was done to each resource, or would be done."""
    is_plan = summary.get("state") == RunState.PLANNED
    kinds = PLANNED_KINDS if is_plan else KINDS
    counts: Counts = summary["planned"] if is_plan else summary["changes"]
    rows = [
        (name, *(str(by_kind.get(kind, 0)) for kind in kinds))
        for name, by_kind in counts.items()
        if any(by_kind.values())
    ]
    titles = [f"to {kind}" for kind in kinds] if is_plan else kinds
    return table(("resource", *titles), rows) if rows else ["Nothing was posted.", ""]


def _reasons(summary: Summary, earlier: Sequence[Summary]) -> list[str]:
    """Return what was held back or refused, by reason, and for how many runs in a row."""
    rows = [
        (
            f"{each['resource']} ({each['stage']})",
            code(each["reason"]),
            str(each["count"]),
            str(1 + _runs_in_a_row(each, earlier)),
            each["hint"],
        )
        for each in summary["rejects"]
    ]
    what = "held back, refused, left out or counted only"
    titles = (what, "why", "objects", "runs in a row", "what to do")
    return table(titles, rows) if rows else ["Nothing was held back or refused.", ""]


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
