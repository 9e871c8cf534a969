"""What DHIS2 should hold: every resource, made of the register and nothing else.

What cannot be told, because values of openIMIS cannot be read, has a fault and is held back.

people ──┬─► tracked_entities, insuree_enrollments
         ├─► policy_events, contributions                             funding
         └─► claims ─► claim_enrollments, claim_events, claim_services, claim_items
                         │
                         ├─► placed: org units of DHIS2's own tree, where the country has them
                         └─► privacy: every value in the form in which it may leave
"""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from transforms.core.fields import Field
from transforms.core.memory import collect_once
from transforms.model.chosen_resources import is_asked
from transforms.model.claim_lines import ITEM_LINES, SERVICE_LINES, claim_amounts, line_events
from transforms.model.claim_status import claim_events, claim_statuses
from transforms.model.claims import claim_enrollments, current_claims
from transforms.model.contributions import contributions
from transforms.model.existing import in_use, pushed_options, with_words
from transforms.model.funding import funding
from transforms.model.held_back import rows_in_doubt, with_doubts
from transforms.model.insuree_enrollments import insuree_enrollments
from transforms.model.insurees import tracked_entities
from transforms.model.kept_for_claims import wait_for_claims
from transforms.model.matched_org_units import in_tree_of_dhis2
from transforms.model.optional_fields import unsent_fields, unused_option_sets, without_unsent
from transforms.model.options import options
from transforms.model.org_units import org_units
from transforms.model.people import desired_people
from transforms.model.placed import placed, with_root
from transforms.model.policies import value_candidates, value_holders
from transforms.model.policy_status import policy_events
from transforms.model.privacy import apply_policy, policy_of
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    CONTRIBUTIONS,
    FUNDING,
    INSUREE_ENROLLMENTS,
    OPTIONS,
    ORG_UNITS,
    POLICY_EVENTS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.restored_claims import with_replacing_claims
from transforms.model.tables.calendars import CALENDARS
from transforms.model.values import in_calendar
from transforms.openimis.country import Country
from transforms.openimis.register import Register
from transforms.openimis.windows import Window

_OF_PROGRAMS = ("in_insuree_program", "in_claim_program")


def desired(
    register: Register,
    *,
    as_of: dt.date,
    country: Country,
    pseudonym_key: str | None,
    window: Window | None,
    holders: pl.LazyFrame | None = None,
    placement: pl.DataFrame | None = None,
) -> dict[str, pl.LazyFrame]:
    """Return the desired frame of every resource, parents first.

    Args:
        register: Of openIMIS, or of a part of the people.
        as_of: The day of the snapshot, in the source's time zone.
        country: Names the pilot's regions and what may leave.
        pseudonym_key: The secret of the pseudonyms; None if the country sends none.
        window: What `in_window` asks for; None takes every change.
        holders: Of a part: which covers carry the value of their policy (cover_id); see
            `transforms.model.policies.value_holders`.
        placement: Where each place goes (`transforms.matching.placement.PLACEMENT`); None where
            org units are made of openIMIS's places.

    Returns:
        Resource name to frame, with the columns of `transforms.model.resources`. The frames are
        lazy; what several of them are made of is held in memory.

    Raises:
        CountryError: The country file names a field, treatment or region that cannot be, or the
            pseudonym key is missing or too short.
    """
    policy = policy_of(country)
    people = collect_once(desired_people(register, country))
    if holders is None:
        holders = value_holders(value_candidates(register, people))
    frames = {
        TRACKED_ENTITIES.name: tracked_entities(people, register, window),
        INSUREE_ENROLLMENTS.name: insuree_enrollments(people, register, window),
        POLICY_EVENTS.name: policy_events(register, people, holders, as_of=as_of, window=window),
        CONTRIBUTIONS.name: _if_asked(
            CONTRIBUTIONS, country, contributions(register, people, as_of=as_of, window=window)
        ),
        FUNDING.name: _if_asked(
            FUNDING, country, funding(register, country, as_of=as_of, window=window)
        ),
        **_claims(register, people, as_of, window, unsent_fields(policy)),
    }
    calendar, used = CALENDARS[country.dhis2.calendar], in_use(country)
    goes = None if placement is None else with_root(placement, country)
    sent = {
        each.name: with_doubts(
            apply_policy(
                with_words(placed(frames[each.name], each.fields, goes), each.fields, used),
                each.fields,
                policy,
                pseudonym_key,
            ),
            rows_in_doubt(register.doubts, each.name),
        )
        for each in RESOURCES
    }
    sent[TRACKED_ENTITIES.name] = wait_for_claims(
        sent[TRACKED_ENTITIES.name], sent[INSUREE_ENROLLMENTS.name], sent[CLAIM_ENROLLMENTS.name]
    )
    return {each.name: in_calendar(sent[each.name], each.fields, calendar) for each in RESOURCES}


def desired_metadata(
    register: Register,
    country: Country,
    coordinates: pl.DataFrame | None,
    place_groups: pl.DataFrame | None = None,
    placement: pl.DataFrame | None = None,
    *,
    has_people: bool = True,
) -> dict[str, pl.LazyFrame]:
    """Return the desired options and org units.

    Args:
        register: Of openIMIS.
        country: Names the root, groups of health facilities, and optional fields that are sent.
        coordinates: code, longitude and latitude of places, or None.
        place_groups: See `transforms.openimis.place_groups`; None where there is no file.
        placement: See `desired`.
        has_people: Whether people, families and claims were read; set-up reads none.

    Raises:
        CountryError: `coordinates` are not as they must be, or the country file names a field or
            treatment that cannot be.
    """
    units = org_units(
        register,
        country=country,
        coordinates=coordinates,
        place_groups=place_groups,
        has_people=has_people,
    )
    if placement is not None:
        units = in_tree_of_dhis2(units, placement)
    if not country.sends_persons:  # no programs are made
        units = units.with_columns(pl.lit(value=False).alias(name) for name in _OF_PROGRAMS)
    return {
        OPTIONS: pushed_options(known_options(register, country), in_use(country)),
        ORG_UNITS: with_doubts(units, rows_in_doubt(register.doubts, ORG_UNITS)),
    }


def known_options(register: Register, country: Country) -> pl.LazyFrame:
    """Return the options of all sets that are used, also of those that DHIS2 had before us.

    Where no persons are sent, there are none: no option sets are made.
    """
    listed = options(
        register,
        register.doubts.unreadable_keys(),
        without=unused_option_sets(policy_of(country)),
    )
    return listed if country.sends_persons else listed.clear()


def _if_asked(resource: Resource, country: Country, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return a desired frame, without a row where the country does not ask for the resource."""
    return frame if is_asked(resource.asked_by, country) else frame.clear()


def _claims(
    register: Register,
    people: pl.LazyFrame,
    as_of: dt.date,
    window: Window | None,
    unsent: Sequence[Field],
) -> dict[str, pl.LazyFrame]:
    found = current_claims(register, people, as_of=as_of, window=window)
    claims = collect_once(with_replacing_claims(without_unsent(found, CLAIM_EVENTS.fields, unsent)))
    statuses = collect_once(claim_statuses(claims, register))
    amounts = collect_once(claim_amounts(register, claims))
    return {
        CLAIM_ENROLLMENTS.name: claim_enrollments(claims),
        CLAIM_EVENTS.name: claim_events(claims, statuses, amounts, register),
        CLAIM_SERVICES.name: line_events(register, claims, amounts, SERVICE_LINES, unsent),
        CLAIM_ITEMS.name: line_events(register, claims, amounts, ITEM_LINES, unsent),
    }
