"""What DHIS2 should hold of figures: computed part by part of the people, and added up.

    figures of each part ─► added up ─► data values, divided as persons are ─► compared like these

What must not be sent, and of which periods, lies beside them: `transforms.aggregates.standing`.
"""

import datetime as dt

import polars as pl

from flows.steps.shared.acknowledged_frames import (
    acknowledged,
    all_acknowledged,
    confirmed_objects,
)
from staging.current import Current
from staging.frames import scan_frame, write_frame
from staging.layout import Run, Target
from transforms.aggregates.data_values import DesiredValues, desired_values
from transforms.aggregates.elements import elements
from transforms.aggregates.figures.compute import added_up, part_of_figures, shared_values
from transforms.aggregates.figures.settings import FigureSettings
from transforms.aggregates.periods import open_periods, reckoned_periods, sent_periods
from transforms.aggregates.places import org_units_of_places
from transforms.aggregates.standing import (
    NOTHING_SENT,
    Rules,
    SentValues,
    differing_closed,
    sent_before,
    with_standing,
)
from transforms.changes.guards.permissions import Allow
from transforms.changes.objects.partitions import partition_of
from transforms.changes.objects.schemas import desired_schema
from transforms.model.resources import DATA_VALUES, RESOURCES
from transforms.openimis.country import Country
from transforms.openimis.register import Register

FIGURES, FAMILIES, BENEFITS, RULES = "figures", "families", "benefits", "rules_of_values"


def write_figures(
    run: Run,
    number: int,
    part: Register,
    as_of: dt.date,
    country: Country,
    holders: pl.LazyFrame | None,
) -> None:
    """Write the figures of a part of the people."""
    periods = reckoned_periods(as_of, country.aggregates)
    found = part_of_figures(part, periods, figure_settings(as_of, country), holders)
    write_frame(run.desired(FIGURES, number), found.values)
    write_frame(run.desired(FAMILIES, number), found.families)
    write_frame(run.desired(BENEFITS, number), found.benefits)


def write_nobody(run: Run, number: int) -> None:
    """Write that DHIS2 should hold nothing of the persons of a part."""
    for resource in RESOURCES:
        write_frame(
            run.desired(resource.name, number), pl.LazyFrame(schema=desired_schema(resource))
        )


def write_values(
    run: Run,
    register: Register,
    as_of: dt.date,
    country: Country,
    partitions: int,
    placement: pl.DataFrame | None,
    before: SentValues = NOTHING_SENT,
) -> dict[str, int]:
    """Write the data values that DHIS2 should hold; return reason to how many are not sent.

    Args:
        run: The run; the figures of all parts are written.
        register: Of everybody.
        as_of: The day of the snapshot.
        country: Which figures are sent.
        partitions: Into how many the values are divided.
        placement: Where each place goes; None where org units are made.
        before: What DHIS2 has.
    """
    if not country.sends_figures:
        return {}
    at = org_units_of_places(register, placement, country)
    values = _figures(run, register, as_of, country, partitions)
    found = desired_values(values, at, as_of, country, before)
    number = partition_of(pl.col("person"), partitions)
    for partition in range(partitions):
        rows = found.desired.lazy().filter(number == partition).sort("person", "key")
        write_frame(run.desired(DATA_VALUES.name, partition), rows)
    write_frame(run.desired(RULES, 0), _rules(found, at, as_of, country).as_frame().lazy())
    return found.counted


def sent_values(target: Target, current: Current, *, restates: bool = False) -> SentValues:
    """Return what DHIS2 has of data values; see `SentValues`."""
    keys = confirmed_objects(target, current, DATA_VALUES).select("key").collect().to_series()
    return SentValues(sent_pairs(target, current), keys, restates)


def sent_pairs(target: Target, current: Current) -> pl.DataFrame:
    """Return of which periods DHIS2 has all that was sent of which data element."""
    values = all_acknowledged(target, current, DATA_VALUES)
    return sent_before(values, current.unfinished).collect()


def with_standing_values(
    run: Run, desired: pl.LazyFrame, before: pl.LazyFrame, sent: pl.DataFrame, *, restates: bool
) -> pl.LazyFrame:
    """Return the data values of a partition, with what stands as DHIS2 has it, and zeros.

    Args:
        run: The run.
        desired: What was computed.
        before: What DHIS2 has confirmed.
        sent: See `transforms.aggregates.standing.sent_before`.
        restates: Whether closed periods may be sent again.
    """
    if not run.desired(RULES, 0).exists():  # a withdrawal: nothing stands
        return desired
    rules = Rules.of_frame(scan_frame(run.desired(RULES, 0)).collect())
    stands = rules.restating() if restates else rules
    return with_standing(desired, before, stands, sent.lazy())


def closed_sentence(run: Run, target: Target, current: Current) -> str | None:
    """Say how many values of closed periods are others in openIMIS now; None where none is."""
    if not run.desired(RULES, 0).exists():
        return None
    rules = Rules.of_frame(scan_frame(run.desired(RULES, 0)).collect())
    count = sum(
        differing_closed(
            scan_frame(run.desired(DATA_VALUES.name, number)),
            acknowledged(target, current, DATA_VALUES, number),
            rules,
        )
        for number in range(current.partitions)
    )
    if not count:
        return None
    return (
        f"{count} figures of closed periods are others in openIMIS now, and stay in DHIS2 as they "
        f"are. To send them again, {Allow.RESTATE.lifts}."
    )


def figure_settings(as_of: dt.date, country: Country) -> FigureSettings:
    """Return what figures depend on besides openIMIS."""
    settings = country.aggregates
    return FigureSettings(
        as_of,
        country,
        grace_months=settings.grace_months,
        household_ceiling=settings.household_ceiling,
        item_groups=settings.item_groups,
    )


def _figures(
    run: Run, register: Register, as_of: dt.date, country: Country, partitions: int
) -> pl.DataFrame:
    """Return the figures of everybody: those of all parts, and what no part can tell."""
    numbers = range(partitions)
    parts = {
        name: [scan_frame(run.desired(name, number)) for number in numbers]
        for name in (FIGURES, FAMILIES, BENEFITS)
    }
    shared = shared_values(
        register,
        pl.concat(parts[FAMILIES]),
        pl.concat(parts[BENEFITS]),
        reckoned_periods(as_of, country.aggregates),
        figure_settings(as_of, country),
    )
    return added_up([*parts[FIGURES], shared]).collect()


def _rules(found: DesiredValues, at: pl.DataFrame, as_of: dt.date, country: Country) -> Rules:
    settings = country.aggregates
    return Rules(
        open=frozenset(each.id for each in open_periods(as_of, settings)) - found.beside,
        computed=frozenset(each.id for each in sent_periods(as_of, settings)) - found.beside,
        elements=frozenset(elements(country)),
        org_units=frozenset(at["orgUnit"].drop_nulls()),
        withheld=frozenset(found.withheld),
    )
