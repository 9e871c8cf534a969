"""Runs of the engine into the small DHIS2 in memory: delta, bundles, answers, fold.

A run may be cut short, lose its last answer, be stopped because DHIS2 refuses too much, or hold
back what a guard says. What the flows do with files and threads is not here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from tests.laws.world import LISTS, MemoryDhis2, desired_frame
from transforms.changes.answers.fold import fold_partition
from transforms.changes.answers.outcomes import IS_REJECT, OUTCOMES
from transforms.changes.delta.change_counts import count_by_kind
from transforms.changes.delta.deltas import Delta, delta
from transforms.changes.guards.holding_back import without_held_back
from transforms.changes.guards.stopping import StoppedError, StopRule, sent_by_group, stop_groups_of
from transforms.changes.objects.phases import DELETES, OF_VALUES, Phase, parts
from transforms.changes.objects.phases import LISTS as NAMES
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.changes.sending.bundles import number_bundles, render_bundles
from transforms.changes.sending.dependants import PARENT_REFUSED, dependants, without
from transforms.core.fields import Treatment
from transforms.dhis2.import_report import Receipt, Refused
from transforms.dhis2.tables.error_classes import ErrorClass
from transforms.model.privacy import Policy, apply_policy
from transforms.model.resources import RESOURCES, TrackerType
from transforms.openimis.country import Guards

World = dict[str, list[dict[str, Any]]]
Refuses = Callable[[str, str, str], bool]

MANY = 10_000
NEVER = Guards(misconfigured_count=MANY, bad_data_count=MANY)
"""Guards that stop no load."""
POSTED = [phase for phase in Phase if phase not in OF_VALUES]
"""The phases in which persons and what is theirs are posted."""
SEND_ALL: Policy = {each.key: Treatment.SEND for resource in RESOURCES for each in resource.fields}
UNKNOWN: dict[str, Any] = {"accepted": None, "kind": None, "codes": []}


@dataclass(frozen=True)
class Night:
    """What one run did.

    Attributes:
        deltas: What it found, without what was held back.
        posted: Phase and body of every request.
        outcomes: What became of the objects in them, and of those that were taken out.
        is_stopped: Whether DHIS2 refused too much.
    """

    deltas: dict[str, Delta]
    posted: list[tuple[Phase, bytes]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    is_stopped: bool = False

    @property
    def frame(self) -> pl.DataFrame:
        """The outcomes as the fold takes them."""
        return pl.DataFrame(self.outcomes, schema=OUTCOMES)

    @property
    def changes(self) -> dict[str, pl.LazyFrame]:
        """Resource to its changes."""
        return {name: each.changes.lazy() for name, each in self.deltas.items()}


class Pipeline:
    """Runs into a DHIS2 in memory, and what is acknowledged of it.

    Attributes:
        policy: What the privacy policy says now.
        refused: Reason code to objects that the run before had refused.
    """

    def __init__(self) -> None:
        self.dhis2 = MemoryDhis2()
        self.acknowledged = {
            resource.name: pl.LazyFrame(schema=acknowledged_schema(resource))
            for resource in RESOURCES
        }
        self.runs = 0
        self.late: tuple[str, bytes] | None = None
        self.policy = SEND_ALL
        self.refused: Counter[str] = Counter()

    def deltas(self, world: World) -> dict[str, Delta]:
        found: dict[str, Delta] = {}
        for resource in RESOURCES:
            desired = desired_frame(resource, world[resource.name])
            found[resource.name] = delta(
                resource,
                apply_policy(desired, resource.fields, self.policy, None),
                self.acknowledged[resource.name],
                above=found.get(resource.parent or ""),
            )
        return found

    def bodies(self, deltas: dict[str, Delta], size: int = 2) -> list[tuple[Phase, bytes]]:
        changes = {name: each.changes.lazy() for name, each in deltas.items()}
        posted = []
        for phase in POSTED:
            people = number_bundles(
                pl.concat(
                    changes[part.resource.name].filter(part.changes).select(person=part.person)
                    for part in parts(phase)
                ),
                size,
            )
            if len(people):
                bodies = render_bundles(phase, changes, people)["body"]
                posted += [(phase, body.encode()) for body in bodies]
        return posted

    def run(self, world: World, *args: Any, **more: Any) -> dict[str, Delta]:
        """Bring `world` in, and return what was found; see `night`."""
        return self.night(world, *args, **more).deltas

    def night(
        self,
        world: World,
        refuses: Refuses | None = None,
        only: int | None = None,
        unanswered: int | None = None,
        *,
        is_answer_lost: bool = False,
        is_taken: bool = True,
        guards: Guards = NEVER,
        held_back: Mapping[str, Collection[str]] | None = None,
    ) -> Night:
        """Bring `world` in; with `only`, die after so many bundles and fold what they did.

        With `unanswered`, that bundle had to be posted twice, and may come once more: `late`.
        With `is_answer_lost`, the last bundle's answer never comes, DHIS2 accepted it or not.
        `held_back` says which kinds of change of which resources wait.
        """
        self.runs += 1
        deltas = _without(self.deltas(world), held_back or {})
        night = Night(deltas)
        self.late = None
        bodies = self.bodies(deltas)
        rule = self._stop_rule(night, guards)
        is_whole = only is None or only >= len(bodies)
        bodies = bodies[:only]
        for number, (phase, body) in enumerate(bodies):
            request, removed = without(body, self.blocked(night, phase))
            is_lost = is_answer_lost and number == len(bodies) - 1
            dhis2 = self.dhis2 if is_taken or not is_lost else deepcopy(self.dhis2)
            answered = dhis2.post(phase.value, request, refuses)
            is_late = is_lost or number == unanswered
            answers = [
                {**each, **(UNKNOWN if is_lost else {}), "isLate": is_late} for each in answered
            ]
            answers += [_taken_out(phase, *each) for each in removed]
            night.posted.append((phase, request))
            night.outcomes.extend(answers)
            if number == unanswered:
                self.late = (phase.value, request)
            try:
                rule.observe(_receipt(phase, answers), stop_groups_of(request))
            except StoppedError:
                night = replace(night, is_stopped=True)
                break
        self._fold(night, is_whole=is_whole and not is_answer_lost)
        return night

    def _stop_rule(self, night: Night, guards: Guards) -> StopRule:
        sent = {name: count_by_kind(changes) for name, changes in night.changes.items()}
        return StopRule(sent_by_group(sent), self.refused, guards)

    def _fold(self, night: Night, *, is_whole: bool) -> None:
        outcomes, changes = night.frame.lazy(), night.changes
        for resource in RESOURCES:
            before = self.acknowledged[resource.name]
            run = f"run-{self.runs}"
            after = fold_partition(
                resource, before, changes[resource.name], outcomes, run
            ).collect()
            self.acknowledged[resource.name] = after.lazy()
        refused = Counter[str](code for each in night.outcomes for code in each["codes"])
        hears_of_all = is_whole and not night.is_stopped
        self.refused = refused if hears_of_all else refused | self.refused

    def blocked(self, night: Night, phase: Phase) -> set[tuple[str, str]]:
        refused = night.frame.filter(IS_REJECT)
        if refused.is_empty():
            return set()
        found = dependants(night.changes, refused).filter(is_delete=phase in DELETES)
        return set(found.select("type", "uid").iter_rows())

    def held(self) -> dict[str, set[str]]:
        """UIDs that we think DHIS2 holds, by DHIS2's list."""
        held: dict[str, set[str]] = {name: set() for name in LISTS}
        for resource in RESOURCES:
            rows = self.acknowledged[resource.name].filter(state="held").collect()
            held[NAMES[resource.tracker_type]] |= set(rows["uid"])
        return held


def _without(
    deltas: dict[str, Delta], held_back: Mapping[str, Collection[str]]
) -> dict[str, Delta]:
    changes = without_held_back({name: each.changes for name, each in deltas.items()}, held_back)
    return {name: replace(each, changes=changes[name]) for name, each in deltas.items()}


def _taken_out(phase: Phase, kind: str, uid: str) -> dict[str, Any]:
    """The outcome of an object that builds on something refused, so that it was not posted."""
    refusal = {"accepted": False, "kind": "parent", "codes": [PARENT_REFUSED], "isLate": False}
    return {"phase": phase.value, "type": kind, "uid": uid} | refusal


def _receipt(phase: Phase, answers: list[dict[str, Any]]) -> Receipt:
    """What the stop rule hears of a request."""
    refused = tuple(
        Refused(TrackerType(each["type"]), each["uid"], tuple(each["codes"]), ErrorClass.DATA)
        for each in answers
        if each["codes"]
    )
    if phase is Phase.OWNERS:
        return Receipt("TRANSFER", refused=refused)
    return Receipt("DELETE" if phase in DELETES else "CREATE_AND_UPDATE", refused=refused)
