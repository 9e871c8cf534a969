"""What DHIS2 checks of metadata before it writes: rights, lengths, required and unique properties,
references.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .dialects import Dialect
from .metadata_classes import (
    AUTHORITY_ENDINGS,
    AUTHORITY_STEMS,
    CLASSES,
    JAVA_TYPES,
    Embedded,
    MetadataClass,
)
from .state import State
from .uids import is_uid
from .users import Account

Object = dict[str, Any]
Report = dict[str, Any]


@dataclass
class Checked:
    """One object of a payload and what was found: `before` counting it as created or updated, and
    `after`.
    """

    index: int
    row: Object
    before: list[Report] = field(default_factory=list)
    failed_checks: int = 0
    after: list[Report] = field(default_factory=list)

    @property
    def uid(self) -> str:
        """Its UID."""
        return str(self.row["id"])

    @property
    def reports(self) -> list[Report]:
        """All its errors."""
        return self.before + self.after


OF_ANOTHER_CLASS = frozenset({"eventReport"})
"""For DHIS2 these are of another class, of the same rows: what is posted beside is not found."""


class MetadataChecks:
    """Checks a payload against what is held."""

    def __init__(self, state: State, account: Account, payload: dict[str, list[Object]]) -> None:
        self.state = state
        self.dialect: Dialect = state.dialect
        self.account = account
        self.posted = {kind: {row["id"] for row in rows} for kind, rows in payload.items()}

    def run(self, row_class: MetadataClass, rows: list[Object]) -> list[Checked]:
        """Every object of a kind with its errors."""
        checked = [Checked(index, row) for index, row in enumerate(rows)]
        taken = self._taken(row_class)
        seen: dict[tuple[str, Any], str] = {}
        options = _OptionNames(self.state) if row_class.kind == "options" else None
        for item in checked:
            self._check(row_class, item, taken, seen)
            if options is not None and not item.before:
                self._note(item, options.clashes(item.row))
            item.after = list(self._references(row_class, item.row))
        return checked

    def _check(
        self,
        row_class: MetadataClass,
        item: Checked,
        taken: dict[tuple[str, Any], str],
        seen: dict[tuple[str, Any], str],
    ) -> None:
        self._note(item, self._rights(row_class, item.row))
        if item.before:
            return
        self._note(item, _schema(row_class, item.row, self.dialect.version))
        self._note(item, _uid_form(row_class, item.row))
        if not item.before:
            unique = row_class.unique_in(self.dialect.version)
            self._note(item, _uniqueness(row_class, unique, item.row, taken, seen))
        self._note(item, translation_reports(row_class, item.row))

    @staticmethod
    def _note(item: Checked, reports: Iterator[Report]) -> None:
        found = list(reports)
        item.before += found
        item.failed_checks += bool(found)

    def _rights(self, row_class: MetadataClass, row: Object) -> Iterator[Report]:
        held = self.state.find(row_class.kind, row["id"])
        if held is None and not _may_add(self.account, row_class):
            yield self._right("E3000", "create", row_class, row)
        elif held is not None and not may_update(self.account, row_class, held):
            yield self._right("E3001", "update", row_class, row)
        elif held is not None and self._moves_without_right(row_class, row, held):
            user = self.account.uid
            message = f"User `{user}` is not allowed to move organisation units"
            yield _report(row_class, "E1520", message, [user])

    def _moves_without_right(self, row_class: MetadataClass, row: Object, held: Object) -> bool:
        """Whether an org unit gets another parent from a user who may not move any."""
        above = [(each.get("parent") or {}).get("id") for each in (row, held)]
        is_move = row_class.kind == "organisationUnits" and above[0] != above[1]
        return is_move and not self.account.has("F_ORGANISATIONUNIT_MOVE")

    def _right(self, code: str, verb: str, row_class: MetadataClass, row: Object) -> Report:
        user = self.account.user
        who = f"{user['firstName']} {user['surname']} [{user['id']}] (User)"
        what = named(row, row_class.simple_name)
        message = f"User `{who}` is not allowed to {verb} objects of type {what}"
        return _report(row_class, code, message, [who, what])

    def _taken(self, row_class: MetadataClass) -> dict[tuple[str, Any], str]:
        return {
            (name, row[name]): uid
            for uid, row in self.state.metadata[row_class.kind].items()
            for name in row_class.unique_in(self.dialect.version)
            if row.get(name) is not None
        }

    # references

    def _references(self, row_class: MetadataClass, row: Object) -> Iterator[Report]:
        shape = Embedded(row_class.klass, row_class.references, row_class.collections)
        yield from self._references_of(shape, row)
        for name, embedded in row_class.embedded.items():
            if name == "dashboardItems" and not self.dialect.checks_dashboard_items:
                continue
            for item in row.get(name) or ():
                yield from self._references_of(embedded, item)

    def _references_of(self, shape: Embedded, row: Object) -> Iterator[Report]:
        for name, target in shape.references.items():
            reference = row.get(name)
            if isinstance(reference, dict) and not self.resolves(target, reference, name):
                yield _reference_report(shape, row, name, target, reference)
        for name, target in shape.collections.items():
            for reference in row.get(name) or ():
                if not self.resolves(target, reference):
                    yield _reference_report(shape, row, name, target, reference)

    def resolves(self, kind: str, reference: Object, name: str = "") -> bool:
        """Whether a reference, of a property of that name, names something held or posted."""
        uid = reference.get("id")
        posted = () if name in OF_ANOTHER_CLASS else self.posted.get(kind, ())
        return uid in self.state.metadata[kind] or uid in posted


class _OptionNames:
    """Codes and names within option sets: neither may be there twice."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.sets: dict[str, dict[tuple[str, str], str]] = {}

    def clashes(self, row: Object) -> Iterator[Report]:
        option_set = (row.get("optionSet") or {}).get("id")
        if option_set is None:
            return
        held = self._held(option_set)
        for name in ("code", "name"):
            other = held.setdefault((name, str(row.get(name))), row["id"])
            if other != row["id"]:
                message = f"Option set `{option_set}` already contains option `{other}`"
                yield _report(CLASSES["optionSets"], "E4028", message, [option_set, other])
                return

    def _held(self, option_set: str) -> dict[tuple[str, str], str]:
        if option_set not in self.sets:
            options = self.state.metadata["options"]
            members = (self.state.find("optionSets", option_set) or {}).get("options") or ()
            self.sets[option_set] = {
                (name, str(options[item["id"]].get(name))): item["id"]
                for item in members
                if item and item["id"] in options
                for name in ("code", "name")
            }
        return self.sets[option_set]


