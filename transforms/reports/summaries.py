"""What a run did, in numbers, and as the Markdown that people read after it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import polars as pl

from transforms.changes.answers.outcomes import with_outcomes
from transforms.changes.answers.reject_rows import COUNTED_ONLY, NOTE, hints, hints_in
from transforms.core.json_texts import Json
from transforms.core.language import ENGLISH, Language, message
from transforms.core.moments import to_the_second
from transforms.model.chosen_resources import resources_of

Counts = dict[str, dict[str, int]]
HELD_BACK = message("Held back until somebody permits it")


class RunState(StrEnum):
    """How far a run came, as its summary has it."""

    PLANNED = "planned"
    """Nothing was to be posted."""
    STOPPED = "stopped"
    """The load stopped before its end."""
    LOADED = "loaded"


def posted_counts(changes: Mapping[str, pl.LazyFrame], outcomes: pl.LazyFrame) -> Counts:
    """Return resource → created, updated, replaced, deleted, refused: what DHIS2 has done.

    Args:
        changes: Resource name to its changes of the run.
        outcomes: What DHIS2 answered; see `transforms.changes.answers.outcomes`.
    """
    return {
        each.name: _counts(with_outcomes(each, changes[each.name], outcomes))
        for each in resources_of(changes)
    }


def sum_counts(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts of the same resources."""
    total: dict[str, Counter[str]] = {}
    for each in counts:
        for name, kinds in each.items():
            total.setdefault(name, Counter()).update(kinds)
    return {name: dict(kinds) for name, kinds in total.items()}


def _counts(answered: pl.LazyFrame) -> dict[str, int]:
    done = pl.when(pl.col("change") == "delete").then("isDeleted").otherwise("isPosted")
    kind = pl.col("change").cast(pl.String)
    counted = answered.group_by(kind).agg(done=done.sum(), refused=(~done).sum()).collect()
    done_by_kind = counted.select("change", "done").iter_rows()
    counts = {f"{kind}d": number for kind, number in done_by_kind}
    return counts | {"not done": int(counted["refused"].sum())}


def reject_counts(rejects: pl.LazyFrame, language: Language = ENGLISH) -> list[Json]:
    """Return resource, stage, reason, hint and count of the rejects, most frequent first.

    Notes are not among them: they are written for what is sent, and counted of everything.
    """
    counted = (
        rejects.filter(pl.col("stage") != NOTE)
        .group_by("resource", "stage", "reason", "hint")
        .len("count")
        .sort("count", "resource", "reason", descending=[True, False, False])
        .collect()
    )
    return hints_in(counted, language).to_dicts()


def counted_reasons(counted: Counts, stage: str, language: Language = ENGLISH) -> list[Json]:
    """Return the same of objects of which only a count is kept.

    Args:
        counted: Resource → reason → objects, changed or not.
        stage: `NOTE` for what is left out of objects that are, or were, sent; `COUNTED_ONLY`
            for objects that are not sent, and not listed either.
        language: Of the hints.
    """
    rows = [(name, reason, count) for name, by in counted.items() for reason, count in by.items()]
    meaning = hints({reason for _, reason, _ in rows}, language)
    return [
        {
            "resource": name,
            "stage": stage,
            "reason": reason,
            "hint": meaning[reason],
            "count": count,
        }
        for name, reason, count in sorted(rows, key=lambda row: -row[2])
    ]


def count_held_back(reasons: list[Json]) -> int:
    """Return how many objects were not brought in, though somebody may correct them.

    What was only left out of one is not counted, nor what is counted only.
    """
    return sum(each["count"] for each in reasons if each["stage"] not in {NOTE, COUNTED_ONLY})


def in_words(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return counts in one line, without what is 0: `tracked_entities 112 created, 3 deleted`."""
    lines = {
        name: ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        for name, kinds in counts.items()
    }
    return "; ".join(f"{name} {kinds}" for name, kinds in lines.items() if kinds) or "nothing"


def markdown(
    summary: Mapping[str, Any], before: Mapping[str, Any] | None, language: Language = ENGLISH
) -> str:
    """Return the summary of a run as Markdown, against the last run's."""
    return "\n".join(
        [
            language.text("# Run {run}", run=summary["run_id"]),
            "",
            language.text(
                "openIMIS as of {as_of}; target {target}.",
                as_of=to_the_second(summary.get("as_of", language.text("no snapshot"))),
                target=summary["target"],
            ),
            "",
            *_change_table(summary, before, language),
            "",
            *_reject_table(summary["rejects"], language),
            *_list_section(language.of(HELD_BACK), summary.get("held_back", ())),
            *_list_section(language.text("Much, and not held back"), summary.get("reported", ())),
            *_list_section(
                language.text("Values that nothing explains"), summary.get("unmapped", ())
            ),
        ]
    )


def _list_section(title: str, sentences: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {each}" for each in sentences)] if sentences else []


def _change_table(
    summary: Mapping[str, Any], before: Mapping[str, Any] | None, language: Language
) -> list[str]:
    kinds = ("created", "updated", "replaced", "deleted", "not done")
    titles = (
        language.text("resource"),
        language.text("compared"),
        *map(language.of, kinds),
        language.text("created last run"),
    )
    head = [f"| {' | '.join(titles)} |"]
    rule = ["|---|" + "---|" * (len(kinds) + 2)]
    return head + rule + [_change_row(name, kinds, summary, before) for name in summary["changes"]]


def _change_row(
    name: str, kinds: tuple[str, ...], summary: Mapping[str, Any], before: Mapping[str, Any] | None
) -> str:
    counts = summary["changes"][name]
    earlier = (before or {}).get("changes", {}).get(name, {}).get("created", "")
    cells = [
        name,
        summary["compared"].get(name, ""),
        *(counts.get(kind, 0) for kind in kinds),
        earlier,
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _reject_table(rejects: list[Json], language: Language) -> list[str]:
    if not rejects:
        return [language.text("Nothing was held back or refused.")]
    titles = (
        language.text("held back, refused, left out or counted only"),
        language.text("why"),
        language.text("objects"),
        language.text("what to do"),
    )
    head = [f"| {' | '.join(titles)} |", "|---|---|---|---|"]
    return head + [_reject_row(each, language.of(each["stage"])) for each in rejects]


def _reject_row(row: Json, stage: str) -> str:
    return f"| {row['resource']} ({stage}) | `{row['reason']}` | {row['count']} | {row['hint']} |"
