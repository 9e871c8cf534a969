"""What set-up changes in DHIS2: the package compared with what is present."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_conflicts import Conflict, find_taken_values, unchangeable_values
from transforms.dhis2.metadata_merge import differences, merge
from transforms.dhis2.metadata_notes import notes
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES, Index, MetadataClass, Present

USER_GROUPS, MAPS, DASHBOARDS = "userGroups", "maps", "dashboards"
EVENT_VISUALIZATIONS = "eventVisualizations"
_POSTED_APART = frozenset({USER_GROUPS, MAPS, DASHBOARDS})


@dataclass(frozen=True)
class Plan:
    """What set-up would do.

    Attributes:
        create: Objects that DHIS2 does not have, by class.
        change: Objects that differ, merged, by class.
        changed: UID of each object in `change` to the names of the properties that differ.
        conflicts: What must be solved before anything is written.
        notes: What an operator should know, in sentences.
    """

    create: Payload = field(default_factory=dict)
    change: Payload = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def payload(self) -> Payload:
        """What is posted: both, by class."""
        kinds = [kind for kind in METADATA_CLASSES if kind in self.create or kind in self.change]
        return {kind: self.create.get(kind, []) + self.change.get(kind, []) for kind in kinds}

    @property
    def parts(self) -> list[Payload]:
        """What is posted, one payload after the other.

        User groups go first: nobody has tried on a real server to share something with a group
        that does not exist yet. Maps are alone, since `/api/metadata` does not take them, and after
        what they show; dashboards come last, since they show maps.
        """
        payload = self.payload
        apart = {kind: {kind: payload[kind]} for kind in _POSTED_APART if kind in payload}
        others = {kind: payload[kind] for kind in payload if kind not in _POSTED_APART}
        ordered = (apart.get(USER_GROUPS), others, apart.get(MAPS), apart.get(DASHBOARDS))
        return [part for part in ordered if part]

    @property
    def checkable(self) -> Payload:
        """What a dry run can check: no maps, nor items that show new ones or new event reports.

        DHIS2 takes an event report for another class than the event visualization that it is.
        """
        kinds = (MAPS, EVENT_VISUALIZATIONS)
        new = {thing["id"] for kind in kinds for thing in self.create.get(kind, ())}
        payload = {kind: objects for kind, objects in self.payload.items() if kind != MAPS}
        boards = [_without_new(board, new) for board in payload.get(DASHBOARDS, ())]
        return payload | ({DASHBOARDS: boards} if boards else {})

    @property
    def is_empty(self) -> bool:
        """Whether DHIS2 is as it must be."""
        return not self.create and not self.change


def plan(package: Payload, present: Present, index: Index) -> Plan:
    """Compare the package with what DHIS2 has.

    Args:
        package: Our objects, by class.
        present: Those of them that DHIS2 has, as it shows them with `fields=:owner`.
        index: All objects of the classes, with what must be unique.
    """
    planned = Plan(notes=notes(package, present))
    for kind, objects in package.items():
        klass = METADATA_CLASSES[kind]
        planned.conflicts.extend(find_taken_values(klass, objects, index.get(kind, ())))
        _compare(klass, objects, present.get(kind, {}), planned)
    return planned


def with_options(planned: Plan, options: Iterable[Json]) -> Plan:
    """Return a plan that also shows the options with which its new option sets are to be filled."""
    sets = {thing["id"] for thing in planned.create.get("optionSets", ())}
    new = [option for option in options if option["optionSet"]["id"] in sets]
    filled = [_fill(thing, new) for thing in planned.create.get("optionSets", ())]
    more = {"optionSets": filled, "options": new} if new else {}
    return replace(planned, create=planned.create | more)


def _compare(
    klass: MetadataClass, objects: Iterable[Json], present: Mapping[str, Json], planned: Plan
) -> None:
    for ours in objects:
        theirs = present.get(ours["id"])
        whole = merge(ours, theirs, klass)
        if theirs is None:
            planned.create.setdefault(klass.kind, []).append(whole)
            continue
        planned.conflicts.extend(unchangeable_values(klass, ours, theirs))
        if whole != theirs:
            planned.change.setdefault(klass.kind, []).append(whole)
            planned.changed[ours["id"]] = differences(whole, theirs)


def _without_new(board: Json, uids: Collection[str]) -> Json:
    items = [item for item in board["dashboardItems"] if not _shown_apart(item) & set(uids)]
    return board | {"dashboardItems": items}


def _shown_apart(item: Json) -> set[str]:
    return {item[name]["id"] for name in ("map", "eventReport") if item.get(name)}


def _fill(option_set: Json, options: Iterable[Json]) -> Json:
    own = [{"id": each["id"]} for each in options if each["optionSet"]["id"] == option_set["id"]]
    return option_set | ({"options": own} if own else {})
