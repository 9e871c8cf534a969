"""GET of metadata: one object or a list, with `fields`, `filter`, `order` and paging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import org_units
from .answers import Answer, not_found, refusal
from .dialects import Dialect
from .embedded import FULL_ACCESS, embedded_view, identifiable
from .field_filter import EVERYTHING, Fields, parse_fields
from .metadata_classes import CLASSES, Embedded, MetadataClass
from .state import State
from .users import Account, author
from .visualizations import VIEW_AXES, analytical_view, defaults_of
from .wordlist import names

Object = dict[str, Any]

_LIST_FIELDS = "id,displayName"
_NEVER_SHOWN = frozenset({"password"})
_MADE = names(  # what `_computed` may make of what is held
    "displayName access sharing path children columns rows filters relativePeriods "
    "rawPeriods legend"
)
_NOT_OWNED = frozenset({"relativePeriods"})  # rawPeriods holds them


class MetadataReader:
    """Reads metadata for one user."""

    def __init__(self, state: State, account: Account, base_url: str = "") -> None:
        self.base_url = base_url
        self.state = state
        self.dialect = state.dialect
        self.account = account
        self._lists = False

    def one(self, kind: str, uid: str, query: dict[str, str]) -> Answer:
        """One object; what the user may not read is not found (2.40 shows it)."""
        row = self.state.find(kind, uid)
        if row is None or not self._visible(row):
            raise not_found(CLASSES[kind].simple_name, uid)
        return Answer(200, self.shown(CLASSES[kind], row, parse_fields(query.get("fields") or "*")))

    def _visible(self, row: Object) -> bool:
        return self.dialect.reads_ignore_sharing or self.account.may("read", row)

    def listed(self, kind: str, pairs: Sequence[tuple[str, str]]) -> Answer:
        """A list of a kind."""
        query = dict(pairs)
        self._lists = True
        rows = self._found(kind, [value for name, value in pairs if name == "filter"], query)
        fields = parse_fields(query.get("fields") or _LIST_FIELDS)
        if query.get("paging") == "false" or query.get("skipPaging") == "true":
            return Answer(200, {kind: [self.shown(CLASSES[kind], row, fields) for row in rows]})
        page, size = int(query.get("page") or 1), int(query.get("pageSize") or 50)
        cut = rows[(page - 1) * size : page * size]
        pager = {"page": page, "total": len(rows), "pageSize": size}
        pager["pageCount"] = max(1, -(-len(rows) // size))
        shown = [self.shown(CLASSES[kind], row, fields) for row in cut]
        return Answer(200, {"pager": pager, kind: shown})

    def export(self, pairs: Sequence[tuple[str, str]]) -> Answer:
        """GET /api/metadata: the kinds asked for with `kind=true`, all of them without."""
        asked = [name for name, value in pairs if name in CLASSES and value == "true"]
        shared = [pair for pair in pairs if pair[0] in {"fields", "filter"}]
        body: Object = {"system": {"version": self.dialect.release}}
        for kind in asked or CLASSES:
            own = [
                (name.partition(":")[2], value)
                for name, value in pairs
                if name.startswith(f"{kind}:")
            ]
            listed = self.listed(kind, [("fields", ":owner"), *shared, *own, ("paging", "false")])
            if listed.body[kind]:
                body[kind] = listed.body[kind]
        return Answer(200, body)

    def _found(self, kind: str, filters: list[str], query: dict[str, str]) -> list[Object]:
        row_class = CLASSES[kind]
        tests = [self._filter(row_class, text) for text in filters]
        combine: Callable[[Iterable[bool]], bool] = (
            any if query.get("rootJunction", "").upper() == "OR" else all
        )
        text = query.get("query", "").lower()
        rows = [
            row
            for row in self.state.metadata[kind].values()
            if self._visible(row)
            and (not tests or combine(test(row) for test in tests))
            and text in str(row.get("name") or "").lower()
        ]
        return self._ordered(rows, query.get("order") or "name:asc")

    def _ordered(self, rows: list[Object], order: str) -> list[Object]:
        for part in reversed(order.split(",")):
            name, _, direction = part.partition(":")
            rows.sort(
                key=lambda row, name=name: self._rank(row.get(name)),  # type: ignore[misc]
                reverse=direction.lower().startswith("desc"),
            )
        return rows

    def _rank(self, value: Any) -> tuple[int, float, str]:
        if isinstance(value, (int, float)):
            return 0, value, ""
        text = str(value or "")
        return 1, 0, text.casefold() if self.dialect.order_ignores_case else text

    def _filter(self, row_class: MetadataClass, text: str) -> Callable[[Object], bool]:
        path, _, rest = text.partition(":")
        operator, _, operand = rest.partition(":")
        test = _OPERATORS.get(operator.lower().lstrip("!").lstrip("$"))
        if test is None:
            raise refusal(400, f"Unknown operator: {operator}")
        negated = operator.startswith("!")

        def passes(row: Object) -> bool:
            held = self._values_at(row_class, row, path.split("."))
            return test(held, operand) is not negated

        return passes

    def _values_at(self, row_class: MetadataClass, row: Object, path: list[str]) -> list[Any]:
        value = self._property(row_class, row, path[0])
        values = value if isinstance(value, list) else [value]
        if len(path) == 1:
            return [item for item in values if item is not None]
        target = row_class.references.get(path[0]) or row_class.collections.get(path[0])
        found: list[Any] = []
        for item in values:
            if isinstance(item, dict):
                inner = self.state.find(target, item["id"]) if target and "id" in item else item
                inner_class = CLASSES[target] if target else MetadataClass("", "")
                found += self._values_at(inner_class, inner or {}, path[1:])
        return found

    # how an object looks

    def shown(self, row_class: MetadataClass, row: Object, fields: Fields) -> Object:
        """The object cut to what is asked."""
        names = list(fields.names)
        if fields.presets & EVERYTHING:
            defaults = defaults_of(row_class, self.dialect)
            kept = {**defaults, **dict.fromkeys(row_class.collections), **row}
            names += [name for name in kept if name not in fields.names]
            if ":owner" in fields.presets:
                names = [name for name in names if name not in _NOT_OWNED]
        shown: Object = {}
        for name in names:
            if name in fields.excluded or name in _NEVER_SHOWN:
                continue
            value = self._shown_property(row_class, row, name, fields.inner(name))
            if name in fields.sizes:
                value = len(value or ())
            if value is not None:
                shown[name] = value
        return shown

    def _shown_property(
        self, row_class: MetadataClass, row: Object, name: str, fields: Fields | None
    ) -> Any:
        if fields is None and _is_plain(row_class, name) and row.get(name) is not None:
            return row[name]
        value = self._property(row_class, row, name)
        if value is None:
            return None
        target = row_class.references.get(name) or row_class.collections.get(name)
        if target == "users":
            return [author(self.state.metadata["users"].get(item["id"], item)) for item in value]
        if target is not None:
            return self._shown_references(CLASSES[target], value, fields)
        embedded = row_class.embedded.get(name)
        if embedded is not None:
            whole = [{**embedded_view(self.state, row, name, item), **item} for item in value]
            kind = f"{row_class.kind}.{name}"
            return [self._shown_embedded(kind, embedded, item, fields) for item in whole]
        if fields is not None and isinstance(value, list):
            return [_cut(item, fields) for item in value]
        return _cut(value, fields) if fields is not None and isinstance(value, dict) else value

    def _shown_references(self, target: MetadataClass, value: Any, fields: Fields | None) -> Any:
        if isinstance(value, list):
            return [item and self._shown_references(target, item, fields) for item in value]
        row = self.state.find(target.kind, value["id"])
        if fields is None or row is None:
            return {"id": value["id"]}
        return self.shown(target, row, fields)

    def _shown_embedded(
        self, kind: str, embedded: Embedded, item: Object, fields: Fields | None
    ) -> Object:
        inner = MetadataClass(kind, embedded.klass, references=embedded.references,
                              collections=embedded.collections)  # fmt: skip
        if embedded.identifiable:
            item = {**identifiable(self.dialect, kind, item), **item}
        alone = not (self._lists or self.dialect.dashboard_items_have_addresses)
        if kind == "dashboards.dashboardItems" and alone:
            item = {**item, "href": f"{self.base_url}/api/dashboardItems/{item.get('id')}"}
        if kind == "maps.mapViews" and self._lists:
            item = {name: value for name, value in item.items() if name not in VIEW_AXES}
        return self.shown(inner, item, fields or parse_fields("*"))

    def _property(self, row_class: MetadataClass, row: Object, name: str) -> Any:
        computed = self._computed(row_class, row, name)
        if computed is not None:
            return computed
        value = row.get(name)
        if value is None and (name in row_class.collections or name in row_class.embedded):
            return []
        if value is None:
            return defaults_of(row_class, self.dialect).get(name)
        return value

    def _computed(self, row_class: MetadataClass, row: Object, name: str) -> Any:
        if name == "displayName":
            return row.get("name")
        if name == "access":
            return access(self.dialect, self.account, row_class, row)
        if name == "sharing" and row.get("sharing") is not None:
            return self._sharing(row["sharing"])
        if row_class.kind == "organisationUnits" and name in {"path", "children"}:
            return org_units.path_of(self.state, row) if name == "path" else self._children(row)
        return analytical_view(row_class, row, name, self.state)

    def _sharing(self, sharing: Object) -> Object:
        groups = {
            uid: {"displayName": (self.state.find("userGroups", uid) or {}).get("name"), **access}
            for uid, access in (sharing.get("userGroups") or {}).items()
        }
        shown = {**sharing, "userGroups": groups}
        if not self.dialect.sharing_has_external:
            shown.pop("external", None)
        return shown

    def _children(self, row: Object) -> list[Object]:
        units = self.state.metadata["organisationUnits"].values()
        return [
            {"id": unit["id"]}
            for unit in units
            if (unit.get("parent") or {}).get("id") == row["id"]
        ]


def _is_plain(row_class: MetadataClass, name: str) -> bool:
    """Whether a property is shown as it is held."""
    return not (
        name in _MADE
        or name in row_class.references
        or name in row_class.collections
        or name in row_class.embedded
    )


def access(dialect: Dialect, account: Account, row_class: MetadataClass, row: Object) -> Object:
    """What the user may do with an object."""
    read, write = account.may("read", row), account.may("write", row)
    body: Object = {name: read if name == "read" else write for name in FULL_ACCESS}
    if not dialect.sharing_has_external:
        del body["externalize"]
    if row_class.data_sharing:
        body["data"] = {
            "read": account.may("data read", row),
            "write": account.may("data write", row),
        }
    return body


def _cut(item: Any, fields: Fields) -> Any:
    if not isinstance(item, dict):
        return item
    cut: Object = {}
    for name, value in item.items():
        if fields.wants(name) and value is not None:
            inner = fields.inner(name)
            if inner is not None and isinstance(value, list):
                cut[name] = [_cut(part, inner) for part in value]
            else:
                cut[name] = _cut(value, inner) if inner is not None else value
    return cut


def _listed(operand: str) -> list[str]:
    return operand.strip("[]").split(",")


_OPERATORS: dict[str, Callable[[list[Any], str], bool]] = {
    "eq": lambda held, operand: any(_text(value) == operand for value in held),
    "ieq": lambda held, operand: any(_text(value).lower() == operand.lower() for value in held),
    "ne": lambda held, operand: all(_text(value) != operand for value in held),
    "in": lambda held, operand: any(_text(value) in _listed(operand) for value in held),
    "like": lambda held, operand: any(operand in _text(value) for value in held),
    "ilike": lambda held, operand: any(operand.lower() in _text(value).lower() for value in held),
    "startswith": lambda held, operand: any(_text(value).startswith(operand) for value in held),
    "null": lambda held, _: not held,
    "!null": lambda held, _: bool(held),
    "empty": lambda held, _: not held,
    "ge": lambda held, operand: any(_text(value) >= operand for value in held),
    "gt": lambda held, operand: any(_text(value) > operand for value in held),
    "le": lambda held, operand: any(_text(value) <= operand for value in held),
    "lt": lambda held, operand: any(_text(value) < operand for value in held),
}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
