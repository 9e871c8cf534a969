"""The metadata package: what DHIS2 must have before it can hold a person, a policy or a claim.

Made from the tables of truth (fields, option sets, programs, sharing) and nothing else:

    option sets ─┬─ attributes ──── tracked entity type ── programs ── stages
                 └─ data elements ──────────────────────────────────────┘

A payload maps a class's plural name to its objects, as `POST /api/metadata` takes them.
All attributes are made, those that the privacy policy drops too: a later change of the policy
needs no set-up. None is mandatory, so that a value can be given up (DHIS2 refuses a null else).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from transforms.core.fields import Field, OptionSet, Privacy, ValueType
from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES, MetadataClass, Sharing
from transforms.model.org_unit_groups import org_unit_group_objects
from transforms.model.resources import EVENT_RESOURCES, TRACKED_ENTITIES
from transforms.model.tables.calendars import CALENDARS, Calendar
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.model.tables.option_sets import OPTION_SETS
from transforms.model.tables.programs import INSUREE_PROGRAM, PERSON_TYPE, PROGRAMS, Program, Stage
from transforms.openimis.country import Country
from transforms.package.dashboards import dashboard_objects, map_objects
from transforms.package.indicators import indicator_objects, program_indicators
from transforms.package.population import population_objects
from transforms.package.tables.seed_links import SEED_LINKS
from transforms.package.tables.sharing import PUBLIC, USER_GROUPS
from transforms.package.user_roles import access_objects

Payload = dict[str, list[Json]]


def package(options: pl.DataFrame, country: Country) -> Payload:
    """Return the package, without org units, their levels and the options from openIMIS.

    Args:
        options: The country's options; see `transforms.model.options.options`.
        country: The country file.
    """
    rows = program_indicators(options)
    indicators = indicator_objects(rows)
    parts = (
        _fixed(CALENDARS[country.dhis2.calendar]),
        org_unit_group_objects(country),
        population_objects(),
        indicators,
        dashboard_objects(rows, indicators),
        access_objects(country),
    )
    kinds = [kind for kind in METADATA_CLASSES if any(kind in part for part in parts)]
    return _shared({kind: [row for part in parts for row in part.get(kind, ())] for kind in kinds})


def maps(root_level: int) -> list[Json]:
    """Return the maps of the package; they are sent apart (see `transforms.package.dashboards`).

    Args:
        root_level: Level of the country's root in DHIS2, counted from 1.
    """
    return _shared({"maps": map_objects(root_level)})["maps"]


def _fixed(calendar: Calendar) -> Payload:
    """Return what the data need."""
    return {
        "userGroups": [{"id": group.uid, "name": group.name} for group in USER_GROUPS],
        "optionSets": [_option_set(row) for row in OPTION_SETS],
        "trackedEntityAttributes": [_attribute(row, calendar) for row in TRACKED_ENTITIES.fields],
        "dataElements": [_data_element(row, calendar) for row in data_element_fields()],
        "trackedEntityTypes": [_person()],
        "programs": [_program(row) for row in PROGRAMS],
        "programStages": [_stage(row, stage) for row in PROGRAMS for stage in row.stages],
    }


def data_element_fields() -> list[Field]:
    """Return the fields of all events, each once."""
    fields = [row for resource in EVENT_RESOURCES for row in resource.fields]
    return list({row.uid: row for row in fields}.values())


def levels(country: Country, root_level: int) -> list[Json]:
    """Return the org unit levels, named by the country file, from the root's level downwards."""
    names = country.levels
    ordered = (names.country, names.region, names.district, names.ward, names.village)
    return [
        {
            "id": metadata_uid(f"organisationUnitLevel{level}"),
            "name": name,
            "level": level,
        }
        for level, name in enumerate(ordered, start=root_level)
    ]


def root(country: Country) -> Json:
    """Return the org unit above all regions."""
    place = {"id": country.root.uid, "name": country.root.name}
    code = {"code": country.root.code} if country.root.code else {}
    return place | code | {"shortName": country.root.short_name, "openingDate": "1900-01-01"}


def option_objects(options: pl.DataFrame) -> list[Json]:
    """Return the options of a frame with optionSet, uid, code, name and sortOrder."""
    return [
        {
            "id": row["uid"],
            "code": row["code"],
            "name": row["name"],
            "sortOrder": row["sortOrder"],
            "optionSet": {"id": row["optionSet"]},
        }
        for row in options.iter_rows(named=True)
    ]


def org_unit_object(row: Mapping[str, Any], geometry: Json | None) -> Json:
    """Return the org unit of a row of the org units' frame.

    Without a geometry of ours, one that an operator drew stays.
    """
    drawn = {"geometry": geometry} if geometry else {}
    return drawn | {
        "id": row["uid"],
        "code": row["code"],
        "name": row["name"],
        "shortName": row["shortName"],
        "openingDate": row["openingDate"],
        "closedDate": row["closedDate"],
        "parent": {"id": row["parentUid"]},
    }


