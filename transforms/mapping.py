"""The mapping: what decides which values a resource has in DHIS2, as one fingerprint a resource.

Made of the tables of truth (program, stage, UIDs, fields, value types, option sets) and of the
country's privacy policy. When it differs from the last load's, objects are sent again though
nothing happened in openIMIS.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from transforms.country import Country
from transforms.deltas import Change
from transforms.privacy import Policy, policy_of
from transforms.resources import RESOURCES, Resource
from transforms.tables.calendars import CALENDARS, Calendar
from transforms.tables.fields import Field

AGAIN = (Change.UPDATE.value, Change.REPLACE.value)
DIGITS = 16


def fingerprints(country: Country) -> dict[str, str]:
    """Return resource name → fingerprint of its mapping.

    Raises:
        CountryError: The country file's privacy names what is not there.
    """
    policy = policy_of(country)
    calendar = CALENDARS[country.dhis2.calendar]
    return {resource.name: _digest(_facts(resource, policy, calendar)) for resource in RESOURCES}


def sent_again(
    known: Mapping[str, str], found: Mapping[str, str], changes: Mapping[str, Mapping[str, int]]
) -> dict[str, int]:
    """Return how many objects are updated or replaced of every resource whose mapping changed.

    Args:
        known: Resource to the fingerprint at the last load; what was never loaded is not there.
        found: Resource to the fingerprint now.
        changes: Resource to kind of change to objects.
    """
    return {
        name: sum(changes[name].get(kind, 0) for kind in AGAIN)
        for name, fingerprint in found.items()
        if known.get(name, fingerprint) != fingerprint
    }


def markdown(again: Mapping[str, int], held: Mapping[str, int]) -> str:
    """Return what is sent again as Markdown, for people to read before it is."""
    rows = [f"| {name} | {held[name]} | {count} |" for name, count in again.items()]
    return "\n".join(
        [
            "The mapping has changed since the last load. What was changed in openIMIS is counted",
            "with what is sent again.",
            "",
            "| resource | held by DHIS2 | sent again |",
            "|---|---|---|",
            *rows,
        ]
    )


def _facts(resource: Resource, policy: Policy, calendar: Calendar) -> dict[str, Any]:
    return {
        "type": resource.tracker_type,
        "parent": resource.parent,
        "program": resource.program,
        "stage": resource.stage,
        "uid": [resource.uid_source, resource.salt],
        "fields": sorted(_field_facts(field, policy, calendar) for field in resource.fields),
    }


def _field_facts(field: Field, policy: Policy, calendar: Calendar) -> list[Any]:
    options = field.option_set
    codes = sorted((options.codes or {}).items()) if options else []
    return [
        field.uid,
        calendar.value_type(field.value_type),
        field.table or "",
        field.column,
        policy[field.uid],
        options.uid if options else "",
        codes,
    ]


def _digest(facts: dict[str, Any]) -> str:
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