def named(row: Object, simple_name: str) -> str:
    """`Region One [Yd0K8G8rmna] (OrganisationUnit)`."""
    name = f"{row['name']} " if row.get("name") else ""
    return f"{name}[{row.get('id')}] ({simple_name})"


def may_update(account: Account, row_class: MetadataClass, held: Object) -> bool:
    """Whether a user may write an object: any authority of its class, and sharing."""
    if account.is_superuser:
        return True
    return _may_add(account, row_class) and account.may("write", held)


def _may_add(account: Account, row_class: MetadataClass) -> bool:
    stem = AUTHORITY_STEMS.get(row_class.kind)
    return account.is_superuser or (
        stem is not None and any(account.has(stem + ending) for ending in AUTHORITY_ENDINGS)
    )


def _schema(row_class: MetadataClass, row: Object, version: str) -> Iterator[Report]:
    later = [name for name, first in row_class.required_from.items() if version >= first]
    for name in (*row_class.required, *later):
        if row.get(name) is None:
            yield _property_report(
                row_class, "E4000", f"Missing required property `{name}`", name, [name]
            )
    if len(row["id"]) != 11:
        length = len(row["id"])
        message = (
            f"Allowed length range for property `id` is [11 to 11], but given length was {length}"
        )
        yield _property_report(row_class, "E4002", message, "id", ["id", 11.0, 11.0, length])
    for name, longest in row_class.lengths.items():
        length = len(str(row.get(name) or ""))
        if length > longest:
            message = (
                f"Maximum length of property `{name}`is {longest}, but given length was {length}"
            )
            yield _property_report(row_class, "E4001", message, name, [name, longest, length])


def _uid_form(row_class: MetadataClass, row: Object) -> Iterator[Report]:
    if not is_uid(row["id"]):
        message = f"Invalid UID `{row['id']}` for property `{row_class.simple_name}`"
        yield _report(row_class, "E4014", message, [row["id"], row_class.simple_name])


def _uniqueness(
    row_class: MetadataClass,
    unique: tuple[str, ...],
    row: Object,
    taken: dict[tuple[str, Any], str],
    seen: dict[tuple[str, Any], str],
) -> Iterator[Report]:
    for name in unique:
        value = row.get(name)
        if value is None:
            continue
        other = taken.get((name, value))
        code = "E5003"
        if other is None or other == row["id"]:
            other, code = seen.setdefault((name, value), row["id"]), "E5005"
        if other != row["id"]:
            what = named(row, row_class.simple_name)
            message = (
                f"Property `{name}` with value `{value}` on object {what} "
                f"already exists on object {other}"
            )
            yield _report(row_class, code, message, [name, value, what, other]) | {
                "mainId": other,
                "errorProperty": name,
            }


def translation_reports(row_class: MetadataClass, row: Object) -> Iterator[Report]:
    """One property has one translation into a language, and each translation is whole."""
    seen: set[tuple[str, str]] = set()
    for translation in row.get("translations") or ():
        names = (str(translation.get("property")), str(translation.get("locale")))
        if names in seen:
            args = [*names, row_class.simple_name, row["id"]]
            message = (
                "There are duplicate translation records for property `{}` and locale `{}` on {} "
                "`{}`".format(*args)
            )
            yield _report(row_class, "E1106", message, args) | {
                "mainKlass": "org.hisp.dhis.translation.Translation",
                "errorKlass": row_class.full_name,
            }
            return
        seen.add(names)
        for name in ("locale", "property", "value"):
            if translation.get(name) is None:
                yield _report(row_class, "E4000", f"Missing required property `{name}`", [name])


def _report(row_class: MetadataClass, code: str, message: str, args: list[Any]) -> Report:
    return {
        "message": message,
        "args": [str(arg) for arg in args],
        "mainKlass": row_class.full_name,
        "errorCode": code,
        "errorProperties": args,
    }


def _property_report(
    row_class: MetadataClass, code: str, message: str, name: str, args: list[Any]
) -> Report:
    return _report(row_class, code, message, args) | {
        "errorKlass": JAVA_TYPES.get(name, "java.lang.String"),
        "errorProperty": name,
    }


def _reference_report(
    shape: Embedded, row: Object, name: str, target: str, reference: Object
) -> Report:
    simple_name = shape.klass.rsplit(".", 1)[-1]
    args = [
        f"[{reference.get('id')}] ({CLASSES[target].simple_name})",
        named(row, simple_name),
        name,
    ]
    return {
        "message": f"Invalid reference {args[0]} on object {args[1]} for association `{name}`",
        "args": args,
        "mainKlass": f"org.hisp.dhis.{shape.klass}",
        "mainId": row.get("id"),
        "errorCode": "E5002",
        "errorProperty": name,
        "errorProperties": args,
    }
