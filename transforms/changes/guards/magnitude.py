"""Magnitude: how much of what DHIS2 holds a run would change, and what of that waits for a person.

    what               held back if it exceeds both                  lifted by
    creates            create_share of what DHIS2 holds, create_count  creates
    changes of a field change_share of what DHIS2 holds, change_count  changes
    updates, replaces  the same, where no single field stands out      changes
    a field emptied    empty_share of those that have it, empty_count, empties
                       or all of more than all_count
    deletes            delete_share of what DHIS2 holds, delete_count, deletes
                       or all of more than all_count
    pseudonyms         whatever is made with another key               new_pseudonym_key
                       (pseudonym_keys.py)
    org units, options see metadata_magnitude.py                       changes

Whatever the cause: another release, a lost column, another time zone.

Counted and reported, never held back: a first load, what falls due by date, a place's first day,
what was empty and is filled, and what the privacy policy lets out no longer.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from transforms.changes.delta.change_counts import DUE, TOUCHED, ChangeCounts
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.changes.objects.moves import Move
from transforms.changes.objects.schemas import Change
from transforms.core.fields import Treatment
from transforms.core.json_texts import Json
from transforms.model.resources import Resource
from transforms.openimis.country import Guards

FIRST_LOAD = "a first load"
BY_DATE = "due by date"
FIRST_DAY = "the first day of its places"
FILLED = "it was empty before"
ANOTHER_KEY = "another_pseudonym_key"
BY_POLICY = "the privacy policy lets it out no longer as it was"
STRICTER = (Treatment.SEND, Treatment.GENERALISE, Treatment.PSEUDONYM, Treatment.DROP)


class MagnitudeKind(StrEnum):
    """What is counted."""

    CREATES = "creates"
    CHANGES = "changes"
    EMPTIES = "empties"
    DELETES = "deletes"
    PSEUDONYMS = "pseudonyms"
    FILLS = "fills"
    DUE = "due"
    VANISHES = "vanishes"

    @property
    def reason(self) -> str:
        """The reason code of what is held back for it."""
        return ANOTHER_KEY if self is MagnitudeKind.PSEUDONYMS else f"too_many_{self.value}"


LIFTED_BY = {
    MagnitudeKind.CREATES: Allow.CREATES,
    MagnitudeKind.CHANGES: Allow.CHANGES,
    MagnitudeKind.EMPTIES: Allow.EMPTIES,
    MagnitudeKind.DELETES: Allow.DELETES,
    MagnitudeKind.PSEUDONYMS: Allow.NEW_PSEUDONYM_KEY,
}
OF_VALUES = (MagnitudeKind.CHANGES, MagnitudeKind.EMPTIES)


@dataclass(frozen=True)
class Finding:
    """Something that is much.

    Attributes:
        resource: Its name; or `org_units` or `options`.
        kind: What is much.
        name: Of the value (a field's key or one of `PLAIN`, a column of org units, an option set);
            "" for the objects themselves.
        objects: How many.
        of: Of how many: those that DHIS2 holds, or that have the value.
        why: Why it is reported and not held back; "" if it is held back.
    """

    resource: str
    kind: MagnitudeKind
    name: str
    objects: int
    of: int
    why: str = ""

    def as_json(self) -> Json:
        """Return it for a manifest."""
        return asdict(self)


@dataclass(frozen=True)
class LastLoad:
    """What the last load has left to judge by.

    Attributes:
        loaded: Resources of which all was sent once: what is new of others is a first load.
        refused: How many objects DHIS2 refused then; they are tried again.
        treatments: Field key to its treatment then; what was not recorded is not there.
    """

    loaded: Collection[str]
    refused: int = 0
    treatments: Mapping[str, str] = field(default_factory=dict)


def judge_changes(
    resource: Resource,
    found: ChangeCounts,
    last: LastLoad,
    treatments: Mapping[str, Treatment],
    guards: Guards,
    allow: Permissions,
) -> list[Finding]:
    """Return what is much, of one resource; what is permitted is reported.

    Args:
        resource: The resource.
        found: What the run would do to it.
        last: What the last load has left.
        treatments: Field key to what the privacy policy does with it now.
        guards: The limits.
        allow: What is permitted.
    """
    of_fields = [
        finding
        for (kind, name), objects in sorted(found.counts.items())
        if name
        for finding in _of_field(resource, kind, name, objects, found, guards)
    ]
    of_objects = _of_objects(resource, found, last, guards)
    if not any(each.kind in OF_VALUES for each in of_fields):
        of_objects += _updates(resource, found, guards)
    return [_explain(each, last, treatments, allow) for each in (*of_objects, *of_fields)]


def _of_objects(
    resource: Resource, found: ChangeCounts, last: LastLoad, guards: Guards
) -> list[Finding]:
    created, due = _count(found, Change.CREATE), found.counts.get((DUE, ""), 0)
    deleted = _count(found, Change.DELETE)
    findings = []
    limit = max(guards.create_count, guards.create_share * found.acknowledged)
    if resource.name not in last.loaded:
        if created + due:
            findings.append(
                _finding(resource, MagnitudeKind.CREATES, created + due, found, FIRST_LOAD)
            )
    elif found.at_places_with_objects - last.refused > limit:
        findings.append(_finding(resource, MagnitudeKind.CREATES, created, found))
    elif created > limit:
        findings.append(_finding(resource, MagnitudeKind.CREATES, created, found, FIRST_DAY))
    if resource.name in last.loaded and due > limit:
        findings.append(_finding(resource, MagnitudeKind.CREATES, due, found, BY_DATE))
    if _is_mass_deletion(deleted, found.acknowledged, guards):
        findings.append(_finding(resource, MagnitudeKind.DELETES, deleted, found))
    return findings


def _count(found: ChangeCounts, change: Change) -> int:
    return found.counts.get((change.value, ""), 0)


def _finding(
    resource: Resource, kind: MagnitudeKind, objects: int, found: ChangeCounts, why: str = ""
) -> Finding:
    return Finding(resource.name, kind, "", objects, found.acknowledged, why)


def _is_mass_deletion(deleted: int, acknowledged: int, guards: Guards) -> bool:
    if deleted == acknowledged > guards.all_count:
        return True
    return deleted > guards.delete_count and deleted > guards.delete_share * acknowledged


def _updates(resource: Resource, found: ChangeCounts, guards: Guards) -> list[Finding]:
    """Return findings for updates that no one field explains, and for replaces."""
    touched = found.counts.get((TOUCHED, ""), 0) + _count(found, Change.REPLACE)
    if touched > max(guards.change_count, guards.change_share * found.acknowledged):
        return [_finding(resource, MagnitudeKind.CHANGES, touched, found)]
    return []


def _of_field(
    resource: Resource, kind: str, name: str, objects: int, found: ChangeCounts, guards: Guards
) -> list[Finding]:
    present = found.value_counts.get(name, found.acknowledged)
    limits = {
        Move.EMPTY: (MagnitudeKind.EMPTIES, present, _empty_limit(objects, present, guards), ""),
        Move.ALTER: (MagnitudeKind.CHANGES, found.acknowledged, _change_limit(found, guards), ""),
        Move.FILL: (MagnitudeKind.FILLS, found.acknowledged, _change_limit(found, guards), FILLED),
        Move.DUE: (MagnitudeKind.DUE, found.acknowledged, _change_limit(found, guards), BY_DATE),
    }
    of_kind, of, limit, why = limits[Move(kind)]
    return [Finding(resource.name, of_kind, name, objects, of, why)] if objects > limit else []


def _empty_limit(objects: int, present: int, guards: Guards) -> float:
    limit = max(guards.empty_count, guards.empty_share * present)
    return limit_of_all(limit, objects, present, guards)


def limit_of_all(limit: float, objects: int, present: int, guards: Guards) -> float:
    """Return a limit, which is `all_count` at most where all that are present are concerned."""
    return min(limit, guards.all_count) if objects == present else limit


def _change_limit(found: ChangeCounts, guards: Guards) -> float:
    return max(guards.change_count, guards.change_share * found.acknowledged)


def _explain(
    finding: Finding,
    last: LastLoad,
    treatments: Mapping[str, Treatment],
    allow: Permissions,
) -> Finding:
    """Return a finding with why it is not held back, if it is not."""
    return replace(finding, why=finding.why or _why(finding, last, treatments, allow))


def _why(
    finding: Finding,
    last: LastLoad,
    treatments: Mapping[str, Treatment],
    allow: Permissions,
) -> str:
    now = treatments.get(finding.name, Treatment.SEND)
    before = Treatment(last.treatments.get(finding.name, now))
    if finding.name in treatments and (
        now is Treatment.DROP or STRICTER.index(now) > STRICTER.index(before)
    ):
        return BY_POLICY
    if finding.kind in OF_VALUES and finding.resource not in last.loaded:
        return FIRST_LOAD
    if now is Treatment.PSEUDONYM and Allow.NEW_PSEUDONYM_KEY in allow:
        return permission_sentence(Allow.NEW_PSEUDONYM_KEY)
    return permission_sentence(LIFTED_BY[finding.kind]) if LIFTED_BY[finding.kind] in allow else ""


def permission_sentence(allow: Allow) -> str:
    """Say that something is permitted."""
    return f"permitted by {allow.value}"
