"""What set-up plans and did, for people: Markdown without a personal datum."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from transforms.core.language import ENGLISH, Language, Phrase
from transforms.dhis2.metadata_plan import Plan
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

MOST_LISTED = 50
FEW_LISTED = 3


def plan_markdown(plan: Plan, language: Language = ENGLISH) -> str:
    """Return the plan: counts by class, then each change, conflict and note."""
    parts = [language.text("### The package"), _counts(plan, language)]
    parts += _list_of(language.text("To be changed"), _changes(plan), language)
    parts += _list_of(language.text("In conflict"), map(str, plan.conflicts), language)
    parts += _list_of(language.text("To know"), map(language.of, plan.notes), language)
    return "\n\n".join(parts)


def refused_markdown(
    title: str, accepted: int, refused: Mapping[str, list[str]], language: Language = ENGLISH
) -> str:
    """Return how many rows were accepted, and how many refused by reason."""
    counted = language.text(
        "{accepted} in place, {refused} refused.", accepted=accepted, refused=len(refused)
    )
    reasons = Counter(code for codes in refused.values() for code in codes)
    lines = [f"- {code}: {count}" for code, count in reasons.most_common()]
    return "\n".join([f"### {title}", "", counted, *lines])


def package_fault(plan: Plan) -> str | None:
    """Return, in a sentence, that DHIS2 has another version of the package; None if it has ours."""
    if plan.is_empty:
        return None
    changes = [*_changes(plan)]
    made = sum(map(len, plan.create.values()))
    listed = f" ({'; '.join(changes[:FEW_LISTED])})" if changes else ""
    return Phrase(
        "DHIS2 has the package of another release, or somebody changed it: set-up of this one "
        "would make {made} objects, and change {changed}{listed}.",
        made=made,
        changed=len(changes),
        listed=listed,
    )


def _counts(plan: Plan, language: Language) -> str:
    if plan.is_empty:
        return language.text("DHIS2 has all of it; there is nothing to write.")
    made, changed = language.text("to be made"), language.text("to be changed")
    head = f"| {language.text('what')} | {made} | {changed} |\n|---|---:|---:|"
    rows = [
        f"| {METADATA_CLASSES[kind].thing}s | {len(plan.create.get(kind, ()))} "
        f"| {len(plan.change.get(kind, ()))} |"
        for kind in plan.payload
    ]
    return "\n".join([head, *rows])


def _changes(plan: Plan) -> Iterator[str]:
    for kind, things in plan.change.items():
        for thing in things:
            names = ", ".join(plan.changed[thing["id"]])
            yield f"{METADATA_CLASSES[kind].thing} {thing['id']}: {names}"


def _list_of(title: str, sentences: Iterable[str], language: Language) -> list[str]:
    lines = [f"- {sentence}" for sentence in sentences]
    if not lines:
        return []
    if len(lines) > MOST_LISTED:
        more = language.text("and {count} more", count=len(lines) - MOST_LISTED)
        lines = [*lines[:MOST_LISTED], f"- {more}"]
    return [f"#### {title}\n\n" + "\n".join(lines)]
