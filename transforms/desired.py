"""What DHIS2 should hold: every resource, made of the snapshot and nothing else.

What cannot be told, because values of openIMIS cannot be read, has a fault and is held back.

people ──┬─► tracked_entities, insuree_enrollments
         ├─► policy_events
         └─► claims ─► claim_enrollments, claim_events, claim_services, claim_items
                         │
                         └─► privacy: every value in the form in which it may leave
"""

import datetime as dt

import polars as pl

from transforms.claim_lines import ITEM_LINES, SERVICE_LINES, claim_amounts, line_events
from transforms.claim_status import claim_events, claim_statuses
from transforms.claims import claim_enrollments, current_claims
from transforms.country import Country
from transforms.doubts import Doubts, with_doubts
from transforms.insurees import heads, insuree_enrollments, people, tracked_entities
from transforms.locations import Snapshot
from transforms.memory import held
from transforms.metadata_changes import OPTIONS, ORG_UNITS
from transforms.options import options
from transforms.org_units import org_units
from transforms.policy_status import policy_events
from transforms.privacy import policy_of, treated
from transforms.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    RESOURCES,
    TRACKED_ENTITIES,
)
from transforms.tables.calendars import CALENDARS
from transforms.values import dated
from transforms.windows import Window


def desired(
    doubts: Doubts,
    *,
    as_of: dt.date,
    country: Country,
    pseudonym_key: str | None,
    window: Window | None,
) -> dict[str, pl.LazyFrame]:
    """Return the desired frame of every resource, parents first.

    Args:
        doubts: What can be told of openIMIS, and what not.
        as_of: The day of the snapshot, in the source's time zone.
        country: Names the pilot's regions and what may leave.
        pseudonym_key: The secret of the pseudonyms; None if the country sends none.
        window: What `in_window` asks for; None takes every change.

    Returns:
        Resource name to frame, with the columns of `transforms.resources`. The frames are lazy;
        what several of them are made of is held in memory.

    Raises:
        CountryError: The country file names a field, treatment or region that cannot be, or the
            pseudonym key is missing or too short.
    """
    snapshot = doubts.sound
    wanted = held(people(snapshot, country))
    frames = {
        TRACKED_ENTITIES.name: tracked_entities(wanted, snapshot, window),
        INSUREE_ENROLLMENTS.name: insuree_enrollments(wanted, snapshot, window),
        POLICY_EVENTS.name: policy_events(
            snapshot, wanted, held(heads(snapshot)), as_of=as_of, window=window
        ),
        **_claims(snapshot, wanted, as_of, window),
    }
    policy = policy_of(country)
    calendar = CALENDARS[country.dhis2.calendar]
    sent = {
        each.name: with_doubts(
            treated(frames[each.name], each.fields, policy, pseudonym_key),
            doubts.held_back(each.name),
        )
        for each in RESOURCES
    }
    return {each.name: dated(sent[each.name], each.fields, calendar) for each in RESOURCES}


def desired_metadata(
    doubts: Doubts, country: Country, coordinates: pl.DataFrame | None
) -> dict[str, pl.LazyFrame]:
    """Return the desired options and org units.

    Args:
        doubts: What can be told of openIMIS, and what not.
        country: Names the root, and groups of health facilities.
        coordinates: code, longitude and latitude of places, or None.

    Raises:
        CountryError: `coordinates` are not as they must be.
    """
    units = org_units(doubts.sound, country=country, coordinates=coordinates)
    return {
        OPTIONS: options(doubts.sound, doubts.unreadable_keys()),
        ORG_UNITS: with_doubts(units, doubts.held_back(ORG_UNITS)),
    }


def _claims(
    snapshot: Snapshot, wanted: pl.LazyFrame, as_of: dt.date, window: Window | None
) -> dict[str, pl.LazyFrame]:
    claims = held(current_claims(snapshot, wanted, as_of=as_of, window=window))
    statuses = held(claim_statuses(claims, snapshot))
    amounts = held(claim_amounts(snapshot, claims))
    return {
        CLAIM_ENROLLMENTS.name: claim_enrollments(claims),
        CLAIM_EVENTS.name: claim_events(claims, statuses, amounts, snapshot),
        CLAIM_SERVICES.name: line_events(snapshot, claims, amounts, SERVICE_LINES),
        CLAIM_ITEMS.name: line_events(snapshot, claims, amounts, ITEM_LINES),
    }
