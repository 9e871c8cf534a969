"""What has to be equal after a run: what is wanted, acknowledged, held, and held by a first load.

    wanted ═══ acknowledged ═══ held by DHIS2 ═══ held by a DHIS2 that is filled today, by key

What a rule of ours holds back is not equal, and stays as it was before the run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
from polars.testing import assert_frame_equal

from staging.frames import scan_frame, scan_objects
from staging.rejects import read_rejects
from tests.support.scheme import Scheme, a_scheme
from tests.support.scheme.contents import (
    Content,
    acknowledged,
    as_claimed,
    by_key,
    claimed,
    confirmed,
    differences,
    lost_and_double,
    tracker,
)
from tests.support.tally import CRASH_POINTS, tried
from transforms.changes.objects.schemas import PLAIN, UNKNOWN
from transforms.model.insurees import NUMBER
from transforms.model.resources import METADATA, RESOURCES, TRACKED_ENTITIES, Resource
from transforms.model.tables.insuree import CHFID
from transforms.openimis.tables.reasons import COUNTED_ONLY_REASONS, HOLDS_BACK_NEW_REASONS

FRESH = "fresh"
DAYS_AFTER = ("one-day-after", "two-days-after")
NUMBER_HELD_BACK = "insurance_number_double"
NUMBERS = (CHFID.key, NUMBER)


@dataclass(frozen=True)
class FirstLoad:
    """What a first load of a database brings.

    Attributes:
        content: What DHIS2 holds then, by key.
        held_back: Resource and key of what a rule of ours holds back.
        nameless: Those of the people whose number is held back, since two have it.
    """

    content: Content
    held_back: frozenset[str]
    nameless: frozenset[str]


def first_load_of_today(scheme: Scheme) -> FirstLoad:
    """Fill a new DHIS2 from the database as it is."""
    folder = Path(mkdtemp(prefix=FRESH, dir=scheme.folder)) / FRESH
    with a_scheme(folder, scheme.source) as fresh:
        fresh.day, fresh.country = scheme.day, scheme.country
        fresh.set_up()
        fresh.bring(FRESH)
        return FirstLoad(
            by_key(tracker(fresh.sandbox), fresh.target),
            _named(rejects(fresh, FRESH, "rule")) | _counted_only(fresh, FRESH),
            _named(rejects(fresh, FRESH, "note").filter(reason=NUMBER_HELD_BACK)),
        )


def assert_like_a_first_load(scheme: Scheme, first_load: FirstLoad) -> None:
    """Compare with a DHIS2 that is filled from the same database for the first time."""
    assert differences(comparable(scheme, first_load), first_load.content) == []


def count_beside_a_first_load(
    scheme: Scheme, first_load: FirstLoad, name: str, kind: str = CRASH_POINTS
) -> None:
    """Count what was tried, and what is lost or double beside a first load."""
    lost, double = lost_and_double(first_load.content, comparable(scheme, first_load))
    tried(kind, name, lost=lost, double=double)


def comparable(scheme: Scheme, first_load: FirstLoad) -> Content:
    """Return what DHIS2 holds by key, as far as a first load would bring it.

    What a rule holds back is not there at all; a DHIS2 that has grown may have it of old. A number
    that two people have is not there either, and may be held by the one who had it first.
    """
    grown = by_key(tracker(scheme.sandbox), scheme.target)
    for kind, rows in grown.items():
        grown[kind] = {key: row for key, row in rows.items() if key not in first_load.held_back}
    for key in first_load.nameless & grown["trackedEntities"].keys():
        for number in NUMBERS:
            grown["trackedEntities"][key]["attributes"].pop(number, None)
    return grown


def settle_what_is_in_doubt(scheme: Scheme, bring: Callable[[str], object] | None = None) -> None:
    """Let further runs send again what DHIS2 may set back late, if there is any: two at most.

    A request that stayed without an answer may be carried out after those of the next run too.

    Args:
        scheme: The scheme.
        bring: Makes a run; by default the steps do.
    """
    for run_id in DAYS_AFTER:
        if _is_in_doubt(scheme):
            (bring or scheme.bring)(run_id)
    assert not _is_in_doubt(scheme)


def _is_in_doubt(scheme: Scheme) -> bool:
    """Whether a run sends something again."""
    unknown = pl.any_horizontal(pl.col(pl.String).str.contains(f"^({UNKNOWN}| [^ ].*)$"))
    found = confirmed(scheme.target)
    is_sent_again = any(not rows.filter(unknown).is_empty() for rows in found.values())
    return is_sent_again or any(_is_begun(scheme, name, found[name]) for name in METADATA)


def _is_begun(scheme: Scheme, name: str, rows: pl.DataFrame) -> bool:
    """Whether an org unit or option stayed without an answer; not one that is desired no more."""
    begun = rows.filter(pl.col("content").str.starts_with("  "))
    run = scheme.run(str(scheme.current.last_ended or scheme.current.last_run))
    if begun.is_empty() or not run.desired(name, 0).exists():
        return False
    desired = scan_frame(run.desired(name, 0)).select("key").collect()
    return not begun.join(desired, on="key", how="semi").is_empty()


def assert_acknowledged_is_held(scheme: Scheme) -> None:
    """Compare what is acknowledged with what DHIS2 holds."""
    assert differences(as_claimed(tracker(scheme.sandbox)), claimed(scheme.target)) == []


def assert_acknowledged_is_wanted(scheme: Scheme, run_id: str) -> None:
    """Compare what is acknowledged with what the run wanted, but for what was held back."""
    held_back = rejects(scheme, run_id, "rule")
    nameless = _waiting_for_a_number(scheme, run_id)
    for resource in RESOURCES:
        rows = held_back.filter(resource=resource.name)
        columns = ["key", "parent", "person", *PLAIN, *(each.key for each in resource.fields)]
        desired = _desired(scheme, run_id, resource, nameless)
        known = acknowledged(scheme.target, resource).filter(state="held").select(columns)
        stays = _holds_back_new_alone() & pl.col("key").is_in(known["key"].implode())
        wanted = desired.filter(~_is_counted_only() | stays).select(columns)
        wanted, known = (each.join(rows, on="key", how="anti") for each in (wanted, known))
        assert_frame_equal(wanted.sort("key"), known.sort("key"))


def held_back_rows(scheme: Scheme, run_id: str) -> dict[str, pl.DataFrame]:
    """Return resource → the acknowledged rows of what a run held back."""
    held_back = rejects(scheme, run_id, "rule")
    return {
        resource.name: acknowledged(scheme.target, resource).join(
            held_back.filter(resource=resource.name), on="key", how="semi"
        )
        for resource in RESOURCES
    }


def rejects(scheme: Scheme, run_id: str, stage: str) -> pl.DataFrame:
    """Return resource, key and reason of what was held back, refused, or noted."""
    rows = read_rejects(scheme.job(run_id).run).filter(stage=stage)
    return rows.select("resource", "key", "reason").collect()


def _named(rows: pl.DataFrame) -> frozenset[str]:
    return frozenset(f"{resource} {key}" for resource, key, _ in rows.iter_rows())


def _waiting_for_a_number(scheme: Scheme, run_id: str) -> pl.DataFrame:
    """Return who has none in DHIS2, since two have it: noted when it was taken, not every day."""
    wanted = _desired(scheme, run_id, TRACKED_ENTITIES, pl.DataFrame(schema={"key": pl.String}))
    double = wanted.filter(pl.col(NUMBERS[0]).is_not_null() & pl.col(NUMBERS[0]).is_duplicated())
    known = acknowledged(scheme.target, TRACKED_ENTITIES).filter(pl.col(NUMBERS[0]).is_null())
    return double.join(known, on="key", how="semi")


def _counted_only(scheme: Scheme, run_id: str) -> frozenset[str]:
    """Return resource and key of the objects of which a run reports only a count."""
    nobody = pl.DataFrame(schema={"key": pl.String})
    return frozenset(
        f"{resource.name} {key}"
        for resource in RESOURCES
        for key in _desired(scheme, run_id, resource, nobody).filter(_is_counted_only())["key"]
    )


def _is_counted_only() -> pl.Expr:
    """Whether an object is counted only: no reject names it."""
    return pl.col("faults").list.set_intersection(sorted(COUNTED_ONLY_REASONS)).list.len() > 0


def _holds_back_new_alone() -> pl.Expr:
    """Whether an object that DHIS2 has already goes on as it is wanted."""
    return pl.col("faults").list.set_difference(sorted(HOLDS_BACK_NEW_REASONS)).list.len() == 0


def _desired(
    scheme: Scheme, run_id: str, resource: Resource, nameless: pl.DataFrame
) -> pl.DataFrame:
    run = scheme.job(run_id).run
    parts = [
        scan_objects(run.desired(resource.name, number)) for number in range(scheme.partitions)
    ]
    rows = pl.concat(parts).collect()
    if resource is not TRACKED_ENTITIES:
        return rows
    is_nameless = pl.col("key").is_in(nameless["key"].implode())
    return rows.with_columns(pl.when(~is_nameless).then(number).alias(number) for number in NUMBERS)