def claim_program_fields() -> list[Field]:
    """Return what the claims program shows of a person: what tells people apart, or groups them.

    DHIS2 can group claims by an attribute only where the program has it.
    """
    return [row for row in TRACKED_ENTITIES.fields if row.unique or row.privacy != Privacy.DIRECT]


def _option_set(row: OptionSet) -> Json:
    return {"id": row.uid, "name": row.name, "code": row.code, "valueType": "TEXT"}


def _attribute(row: Field, calendar: Calendar) -> Json:
    return _labels(row) | {
        "valueType": calendar.value_type(row.value_type),
        "aggregationType": row.aggregation,
        "unique": row.unique,
        "orgunitScope": False,
        "generated": False,
        **_codes(row),
    }


def _data_element(row: Field, calendar: Calendar) -> Json:
    return _labels(row) | {
        "valueType": calendar.value_type(row.value_type),
        "aggregationType": row.aggregation,
        "domainType": "TRACKER",
        "zeroIsSignificant": True,
        **_codes(row),
    }


def _labels(row: Field) -> Json:
    code = {"code": row.code} if row.code else {}
    short_name = row.short_name or row.name[:LONGEST_SHORT_NAME]
    return {"id": row.uid, "name": row.name, "shortName": short_name} | code


def _codes(row: Field) -> Json:
    return {"optionSet": {"id": row.option_set.uid}} if row.option_set else {}


def _person() -> Json:
    """Return the tracked entity type; every attribute is its own, as values are sent on it."""
    return {
        "id": PERSON_TYPE,
        "name": "Person",
        "shortName": "Person",
        "featureType": "NONE",
        "minAttributesRequiredToSearch": 1,
        "trackedEntityTypeAttributes": _attribute_links(PERSON_TYPE, TRACKED_ENTITIES.fields),
    }


def _program(program: Program) -> Json:
    """Return a program that refuses no true datum: dates in the future, old events, changes."""
    fields = TRACKED_ENTITIES.fields if program is INSUREE_PROGRAM else claim_program_fields()
    return {
        "id": program.uid,
        "name": program.name,
        "shortName": program.short_name,
        "programType": "WITH_REGISTRATION",
        "trackedEntityType": {"id": PERSON_TYPE},
        "enrollmentDateLabel": program.enrollment_date_label,
        "onlyEnrollOnce": program.only_enroll_once,
        "displayIncidentDate": False,
        "selectEnrollmentDatesInFuture": True,
        "selectIncidentDatesInFuture": True,
        "expiryDays": 0,
        "completeEventsExpiryDays": 0,
        "accessLevel": "OPEN",
        "minAttributesRequiredToSearch": 1,
        "programTrackedEntityAttributes": _attribute_links(program.uid, fields),
        "programStages": [{"id": stage.uid} for stage in program.stages],
    }


def _stage(program: Program, stage: Stage) -> Json:
    return {
        "id": stage.uid,
        "name": stage.name,
        "program": {"id": program.uid},
        "sortOrder": stage.sort_order,
        "repeatable": True,
        "minDaysFromStart": 0,
        "autoGenerateEvent": False,
        "openAfterEnrollment": False,
        "generatedByEnrollmentDate": False,
        "blockEntryForm": False,
        "hideDueDate": True,
        "displayGenerateEventBox": False,
        "validationStrategy": "ON_COMPLETE",
        "featureType": "NONE",
        "programStageDataElements": _element_links(stage),
    }


def _attribute_links(owner: str, fields: Sequence[Field]) -> list[Json]:
    return [
        {
            "id": _link_uid(owner, row.uid),
            "trackedEntityAttribute": {"id": row.uid},
            "mandatory": False,
            "searchable": row.value_type is ValueType.TEXT and row.option_set is None,
            "displayInList": row.privacy != Privacy.DIRECT or row.unique,
            "sortOrder": place,
        }
        for place, row in enumerate(fields, start=1)
    ]


def _element_links(stage: Stage) -> list[Json]:
    fields = next(row.fields for row in EVENT_RESOURCES if row.stage == stage.uid)
    return [
        {
            "id": _link_uid(stage.uid, row.uid),
            "dataElement": {"id": row.uid},
            "compulsory": row.compulsory,
            "skipAnalytics": False,
            "allowFutureDate": row.value_type is ValueType.DATE,
            "displayInReports": True,
            "sortOrder": place,
        }
        for place, row in enumerate(fields, start=1)
    ]


def _link_uid(owner: str, target: str) -> str:
    return SEED_LINKS.get((owner, target)) or metadata_uid(f"{owner}{target}")


def _shared(payload: Payload) -> Payload:
    for kind, objects in payload.items():
        klass = METADATA_CLASSES[kind]
        for thing in objects if klass.sharing is not Sharing.NONE else ():
            thing["sharing"] = sharing_object(klass)
    return payload


def sharing_object(klass: MetadataClass) -> Json:
    """Return who has access to a new object of a class: our user groups, and nobody else."""
    grants = {
        group.uid: group.access(klass.sharing, assigned=klass.is_assigned) for group in USER_GROUPS
    }
    return {
        "public": PUBLIC,
        "external": False,
        "users": {},
        "userGroups": {uid: {"id": uid, "access": access} for uid, access in grants.items()},
    }
