"""Bringing a DHIS2 to where it can take the data: plan, dry run, write, read back.

    check the server ─► plan ─┬─ conflicts: stop, nothing was written
                              └─► dry run ─► write all or nothing ─► read back: the plan is empty

Each function is one step; `flows/set_up_dhis2.py` puts them in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.connectors.dhis2.caches import clear_cache
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.set_up.option_combos import make_option_combos
from flows.steps.set_up.package_plan import Package, make_package, plan_of, refuse_conflicts
from flows.steps.set_up.translate import translator
from flows.steps.set_up.users_and_server import give_access, set_output_period_types
from flows.steps.set_up.write_package import check_plan, refuse_what_was_not_stored, write_plan
from flows.steps.target.existing import ask_existing
from flows.steps.target.funding_places import assign_to_funding
from flows.steps.target.marker import DataStoreRefusedError, protect_markers
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from flows.steps.target.push_result import PushResult
from flows.steps.target.recognition import ask_server
from transforms.aggregates.category_options import CategoryOptions
from transforms.aggregates.elements import chosen_figures
from transforms.aggregates.metadata import aggregate_objects
from transforms.changes.guards.existing import existing_notes, refuse_existing
from transforms.dhis2.metadata_plan import MAPS, Plan, with_options
from transforms.model.existing import in_use, pushed_options
from transforms.model.tables.calendars import CALENDARS
from transforms.openimis.country import Country
from transforms.package.org_units_and_options import option_objects

NOBODY_WAS_NAMED = (
    "No user is given org units or data capture, your own account neither: name the user of the "
    "daily load in loader_user."
)
FIGURES = frozenset({"programIndicators", "indicatorTypes", "indicators"})
"""Classes of which DHIS2 keeps the figures, as they were defined when they were first computed."""


@dataclass
class SetUp:
    """What set-up found and did.

    Attributes:
        version: DHIS2's.
        plan: What the fixed package lacked.
        options: What became of the options of sets that were there; None where not applied.
        org_units: What became of the org units; None where not applied.
        grants: What users and server were given, in sentences.
    """

    version: str
    plan: Plan
    options: PushResult | None = None
    org_units: PushResult | None = None
    grants: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many org units and options were held back or refused."""
        return sum(len(push.refused) for push in (self.options, self.org_units) if push)


def set_up(
    client: Dhis2,
    country: Country,
    options: pl.DataFrame,
    org_units: pl.DataFrame,
    *,
    apply: bool = True,
    rename: bool = False,
    loader_user: str | None = None,
    notes: Sequence[str] = (),
    categories: CategoryOptions | None = None,
) -> SetUp:
    """Bring a DHIS2 to where it can take the data; done again, it changes nothing.

    Args:
        client: The DHIS2.
        country: The country file.
        options: See `transforms.model.options.options`; also those of sets that DHIS2 had before
            us, of which figures are made and nothing is written.
        org_units: See `transforms.model.org_units.org_units`.
        apply: Write; else plan, and ask DHIS2 whether it would take the plan.
        rename: Give our objects other names where DHIS2 has given theirs away.
        loader_user: The user who loads, to be given org units and data capture; None: nobody is.
        notes: What an operator should know besides, for the plan.
        categories: CategoryOptions of the categories of figures; None where none is sent.

    Raises:
        TargetError: DHIS2 is not as it must be, or does not store what it is sent.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    info = ask_server(client)
    info.check_showing()
    found = ask_existing(client, country)
    refuse_existing(found, country)
    own = pushed_options(options.lazy(), in_use(country)).collect()
    figures = None if categories is None else aggregate_objects(categories, country)
    located = org_units["geometry"].is_not_null().any()
    package = make_package(client, country, options, figures, rename=rename, located=located)
    planned = plan_of(client, package)
    planned.notes.extend([*_server_notes(info), *notes, *existing_notes(found, country, options)])
    planned.notes.extend([NOBODY_WAS_NAMED] if loader_user is None else [])
    done = SetUp(info.version, with_options(planned, option_objects(own)))
    names = translator(client, package.payload, own, country)
    if not apply:
        planned.notes.extend(names.plan())
        if not planned.conflicts:
            check_plan(client, planned)
        return done
    refuse_conflicts(planned)
    _write(client, info, package, planned)
    if categories is not None:
        chosen = chosen_figures(country)
        done.grants += make_option_combos(client, categories, chosen)
    done.grants += give_access(client, country, loader_user)
    done.options = push_options(client, own)
    done.grants += names.add()
    done.org_units = push_org_units(client, org_units)
    if country.funding:
        assign_to_funding(client, {country.root.uid}, Outcome())
    done.grants += set_output_period_types(client, info)
    done.grants += [
        f"Only daily loads may write marker {name} now." for name in protect_earlier_markers(client)
    ]
    return done


def _server_notes(info: SystemInfo) -> list[str]:
    """Say which faults this patch of DHIS2 has, and what becomes of analytics in its calendar."""
    analytics = CALENDARS[info.calendar].analytics
    return [*info.patch_warnings(), *filter(None, [analytics])]


def _write(client: Dhis2, info: SystemInfo, package: Package, planned: Plan) -> None:
    """Write what DHIS2 lacks of the package, and see that it was stored."""
    write_plan(client, info, planned)
    if MAPS in planned.change:
        # On 2.40 they were made anew, and dashboards may have lost them.
        write_plan(client, info, plan_of(client, package))
    if not planned.is_empty:
        refuse_what_was_not_stored(plan_of(client, package))
    if planned.change.keys() & FIGURES:
        clear_cache(client)


def protect_earlier_markers(client: Dhis2) -> list[str]:
    """Return the markers of earlier loads that anybody could have written until now."""
    try:
        return protect_markers(client)
    except DataStoreRefusedError:
        return []
