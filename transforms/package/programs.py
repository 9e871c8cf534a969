"""Programs and what they are made of, as DHIS2 accepts them.

    option sets ─┬─ attributes ──── tracked entity type ── programs ── stages
                 └─ data elements ──────────────────────────────────────┘

All attributes are made, those that the privacy policy drops too: a later change of the policy
needs no set-up. None is mandatory, so that a value can be emptied (DHIS2 refuses a null else).
"""

from collections.abc import Sequence

from transforms.core.fields import Field, OptionSet, Privacy, ValueType
from transforms.core.json_texts import Json, Payload
from transforms.core.language import shortened
from transforms.core.metadata_uids import metadata_uid
from transforms.model.chosen_resources import is_asked, resources_had_by, sets_not_asked
from transforms.model.resources import EVENT_RESOURCES, TRACKED_ENTITIES
from transforms.model.tables.calendars import CALENDARS, Calendar
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.model.tables.option_sets import OPTION_SETS
from transforms.model.tables.programs import (
    EVERY_PROGRAM,
    INSUREE_PROGRAM,
    PERSON_TYPE,
    Program,
    Stage,
)
from transforms.openimis.country import Country
from transforms.package.tables.seed_links import SEED_LINKS


def program_objects(country: Country) -> Payload:
    """Return option sets, attributes, data elements, the tracked entity type, programs and stages.

    Args:
        country: Says what is asked for, and in which calendar DHIS2 counts: that decides the value
            type of dates.
    """
    calendar, not_asked = CALENDARS[country.dhis2.calendar], sets_not_asked(country)
    programs = [row for row in EVERY_PROGRAM if is_asked(row.asked_by, country)]
    return {
        "optionSets": [_option_set(row) for row in OPTION_SETS if row not in not_asked],
        "trackedEntityAttributes": [_attribute(row, calendar) for row in TRACKED_ENTITIES.fields],
        "dataElements": [_data_element(row, calendar) for row in data_element_fields(country)],
        "trackedEntityTypes": [_person()],
        "programs": [_program(row, _stages(row, country)) for row in programs],
        "programStages": [
            _stage(row, stage) for row in programs for stage in _stages(row, country)
        ],
    }


def data_element_fields(country: Country) -> list[Field]:
    """Return the fields of all events that the country has, each once."""
    fields = [row for each in resources_had_by(country, EVENT_RESOURCES) for row in each.fields]
    return list({row.uid: row for row in fields}.values())


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
    short_name = row.short_name or shortened(row.name, LONGEST_SHORT_NAME)
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


def _stages(program: Program, country: Country) -> list[Stage]:
    return [stage for stage in program.stages if is_asked(stage.asked_by, country)]


def _program(program: Program, stages: Sequence[Stage]) -> Json:
    """Return a program that refuses no true datum: dates in the future, old events, changes."""
    links = {"programStages": [{"id": stage.uid} for stage in stages]}
    return (_of_persons(program) if program.has_persons else _of_nobody(program)) | links


def _of_nobody(program: Program) -> Json:
    return {
        "id": program.uid,
        "name": program.name,
        "shortName": program.short_name,
        "programType": "WITHOUT_REGISTRATION",
        "expiryDays": 0,
        "completeEventsExpiryDays": 0,
        "accessLevel": "OPEN",
    }


def _of_persons(program: Program) -> Json:
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
