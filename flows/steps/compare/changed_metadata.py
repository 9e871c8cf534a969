"""The org units and options that a run pushes, without what a guard holds back of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from flows.steps.compare.comparison import Comparison
from flows.steps.compare.inputs import Inputs
from staging.acknowledged import scan
from staging.frames import scan_frame, write_frame
from transforms.changes.answers.metadata_changes import (
    CONFIRMED,
    keep_confirmed,
    unconfirmed_rows,
    with_confirmed,
)
from transforms.changes.guards.holding_back import fields_held_back
from transforms.changes.guards.magnitude import Finding
from transforms.changes.guards.metadata_magnitude import (
    judge_metadata,
    measure_metadata,
    vanished_reported,
)
from transforms.changes.guards.permissions import Permissions
from transforms.changes.sending.metadata_selection import (
    is_chosen,
    needed_options,
    needed_org_units,
)
from transforms.model.resources import METADATA, ORG_UNITS, Scope


@dataclass(frozen=True)
class MetadataOutcome:
    """What a comparison of org units or options has found besides the changes.

    Attributes:
        findings: What is much of them.
        vanished: List to how many rows that openIMIS no longer has were reported.
    """

    findings: Sequence[Finding]
    vanished: Mapping[str, int]


def stage_changed_metadata(
    comparison: Comparison, inputs: Inputs, allow: Permissions
) -> dict[str, MetadataOutcome]:
    """Stage the org units and options that are new or changed; return what was found of each."""
    return {name: _stage(comparison, name, inputs, allow) for name in METADATA}


def _stage(
    comparison: Comparison, name: str, inputs: Inputs, allow: Permissions
) -> MetadataOutcome:
    confirmed = scan(comparison.target, comparison.current, name, 0, CONFIRMED)
    desired = scan_frame(comparison.run.desired(name, 0))
    changed = _select_changes(comparison, name, confirmed, desired, inputs.scopes)
    paired = with_confirmed(changed, confirmed)
    found = measure_metadata(name, paired, confirmed.select("key"), desired.select("key"))
    before = comparison.current.vanished.get(name, {})
    findings = judge_metadata(name, found, inputs.country.guards, allow, before)
    names = fields_held_back(findings, name)
    pushed = unconfirmed_rows(keep_confirmed(name, changed, confirmed, names), confirmed)
    write_frame(comparison.run.changes(name, 0), pushed)
    return MetadataOutcome(findings, vanished_reported(found, findings, before))


def _select_changes(
    comparison: Comparison,
    name: str,
    confirmed: pl.LazyFrame,
    desired: pl.LazyFrame,
    scopes: Sequence[Scope],
) -> pl.LazyFrame:
    """Return the org units or options that DHIS2 has not confirmed as they are desired.

    Of other scopes than these, only what the changes need.
    """
    changed = unconfirmed_rows(desired, confirmed)
    if is_chosen(name, scopes):
        return changed
    if name == ORG_UNITS:
        return needed_org_units(changed, comparison.changes(), desired)
    return needed_options(changed, comparison.changes())
