"""What the tracker needs of the metadata, in a form that is quick to ask; made anew when metadata
changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .state import State
from .users import Account
from .value_types import Check, check_of

Object = dict[str, Any]


@dataclass(slots=True)
class Field:
    """A tracked entity attribute or a data element, as values of it are checked."""

    uid: str
    value_type: str
    check: Check
    option_set: str | None
    codes: frozenset[str] | None
    unique: bool


@dataclass(slots=True)
class TypeModel:
    """A tracked entity type: which attributes it has, and whether each is mandatory."""

    uid: str
    attributes: dict[str, bool]
    readable: bool
    writable: bool


@dataclass(slots=True)
class ProgramModel:
    """A program with registration."""

    uid: str
    tracked_entity_type: str | None
    attributes: dict[str, bool]
    org_units: frozenset[str]
    only_once: bool
    shows_incident_date: bool
    future_enrollments: bool
    future_incidents: bool
    registration: bool
    writable: bool
    readable_data: bool
    expiry_days: int  # after the end of a month; other period types are not modelled


@dataclass(slots=True)
class StageModel:
    """A program stage."""

    uid: str
    program: str
    elements: dict[str, bool]
    compulsory: tuple[str, ...]
    repeatable: bool
    always_validated: bool
    readable: bool
    writable: bool
    blocks_completed: bool


class TrackerModel:
    """Everything the import asks about, as one user may see it."""

    def __init__(self, state: State, account: Account) -> None:
        self.revision = state.metadata_revision
        self.account = account
        self._state = state
        self._codes: dict[str, frozenset[str]] = {}
        self._captured: dict[str, bool] = {}
        self.org_units = state.metadata["organisationUnits"]
        self.attributes = self._fields("trackedEntityAttributes")
        self.elements = self._fields("dataElements")
        self.types = {row["id"]: self._type(row) for row in self._readable("trackedEntityTypes")}
        self.programs = {row["id"]: self._program(row) for row in self._readable("programs")}
        self.stages = {row["id"]: self._stage(row) for row in self._readable("programStages")}
        self.unique = tuple(uid for uid, row in self.attributes.items() if row.unique)
        for uid in self.unique:
            state.tracker.index_unique(uid)

    def captures_in(self, org_unit: str) -> bool:
        """Whether the user may capture there."""
        if self._state.refused_org_units:
            return self.account.captures_in(org_unit)
        known = self._captured.get(org_unit)
        if known is None:
            known = self._captured[org_unit] = self.account.captures_in(org_unit)
        return known

    def _readable(self, kind: str) -> list[Object]:
        rows = self._state.metadata[kind].values()
        return [row for row in rows if self.account.may("read", row)]

    def _fields(self, kind: str) -> dict[str, Field]:
        return {row["id"]: self._field(row) for row in self._state.metadata[kind].values()}

    def _field(self, row: Object) -> Field:
        option_set = (row.get("optionSet") or {}).get("id")
        value_type = row.get("valueType") or "TEXT"
        return Field(
            uid=row["id"],
            value_type=value_type,
            check=check_of(value_type, self._state.dialect.calendar),
            option_set=option_set,
            codes=self._codes_of(option_set) if option_set else None,
            unique=bool(row.get("unique")),
        )

    def _codes_of(self, option_set: str) -> frozenset[str]:
        if option_set not in self._codes:
            codes = _option_codes(self._state, option_set)
            ignore_case = self._state.dialect.option_codes_ignore_case
            self._codes[option_set] = frozenset(
                code.lower() if ignore_case else code for code in codes
            )
        return self._codes[option_set]

    def _type(self, row: Object) -> TypeModel:
        return TypeModel(
            uid=row["id"],
            attributes=_mandatory(row.get("trackedEntityTypeAttributes"), "trackedEntityAttribute"),
            readable=self.account.may("data read", row),
            writable=self.account.may("data write", row),
        )

    def _program(self, row: Object) -> ProgramModel:
        return ProgramModel(
            uid=row["id"],
            tracked_entity_type=(row.get("trackedEntityType") or {}).get("id"),
            attributes=_mandatory(
                row.get("programTrackedEntityAttributes"), "trackedEntityAttribute"
            ),
            org_units=frozenset(unit["id"] for unit in row.get("organisationUnits") or ()),
            only_once=bool(row.get("onlyEnrollOnce")),
            shows_incident_date=bool(row.get("displayIncidentDate", True)),
            future_enrollments=bool(row.get("selectEnrollmentDatesInFuture")),
            future_incidents=bool(row.get("selectIncidentDatesInFuture")),
            registration=row.get("programType") == "WITH_REGISTRATION",
            writable=self.account.may("data write", row),
            readable_data=self.account.may("data read", row),
            expiry_days=int(row.get("expiryDays") or 0) if row.get("expiryPeriodType") else 0,
        )

    def _stage(self, row: Object) -> StageModel:
        elements = _mandatory(row.get("programStageDataElements"), "dataElement", "compulsory")
        return StageModel(
            uid=row["id"],
            program=_program_of_stage(self._state, row),
            elements=elements,
            compulsory=tuple(uid for uid, compulsory in elements.items() if compulsory),
            repeatable=bool(row.get("repeatable")),
            always_validated=row.get("validationStrategy") == "ON_UPDATE_AND_INSERT",
            readable=self.account.may("data read", row),
            writable=self.account.may("data write", row),
            blocks_completed=bool(row.get("blockEntryForm")),
        )


def _option_codes(state: State, option_set: str) -> list[str]:
    options = state.metadata["options"]
    members = (state.find("optionSets", option_set) or {}).get("options") or ()
    return [options[item["id"]]["code"] for item in members if item and item["id"] in options]


def _mandatory(rows: Any, reference: str, flag: str = "mandatory") -> dict[str, bool]:
    return {row[reference]["id"]: bool(row.get(flag)) for row in rows or () if row.get(reference)}


def _program_of_stage(state: State, stage: Mapping[str, Any]) -> str:
    if stage.get("program"):
        return str(stage["program"]["id"])
    for program in state.metadata["programs"].values():
        if any(item["id"] == stage["id"] for item in program.get("programStages") or ()):
            return str(program["id"])
    return ""
