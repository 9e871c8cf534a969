"""What is much of the changes of a run: a guard holds it back, or it is only reported."""

from collections.abc import Sequence

import polars as pl

from flows.steps.compare.comparison import Comparison
from flows.steps.shared.staged_changes import changes_of_resource
from staging.layout import Run
from staging.manifests import ChangesManifest
from transforms.changes.delta.change_counts import (
    ChangeCounts,
    acknowledged_at,
    add_up_counts,
    count_changes,
    count_values,
    created_at,
    emptied_values,
)
from transforms.changes.guards.magnitude import (
    LIFTED_BY,
    Finding,
    LastLoad,
    MagnitudeKind,
    judge_changes,
)
from transforms.changes.guards.magnitude_sentences import sentence
from transforms.changes.guards.permissions import Permissions
from transforms.changes.guards.pseudonym_keys import pseudonyms, waiting_pseudonyms, waits_for_a_key
from transforms.core.language import ENGLISH, Language
from transforms.model.field_keys import key_of
from transforms.model.privacy import policy_of
from transforms.model.resources import RESOURCES, Resource
from transforms.openimis.country import Country


def withhold_pseudonyms(
    comparison: Comparison, country: Country, key: str | None, allow: Permissions
) -> list[Finding]:
    """Return the pseudonyms that wait, since they are of another key than those in DHIS2."""
    if not waits_for_a_key(comparison.current.pseudonym_fingerprint, key, allow):
        return []
    policy, findings = policy_of(country), []
    for resource in RESOURCES:
        if names := pseudonyms(resource, policy):
            found = _value_counts(comparison, resource, ["key", *names])
            of = found.pop("key")
            findings += waiting_pseudonyms(resource, found, of)
    return findings if any(each.objects for each in findings) else []


def measure(comparison: Comparison, country: Country, allow: Permissions) -> list[Finding]:
    """Return what is much of the changes that were written, and whether it is held back."""
    current, changes = comparison.current, comparison.counts()
    before = LastLoad(
        loaded=current.loaded,
        refused=sum(current.refused.values()),
        treatments=current.treatments,
    )
    policy, guards = policy_of(country), country.guards
    return [
        finding
        for each in comparison.resources
        if changes[each.name]
        for finding in judge_changes(
            each, _measure_resource(comparison, each), before, policy, guards, allow
        )
    ]


def _measure_resource(comparison: Comparison, resource: Resource) -> ChangeCounts:
    """Add up, partition by partition, what would be done to a resource."""
    counts: list[pl.DataFrame] = []
    created: list[pl.DataFrame] = []
    places: list[pl.DataFrame] = []
    since = comparison.since
    for number, before in comparison.acknowledged(resource):
        changes = changes_of_resource(comparison.run, resource, number)
        frames = (
            count_changes(changes, since),
            created_at(changes, since),
            acknowledged_at(before),
        )
        for found, frame in zip((counts, created, places), pl.collect_all(frames), strict=True):
            found.append(frame)
    emptied = emptied_values(counts)
    return add_up_counts(counts, created, places, _value_counts(comparison, resource, emptied))


def _value_counts(
    comparison: Comparison, resource: Resource, names: Sequence[str]
) -> dict[str, int]:
    """Return value → how many objects of a resource have it."""
    if not names:
        return {}
    rows = [
        count_values(before, names).collect() for _, before in comparison.acknowledged(resource)
    ]
    return dict(zip(names, pl.concat(rows).sum().row(0), strict=True))


def findings_of(run: Run) -> list[Finding]:
    """Return what was much when the run was compared; nothing if it was not."""
    manifest = ChangesManifest.read_if_done(run)
    return [
        Finding(**{**each, "kind": MagnitudeKind(each["kind"]), "name": key_of(each["name"])})
        for each in (manifest.magnitude if manifest else ())
    ]


def holds_back_pseudonyms(run: Run) -> bool:
    """Whether the run left pseudonyms out, since they are of another key than those in DHIS2."""
    return any(each.kind is MagnitudeKind.PSEUDONYMS for each in findings_of(run))


def waiting_sentences(run: Run, language: Language = ENGLISH) -> list[str]:
    """Return a sentence for each thing that waits for a permission."""
    return [language.of(sentence(each)) for each in findings_of(run) if not each.why]


def other_sentences(run: Run, language: Language = ENGLISH) -> list[str]:
    """Return a sentence for each thing that is much and goes."""
    return [language.of(sentence(each)) for each in findings_of(run) if each.why]


def lifted_too_late(run: Run, allow: Permissions) -> str | None:
    """Say so, if a run is permitted what it has left out before it was permitted."""
    late = {LIFTED_BY[each.kind] for each in findings_of(run) if not each.why} & set(allow)
    if not late:
        return None
    names = ", ".join(sorted(late))
    return (
        f"Run {run.run_id} was compared before it was permitted {names}, and goes on without what "
        f"was held back. Start a new run with allow={names}."
    )
