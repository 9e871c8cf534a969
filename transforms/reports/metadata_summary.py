"""What set-up plans and did, for people: Markdown without a personal datum."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from transforms.dhis2.metadata_plan import Plan
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

MOST_LISTED = 50
FEW_LISTED = 3


def plan_markdown(plan: Plan) -> str:
    """Return the plan: counts by class, then each change, conflict and note."""
    parts = ["### The package", _counts(plan)]
    parts += _list_of("To be changed", _changes(plan))
    parts += _list_of("In conflict", map(str, plan.conflicts))
    parts += _list_of("To know", plan.notes)
    return "\n\n".join(parts)


def refused_markdown(title: str, accepted: int, refused: Mapping[str, list[str]]) -> str:
    """Return how many rows were accepted, and how many refused by reason."""
    reasons = Counter(code for codes in refused.values() for code in codes)
    lines = [f"- {code}: {count}" for code, count in reasons.most_common()]
    return "\n".join([f"### {title}", "", f"{accepted} in place, {len(refused)} refused.", *lines])


def package_fault(plan: Plan) -> str | None:
    """Return, in a sentence, that DHIS2 has another version of the package; None if it has ours."""
    if plan.is_empty:
        return None
    changes = [*_changes(plan)]
    made = sum(map(len, plan.create.values()))
    listed = f" ({'; '.join(changes[:FEW_LISTED])})" if changes else ""
    return (
        f"DHIS2 has the package of another release, or somebody changed it: set-up of this one "
        f"would make {made} objects, and change {len(changes)}{listed}."
    )


def _counts(plan: Plan) -> str:
    if plan.is_empty:
        return "DHIS2 has all of it; there is nothing to write."
    head = "| what | to be made | to be changed |\n|---|---:|---:|"
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


def _list_of(title: str, sentences: Iterable[str]) -> list[str]:
    lines = [f"- {sentence}" for sentence in sentences]
    if not lines:
        return []
    if len(lines) > MOST_LISTED:
        lines = [*lines[:MOST_LISTED], f"- and {len(lines) - MOST_LISTED} more"]
    return [f"#### {title}\n\n" + "\n".join(lines)]
