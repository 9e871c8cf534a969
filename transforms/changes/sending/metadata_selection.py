"""Which changed org units and options a run pushes: those of its scopes, and what its data need."""

from collections.abc import Mapping, Sequence

import polars as pl

from transforms.changes.sending.lacks import Lacks
from transforms.changes.sending.needs import (
    codes_by_option_set,
    org_units_with_those_above,
    with_those_above,
)
from transforms.changes.sending.offer import Offer
from transforms.model.resources import OPTIONS, ORG_UNITS, Scope

SCOPE_OF = {OPTIONS: Scope.OPTIONSET, ORG_UNITS: Scope.ORGUNIT}


def is_chosen(name: str, scopes: Sequence[Scope]) -> bool:
    """Whether the scopes choose all changed org units, or options."""
    return not {Scope.ALL, SCOPE_OF[name]}.isdisjoint(scopes)


def needed_org_units(
    changed: pl.LazyFrame, changes: Mapping[str, pl.LazyFrame], desired: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the changed org units in which the changes lie, and those above them.

    Args:
        changed: uid and other columns of the org units that are new or differ.
        changes: Resource name to the changes that are posted.
        desired: uid and parentUid of all org units.
    """
    units = desired.select("uid", "parentUid").collect()
    return changed.filter(pl.col("uid").is_in(org_units_with_those_above(changes, units)))


def needed_options(changed: pl.LazyFrame, changes: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Return the changed options whose codes the changes use.

    Args:
        changed: key and other columns of the options that are new or differ.
        changes: Resource name to the changes that are posted.
    """
    codes = codes_by_option_set(changes)
    keys = [f"{uid}:{code}" for uid, each in codes.items() for code in each]
    return changed.filter(pl.col("key").is_in(keys))


def lost_org_units(desired: pl.LazyFrame, offer: Offer, lacks: Lacks) -> pl.LazyFrame:
    """Return the org units that changes need and DHIS2 has not, or not where it needs them.

    Args:
        desired: uid, parentUid and other columns of all org units of openIMIS.
        offer: What DHIS2 shows.
        lacks: What it lacks.
    """
    missing = with_those_above(
        lacks.missing_places | lacks.missing_named,
        desired.select("uid", "parentUid").collect(),
        but=offer.lines,
    )
    return desired.filter(pl.col("uid").is_in(missing.union(*lacks.unassigned.values())))


def lost_options(desired: pl.LazyFrame, lacks: Lacks) -> pl.LazyFrame:
    """Return the options whose codes changes use and DHIS2 has not.

    Args:
        desired: key and other columns of all options.
        lacks: What DHIS2 lacks.
    """
    keys = [f"{uid}:{code}" for uid, code in lacks.missing_options]
    return desired.filter(pl.col("key").is_in(keys))
