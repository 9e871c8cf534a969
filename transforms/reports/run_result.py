"""What a data manager reads in the morning: does DHIS2 have what openIMIS has, and if not, why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.core.language import ENGLISH, Language, Phrase, message
from transforms.core.markdown import code, table
from transforms.core.moments import to_the_second
from transforms.reports.history import RunLine, Summary, bar, last_runs, newest_load
from transforms.reports.summaries import HELD_BACK, Counts, RunState, count_held_back

KINDS = (
    message("created"),
    message("updated"),
    message("replaced"),
    message("deleted"),
    message("not done"),
)
PLANNED_KINDS = {
    "create": message("to create"),
    "update": message("to update"),
    "replace": message("to replace"),
    "delete": message("to delete"),
}
REASON_TITLES = (
    message("held back, refused, left out or counted only"),
    message("why"),
    message("objects"),
    message("runs in a row"),
    message("what to do"),
)
STAGE_TITLES = (message("stage"), message("ended as"), message("its run"))
LAST_RUNS = message("The last runs")


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
        language: In which people read it.
    """

    run_id: str
    target: str
    stages: Sequence[StageEnding]
    failure: str | None
    summary: Summary | None
    earlier: Sequence[Summary]
    language: Language = ENGLISH

    @property
    def is_loaded(self) -> bool:
        """Whether DHIS2 has what the run compared; an analytics that failed after it aside."""
        states = {each.name: each.state for each in self.stages}
        is_loaded = self.summary is not None and self.summary.get("state") == RunState.LOADED
        return is_loaded and states.get("load", "").startswith("Completed")


def result_page(result: RunResult) -> str:
    """Return the page of a run as Markdown: the answer first, then what was done."""
    language = result.language
    lines = [f"# {headline(result)}", "", *_answer(result), "", *_stages(result)]
    if result.summary:
        lines += [*_changes(result.summary, language), *_reasons(result)]
        lines += _sentences(language.of(HELD_BACK), result.summary["held_back"])
    lines += _history(result)
    return "\n".join([*lines, language.text("Run `{run}`.", run=result.run_id)])


def headline(result: RunResult) -> str:
    """Return whether DHIS2 is up to date, in one line."""
    summary = result.summary or {}
    if result.failure and not result.is_loaded:
        answer = Phrase("{target} is not up to date", target=result.target)
    elif not result.is_loaded:
        answer = Phrase("{target} is as before: nothing was to be posted", target=result.target)
    elif not summary["is_whole"]:
        answer = Phrase("{target} has the part that was requested", target=result.target)
    elif summary["held_back"]:
        answer = Phrase("{target} is up to date, but for what is held back", target=result.target)
    else:
        answer = Phrase("{target} is up to date", target=result.target)
    return result.language.of(answer)


def _answer(result: RunResult) -> Iterator[str]:
    """Yield sentences: as of when, why not, how many objects are missing."""
    if result.failure:
        yield f"**{result.language.text('The run failed.')}** {result.failure}"
        yield ""
    yield freshness(result)
    if result.summary and (missing := count_held_back(result.summary["rejects"])):
        yield result.language.text(
            "{count} objects were held back or refused; the reasons are below.", count=missing
        )


def freshness(result: RunResult) -> str:
    """Return as of when DHIS2 has openIMIS, in a sentence."""
    fresh = newest_load([*([result.summary] if result.summary else []), *result.earlier])
    if fresh is None or "as_of" not in fresh:
        return result.language.text("No load of everything into this DHIS2 has ended yet.")
    whose = Phrase("this run")
    if fresh is not result.summary:
        whose = Phrase("run `{run}`", run=fresh["run_id"])
    return result.language.text(
        "It has openIMIS as of **{as_of}** (loaded by {run}).",
        as_of=to_the_second(fresh["as_of"]),
        run=whose,
    )


def _stages(result: RunResult) -> list[str]:
    rows = [(each.name, each.state, _link(each)) for each in result.stages]
    return table([*map(result.language.of, STAGE_TITLES)], rows) if rows else []


def _link(stage: StageEnding) -> str:
    name = stage.run_name or ""
    return f"[{name}]({stage.link})" if stage.link else name


def _changes(summary: Summary, language: Language) -> list[str]:
    titles, rows = change_rows(summary, language)
    return table(titles, rows) if rows else [language.text("Nothing was posted."), ""]


def change_rows(
    summary: Summary, language: Language
) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Return titles and rows: what was done to each resource, or would be done."""
    is_plan = summary.get("state") == RunState.PLANNED
    kinds: Mapping[str, str] = PLANNED_KINDS if is_plan else {kind: kind for kind in KINDS}
    counts: Counts = summary["planned"] if is_plan else summary["changes"]
    rows = [
        (name, *(str(by_kind.get(kind, 0)) for kind in kinds))
        for name, by_kind in counts.items()
        if any(by_kind.values())
    ]
    return (language.text("resource"), *map(language.of, kinds.values())), rows


def _reasons(result: RunResult) -> list[str]:
    rows = [(what, code(why), *more) for what, why, *more in reason_rows(result)]
    if not rows:
        return [result.language.text("Nothing was held back or refused."), ""]
    return table([*map(result.language.of, REASON_TITLES)], rows)


def reason_rows(result: RunResult) -> list[tuple[str, ...]]:
    """Return what was held back or refused, by reason, and for how many runs in a row."""
    rejects = result.summary["rejects"] if result.summary else ()
    return [
        (
            f"{each['resource']} ({result.language.of(each['stage'])})",
            each["reason"],
            str(each["count"]),
            str(1 + _runs_in_a_row(each, result.earlier)),
            each["hint"],
        )
        for each in rejects
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
        (code(run), *facts, bar(line.done, most), held_back)
        for line in lines
        for run, *facts, held_back in [history_row(line, result.language)]
    ]
    *titles, held_back = history_titles(result.language)
    titles += ["", held_back]
    title = f"## {result.language.of(LAST_RUNS)}"
    return [title, "", *table(titles, rows)] if rows else []


def history_titles(language: Language) -> tuple[str, ...]:
    """Return the titles of `history_row`."""
    return (
        language.text("run"),
        language.text("openIMIS as of"),
        language.text("it"),
        language.text("objects done"),
        language.text("held back or refused"),
    )


def history_row(line: RunLine, language: Language) -> tuple[str, str, str, str, str]:
    """Return what one run did, as people read it."""
    state = language.of(line.state)
    return (
        line.run_id,
        line.as_of,
        state,
        language.number(line.done),
        language.number(line.held_back),
    )
