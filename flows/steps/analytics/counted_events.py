"""What DHIS2 has confirmed, and what its analytics tables hold of it: events by region."""

from datetime import date, timedelta

import polars as pl

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import Dhis2
from flows.steps.analytics.build_tables import calendar_warning
from flows.steps.shared.acknowledged_frames import acknowledged
from staging.acknowledged import scan
from staging.current import Current, read_current
from staging.layout import Target
from transforms.changes.answers.metadata_changes import CONFIRMED
from transforms.changes.objects.schemas import State
from transforms.core.errors import TargetError
from transforms.dhis2.analytics_counts import (
    COUNTED,
    by_region,
    compare_counts,
    in_words,
    region_of,
    shortfalls,
)
from transforms.model.resources import EVENT_RESOURCES, ORG_UNITS, Resource
from transforms.openimis.country import Country

PATH = "/api/analytics/events/aggregate"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)
NOT_JUDGED = "Whether they are new was not judged:"


def confirmed_events(target: Target, country: Country) -> pl.DataFrame | None:
    """Return the confirmed events of each region (see `COUNTED`); None before the first load.

    Raises:
        StagingError: The state of the target is damaged.
    """
    current = read_current(target)
    if current is None or ORG_UNITS not in current.versions:
        return None
    org_units = scan(target, current, ORG_UNITS, 0, CONFIRMED).collect()
    events = {each.name: _by_place(target, current, each) for each in EVENT_RESOURCES}
    return by_region(events, region_of(org_units, country.root.uid))


def judge_tables(client: Dhis2, confirmed: pl.DataFrame, calendar: str) -> str:
    """Hold the analytics tables against the confirmed events, and say what was found.

    Args:
        client: The DHIS2.
        confirmed: The confirmed events of each region; see `COUNTED`.
        calendar: In which the server counts its periods.

    Raises:
        TargetError: The tables are old: they hold fewer events than DHIS2 has confirmed.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    tables = pl.DataFrame(schema=COUNTED)
    regions = confirmed["region"].unique().sort().to_list()
    confirmed_names = set(confirmed["resource"])
    for resource in EVENT_RESOURCES if regions else ():
        if resource.asked_by and resource.name not in confirmed_names:
            continue  # DHIS2 need not have its stage
        answer = _count_events(client, resource, regions)
        if not answer.ok:
            return _why_not_judged(answer)
        tables = tables.vstack(_counts(resource, answer))
    differences = compare_counts(confirmed, tables)
    if (old := shortfalls(differences)).height:
        raise _are_old(old, calendar)
    if differences.height:
        return (
            f"They hold more events than DHIS2 has confirmed ({in_words(differences)}): they are "
            f"old, or others have entered events into these programs. Run reconcile, which tells."
        )
    return f"They hold all {confirmed['events'].sum():,} events that DHIS2 has confirmed."


def _by_place(target: Target, current: Current, resource: Resource) -> pl.DataFrame:
    counts = [
        acknowledged(target, current, resource, partition)
        .filter(state=State.HELD)
        .group_by("orgUnit")
        .agg(events=pl.len())
        for partition in range(current.partitions)
    ]
    return pl.concat(counts).group_by("orgUnit").agg(pl.col("events").sum()).collect()


def _count_events(client: Dhis2, resource: Resource, regions: list[str]) -> Answer:
    # Not skipMeta: 2.42.5.2 answers 500 to it, unless paging is switched off too.
    chosen = {"stage": str(resource.stage), "dimension": f"ou:{';'.join(regions)}"}
    params = chosen | {"paging": "false"} | _all_days(resource)
    return client.exchange("GET", f"{PATH}/{resource.program}", params)


def _all_days(resource: Resource) -> dict[str, str]:
    """Return days that hold all events, and are those of no other resource.

    DHIS2 remembers an answer by places and days, and not by program or stage: it gave the events of
    policies for those of claims (seen on 2.40.12 and 2.42.5.2).
    """
    last_day = LAST_DAY + timedelta(days=EVENT_RESOURCES.index(resource))
    return {"startDate": FIRST_DAY.isoformat(), "endDate": last_day.isoformat()}


def _counts(resource: Resource, answer: Answer) -> pl.DataFrame:
    names = [header["name"] for header in answer.body["headers"]]
    place, value = names.index("ou"), names.index("value")
    rows = [(resource.name, row[place], int(float(row[value]))) for row in answer.body["rows"]]
    return pl.DataFrame(rows, schema=COUNTED, orient="row")


def _why_not_judged(answer: Answer) -> str:
    code = answer.body.get("errorCode") if isinstance(answer.body, dict) else None
    return (
        f"{NOT_JUDGED} DHIS2 does not let this user count events in analytics ({answer.status} "
        f"{code or 'without a code'}). Run set-up-dhis2, which gives the role 'openIMIS Analytics "
        f"tables' what it needs."
    )


def _are_old(old: pl.DataFrame, calendar: str) -> TargetError:
    return TargetError(
        f"DHIS2 says that its analytics tables are built, and they are old: {in_words(old)}. "
        f"Dashboards show old figures. {calendar_warning(calendar)}Look for errors of the job in "
        f"DHIS2's log (an org unit whose parent or level is wrong makes it fail without a word), "
        f"then run run-analytics. What was loaded stays."
    )
