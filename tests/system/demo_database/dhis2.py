"""What the stand-in holds, in the words of people: names for UIDs, codes for places."""

from collections.abc import Callable, Iterator

from tests.support.sandbox import Sandbox
from tests.system.demo_database.comparison import Row, Rows
from transforms.core.json_texts import Json

_DAY, _MINUTE = len("2026-01-01"), len("2026-01-01T00:00")


def held(sandbox: Sandbox) -> Rows:
    """Return, a resource, its rows: names to values, without what is empty."""
    return {name: list(rows) for name, rows in _Reader(sandbox).resources().items()}


class _Reader:
    """Reads one stand-in at one moment."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.org_units = sandbox.metadata("organisationUnits")
        self.programs = {each["name"]: each for each in sandbox.metadata("programs").values()}
        self.stages = _names(sandbox.metadata("programStages"))
        self.elements = sandbox.metadata("dataElements")
        self.attributes = sandbox.metadata("trackedEntityAttributes")
        self.option_sets = _names(sandbox.metadata("optionSets"))
        self.options = sandbox.metadata("options")
        self.groups = sandbox.metadata("organisationUnitGroups")
        self.tracked_entities = sandbox.tracked_entities()
        self.enrollments = sandbox.enrollments()
        self.events = sandbox.events()
        self.people = {
            uid: _named(each["attributes"], self.attributes)["Insuree ID"]
            for uid, each in self.tracked_entities.items()
        }
        self.claims = {
            each["enrollment"]: number
            for each in self.events.values()
            if (number := _named(each["dataValues"], self.elements).get("Claim number"))
        }

    def resources(self) -> dict[str, Iterator[Row]]:
        """Return what is held of each resource."""
        return {
            "org_units": self._org_units(),
            "options": self._options(),
            "tracked_entities": self._tracked_entities(),
            "insuree_enrollments": self._enrollments("Family/Insuree", self._owner),
            "policy_events": self._events("Policy details"),
            "contributions": self._events("Contribution"),
            "claim_enrollments": self._enrollments("Claims management"),
            "claim_events": self._events("Claim details"),
            "claim_services": self._events("Claim - Services", self._claim),
            "claim_items": self._events("Claim - Items", self._claim),
            "funding": self._events("Funding"),
        }

    def _org_units(self) -> Iterator[Row]:
        programs = {
            "in the insuree program": _members(self.programs["Family/Insuree"]),
            "in the claims program": _members(self.programs["Claims management"]),
        }
        groups: dict[str, list[str]] = {}
        for group in sorted(self.groups.values(), key=lambda each: str(each["name"])):
            for uid in _members(group):
                groups.setdefault(uid, []).append(group["name"].removesuffix(" (openIMIS)"))
        for uid, each in self.org_units.items():
            if "parent" in each:
                yield _filled(
                    orgUnit=each["code"],
                    group=", ".join(groups.get(uid, [])),
                    parent=self._code(each["parent"]["id"]),
                    name=each["name"],
                    shortName=each["shortName"],
                    closedDate=(each.get("closedDate") or "")[:_DAY],
                ) | {name: "Yes" for name, members in programs.items() if uid in members}

    def _options(self) -> Iterator[Row]:
        for each in self.options.values():
            option_set = self.option_sets[each["optionSet"]["id"]]
            yield {"option set": option_set, "code": each["code"], "name": each["name"]}

    def _tracked_entities(self) -> Iterator[Row]:
        for each in self.tracked_entities.values():
            values = self._values(each["attributes"], self.attributes)
            yield {"orgUnit": self._code(each["orgUnit"])} | values

    def _enrollments(
        self, program: str, more: Callable[[Json], Row] = lambda _: {}
    ) -> Iterator[Row]:
        uid = self.programs[program]["id"]
        for each in self.enrollments.values():
            if each["program"] == uid:
                yield _filled(
                    person=self.people[each["trackedEntity"]],
                    orgUnit=self._code(each["orgUnit"]),
                    status=each["status"],
                    enrolledAt=each["enrolledAt"][:_DAY],
                ) | more(each)

    def _events(self, stage: str, more: Callable[[Json], Row] = lambda _: {}) -> Iterator[Row]:
        for each in self.events.values():
            if self.stages[each["programStage"]] == stage:
                person = each["trackedEntity"]
                yield (
                    ({"person": self.people[person]} if person else {})
                    | {
                        "orgUnit": self._code(each["orgUnit"]),
                        "status": each["status"],
                        "occurredAt": each["occurredAt"][:_MINUTE],
                    }
                    | self._values(each["dataValues"], self.elements)
                    | more(each)
                )

    def _owner(self, enrollment: Json) -> Row:
        owners = self.tracked_entities[enrollment["trackedEntity"]]["owners"]
        return {"owner": self._code(owners[enrollment["program"]])}

    def _claim(self, event: Json) -> Row:
        return {"claim": self.claims[event["enrollment"]]}

    def _values(self, values: dict[str, str | None], things: dict[str, Json]) -> Row:
        """Return the values by name; one that is an org unit by its code."""
        return {name: self._code(value) for name, value in _named(values, things).items()}

    def _code(self, value: str) -> str:
        org_unit = self.org_units.get(value)
        return org_unit["code"] if org_unit else value


def _named(values: dict[str, str | None], things: dict[str, Json]) -> Row:
    """Return the values by name; DHIS2 keeps a value that was emptied as an empty one."""
    return {things[uid]["name"]: value for uid, value in values.items() if value is not None}


def _names(things: dict[str, Json]) -> Row:
    return {uid: thing["name"] for uid, thing in things.items()}


def _members(thing: Json) -> set[str]:
    return {each["id"] for each in thing.get("organisationUnits", ())}


def _filled(**values: str | None) -> Row:
    return {name: value for name, value in values.items() if value}
