"""The mapping page: what of openIMIS becomes what in DHIS2; made from the tables of truth."""

from collections.abc import Iterator

from transforms.core.fields import Field, OptionSet
from transforms.core.markdown import code, table
from transforms.model.privacy import policy_of
from transforms.model.resources import RESOURCES, Resource, TrackerType, UidSource
from transforms.model.tables.option_sets import OPTION_SETS
from transforms.model.tables.programs import EVERY_PROGRAM, PERSON_TYPE
from transforms.openimis.country import Country, Root
from transforms.openimis.tables.places import GROUP_SETS, GroupSet
from transforms.package.tables.population import POPULATION_SET
from transforms.package.tables.sharing import USER_GROUPS
from transforms.package.tables.user_roles import USER_ROLES
from transforms.reports.tables import page_texts

USUAL = Country(root=Root(uid="ImspTQPwCqd", name="Country", short_name="Country"))
"""A country file that says nothing of its own."""

_UIDS = {
    UidSource.UUID: "made from the UUID",
    UidSource.SALTED: "made from the row's number",
    UidSource.OWN: "made from the object's key",
}
_KINDS = {
    TrackerType.TRACKED_ENTITY: "tracked entity",
    TrackerType.ENROLLMENT: "enrollment",
    TrackerType.EVENT: "event",
}


def mapping_page() -> str:
    """Return the whole page as Markdown."""
    parts = (
        [page_texts.MAPPING],
        _resources(),
        _fields(),
        _option_sets(),
        _places(),
        _population(),
        _access(),
    )
    return "\n".join(line for part in parts for line in part)


def _resources() -> Iterator[str]:
    names = {program.uid: program.name for program in EVERY_PROGRAM}
    stages = {stage.uid: stage.name for program in EVERY_PROGRAM for stage in program.stages}
    yield from ("## Objects", "")
    rows = [
        (
            resource.name,
            resource.table,
            _KINDS[resource.tracker_type],
            _name_and_uid(names, resource.program)
            or _name_and_uid({PERSON_TYPE: "Person"}, PERSON_TYPE),
            _name_and_uid(stages, resource.stage),
            resource.parent or "",
            _UIDS[resource.uid_source],
        )
        for resource in RESOURCES
    ]
    titles = (
        "resource",
        "openIMIS table",
        "in DHIS2",
        "program or type",
        "stage",
        "belongs to",
        "UID",
    )
    yield from table(titles, rows)


def _name_and_uid(names: dict[str, str], uid: str | None) -> str:
    return f"{names[uid]} {code(uid)}" if uid in names and uid else ""


def _fields() -> Iterator[str]:
    yield from ("## Values", "")
    policy = policy_of(USUAL)
    titles = (
        "name in DHIS2", "key", "UID", "value type", "option set", "from openIMIS", "privacy",
        "leaves as",
    )  # fmt: skip
    for resource in RESOURCES:
        if resource.fields:
            yield from (f"### {_heading(resource)}", "")
            rows = [_field_row(field, policy[field.key].value) for field in resource.fields]
            yield from table(titles, rows)


def _heading(resource: Resource) -> str:
    is_person = resource.tracker_type is TrackerType.TRACKED_ENTITY
    what = "attributes of the person" if is_person else "data elements"
    return f"`{resource.name}`: {what}"


def _field_row(field: Field, treatment: str) -> tuple[str, ...]:
    marks = [
        *(["(unique)"] if field.unique else []),
        *(["(compulsory)"] if field.compulsory else []),
        *(["(optional)"] if field.optional else []),
    ]
    return (
        " ".join((field.name, *marks)),
        code(field.key),
        code(field.uid),
        field.value_type.value,
        field.option_set.name if field.option_set else "",
        _source(field),
        field.privacy.value,
        treatment,
    )


def _source(field: Field) -> str:
    column = code(f"{field.table}.{field.column}") if field.table else ""
    return " ".join(filter(None, (column, field.made_of)))


def _option_sets() -> Iterator[str]:
    yield page_texts.OPTION_SETS
    yield from table(
        ("name", "UID", "code", "options"),
        [(row.name, code(row.uid), code(row.code), _options(row)) for row in OPTION_SETS],
    )


def _options(row: OptionSet) -> str:
    if row.codes is None:
        column = code(f"{row.table}.{row.code_column}")
        return f"filled from {column}, named by {code(str(row.name_column))}"
    return ", ".join(f"{theirs} → {ours}" for theirs, ours in row.codes.items())


def _places() -> Iterator[str]:
    names = USUAL.levels
    levels = (names.country, names.region, names.district, names.ward, names.village)
    yield from ("## Org units and their groups", "")
    yield f"Levels, from the country file's root downwards: {', '.join(levels)}."
    yield page_texts.PLACES
    for group_set in GROUP_SETS:
        yield from (f"### {group_set.name} {code(group_set.uid)}", "", group_set.description, "")
        rows = [
            (group.name, code(group.uid), _members(group_set, USUAL.codes_in(group_set, group)))
            for group in group_set.groups
        ]
        yield from table(("group", "UID", "filled by"), rows)


def _members(group_set: GroupSet, values: tuple[str, ...]) -> str:
    if not group_set.table:
        return "the operator"
    listed = ", ".join(code(value) for value in values)
    where = f", if the country file has {code(f'[{group_set.key}]')}" if group_set.optional else ""
    return f"{code(f'{group_set.table}.{group_set.column}')} {listed}{where}"


def _population() -> Iterator[str]:
    [element] = POPULATION_SET.elements
    yield from ("## Population", "")
    yield from table(
        ("object", "name", "UID", "kind"),
        [
            ("data set", POPULATION_SET.name, code(POPULATION_SET.uid), POPULATION_SET.period_type),
            (
                "data element",
                element.name,
                code(element.uid),
                f"{element.value_type}, {element.aggregation}",
            ),
        ],
    )
    yield page_texts.POPULATION


def _access() -> Iterator[str]:
    yield page_texts.ACCESS
    yield from table(
        (
            "group",
            "UID",
            "metadata",
            "figures",
            "persons and events",
            "what org units are assigned to",
        ),
        [
            (
                group.name,
                code(group.uid),
                _right(group.metadata),
                _right(group.data),
                _right(group.persons),
                _right(group.assigned),
            )
            for group in USER_GROUPS
        ],
    )
    yield from _roles()


def _right(access: str) -> str:
    return {"r-": "read", "rw": "read, write", "--": "none"}[access]


def _roles() -> Iterator[str]:
    yield from table(
        ("role", "UID", "for", "group", "org units", "authorities"),
        [
            (
                role.name,
                code(role.uid),
                role.description,
                role.group.name if role.group else "",
                role.org_units,
                ", ".join(code(name) for name in role.authorities),
            )
            for role in USER_ROLES
        ],
    )
    yield page_texts.SUPERUSER
