"""Whole days of a scheme: a first load, an ordinary day, a day on which nothing changed.

    python -m tests.benchmarks.day [--people N ...]

openIMIS lies in PostgreSQL; DHIS2 answers by rule and keeps counts only. Every stage runs in a
process of its own, so its peak of memory is its own (`measuring.cost_of_fork`). A row in five
hundred changes on the ordinary day, and covers end or begin by date alone. What
is printed goes to build/scale.csv too.

Exits with 1 if a stage needs more than 1.5 GiB, if the no-change day asks DHIS2 for more than
version and marker, or if it takes more than 1.5 times the processor time of a scan of snapshot and
acknowledged state (extract aside).
"""

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from multiprocessing import set_forkserver_preload
from pathlib import Path

import polars as pl
import psycopg

from flows.connectors.openimis.sql_dialect import DialectName
from flows.prefect_support.summary import _summary
from flows.steps.compare.transform_run import (
    compare_source,
    find_changes,
    make_desired,
    render_bundles,
    transforming,
)
from flows.steps.load.load_run import (
    check_resumable,
    fold_run,
    loading,
    open_run,
    post_phases,
    settle_first,
)
from flows.steps.load.post_run import Posting, stop_rule_of
from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.runner import PLAIN
from staging.current import read_current
from tests.benchmarks.counting_server import CountingServer, a_counting_server
from tests.benchmarks.measuring import Cost, at_most, cost_of_fork
from tests.support.databases import Database, postgresql
from tests.support.loader import NAME as LOADER_NAME
from tests.support.openimis_sample import sample, write_postgresql
from tests.support.sandbox import ADMIN
from tests.support.scheme.job import Job, extract
from transforms.model.selected_columns import selected_for_set_up
from transforms.openimis.country import Country, Root
from transforms.reports.summaries import RunState

PEOPLE = (50_000, 200_000)
DAY_ONE = date(2026, 1, 1)
MOST_MIB = 1536
MOST_TIMES_SCAN = 1.5
CURVE = Path("build/scale.csv")

ORDINARY_DAY = (
    """UPDATE "tblInsuree" SET "Phone" = 'changed', "ValidityFrom" = '{day}'
       WHERE "ValidityTo" IS NULL AND "InsureeID" % 500 = 7""",
    """UPDATE "tblClaim" SET "Explanation" = 'changed', "ClaimStatus" = 8
       WHERE "ValidityTo" IS NULL AND "ClaimStatus" = 4 AND "ClaimID" % 10 = 7""",
    """UPDATE "tblClaimItems" SET "QtyProvided" = "QtyProvided" + 1
       WHERE "ValidityTo" IS NULL AND "ClaimItemID" % 500 = 7""",
    """UPDATE "tblClaimServices" SET "QtyProvided" = "QtyProvided" + 1
       WHERE "ValidityTo" IS NULL AND "ClaimServiceID" % 500 = 7""",
    """UPDATE "tblInsureePolicy" SET "EffectiveDate" = "EffectiveDate" + 1
       WHERE "ValidityTo" IS NULL AND "InsureePolicyID" % 500 = 7""",
)


@dataclass(frozen=True)
class Measure:
    """What one stage of one day took.

    Attributes:
        people: Insurees of the scheme.
        day: Which day.
        stage: Which stage of it.
        seconds: By the clock.
        processor_seconds: Of all threads.
        mebibytes: Peak of memory.
    """

    people: int
    day: str
    stage: str
    seconds: float
    processor_seconds: float
    mebibytes: float


def country() -> Country:
    """Return the country file of the scheme."""
    return Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha", code="ROOT"))


def fill(conninfo: str, people: int) -> None:
    """Write an openIMIS of so many insurees."""
    tables = sample(people, seed=1, level="1.4", as_of=DAY_ONE, defects=False)
    write_postgresql(tables, conninfo)


def let_a_day_pass(database: Database, day: date) -> int:
    """Change a row in five hundred; return how many."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        statements = [statement.format(day=day.isoformat()) for statement in ORDINARY_DAY]
        return sum(connection.execute(each.encode()).rowcount for each in statements)


def set_up(job: Job) -> None:
    """Set DHIS2 up for what openIMIS holds."""
    extract(job, selected_for_set_up(job.country))
    with job.client_of(ADMIN) as client:
        set_up_run(job.run, client, job.country, None, loader_user=LOADER_NAME)


def settle(job: Job) -> None:
    """Look whether an earlier run was cut short."""
    settle_first(job.run, job.target, job.client, job.allow)


def desired(job: Job) -> None:
    """Write what DHIS2 should hold."""
    with transforming(job.request, job.country) as run:
        compare_source(PLAIN, run, job.target, job.inputs, job.allow)
        make_desired(PLAIN, run, job.target, job.inputs, job.allow, None)


def delta(job: Job) -> None:
    """Write the changes."""
    with transforming(job.request, job.country) as run:
        find_changes(PLAIN, run, job.target, job.inputs, job.allow)


def bundles(job: Job) -> None:
    """Write the request bodies."""
    with transforming(job.request, job.country) as run:
        render_bundles(PLAIN, run, job.inputs)


def load(job: Job) -> None:
    """Post them."""
    with loading(job.run, job.target), job.client() as client:
        check_resumable(job.run, job.country, lambda name, country: job.key)
        opened = open_run(PLAIN, job.run, job.target, client, job.allow)
        rule = stop_rule_of(job.run, opened.current.refused, job.country.guards)
        load = job.country.load
        post_phases(Posting(job.run, client, opened.info, load, stop_rule=rule))


def fold(job: Job) -> None:
    """Remember what DHIS2 confirmed."""
    with loading(job.run, job.target), job.client() as client:
        fold_run(job.run, job.target, client, current_or_first(job.target, 0))


def summary(job: Job) -> None:
    """Add up what was done."""
    _summary(job.run, job.target.name, RunState.LOADED)


STAGES: Sequence[Callable[[Job], None]] = (
    settle, extract, desired, delta, bundles, load, fold, summary,
)  # fmt: skip


def scan(snapshot: Path, acknowledged: Sequence[Path]) -> None:
    """Read every value of a snapshot and of what is acknowledged, and do nothing but count."""
    for path in (*sorted(snapshot.glob("*.parquet")), *acknowledged):
        frame = pl.scan_parquet(path)
        frame.select(pl.all().null_count()).collect(engine="streaming")


def cost_of_scan(job: Job) -> Cost:
    """Return what it takes to read all of a run's snapshot and of what is acknowledged."""
    current = read_current(job.target)
    assert current is not None
    folders = [job.target.folder / version for version in set(current.versions.values())]
    files = [path for folder in folders for path in sorted(folder.rglob("*.parquet"))]
    return cost_of_fork(scan, job.run.snapshot("any").parent, files)


def bring(job: Job, people: int, day: str) -> Iterator[Measure]:
    """Bring DHIS2 up to date; yield what each stage took."""
    for stage in STAGES:
        yield measured(people, day, stage.__name__, cost_of_fork(stage, job))


def measured(people: int, day: str, stage: str, cost: Cost) -> Measure:
    """Print what a stage took, and return it."""
    print(f"  {people:>9,} {day:9} {stage:9} {cost}", flush=True)
    return Measure(people, day, stage, *asdict(cost).values())


def days(people: int, database: Database, server: CountingServer, root: Path) -> Iterator[Measure]:
    """Let the days pass; yield what each stage took."""
    job = partial(
        Job, root, url=server.url, connection=database.odbc, dialect=DialectName.POSTGRESQL,
        country=country(),
    )  # fmt: skip
    first = datetime.combine(DAY_ONE, time(12))
    yield measured(people, "before", "set_up", cost_of_fork(set_up, job("set-up", as_of=first)))
    yield from bring(job("first", as_of=first), people, "first")
    changed = let_a_day_pass(database, DAY_ONE + timedelta(1))
    print(f"  {changed:,} rows changed; {server.counts()}")
    yield from bring(job("ordinary", as_of=first + timedelta(1)), people, "ordinary")
    before = server.counts()
    print(f"  {before}")
    unchanged = job("unchanged", as_of=first + timedelta(1, 60))
    yield from bring(unchanged, people, "unchanged")
    if server.counts() != before:
        raise AssertionError("Something was posted though nothing changed.")
    yield measured(people, "unchanged", "scan", cost_of_scan(unchanged))


def measure(people: int) -> list[Measure]:
    """Return what the days of a scheme took."""
    with postgresql() as databases, a_counting_server() as server:
        database = databases.create_database()
        cost_of_fork(fill, database.conninfo, people)
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARKS")) as folder:
            return list(days(people, database, server, Path(folder)))


def judged(measures: Sequence[Measure]) -> bool:
    """Print the figures of one size against their bounds; return whether all hold."""
    people = measures[0].people
    unchanged = {each.stage: each for each in measures if each.day == "unchanged"}
    scanned = unchanged.pop("scan")
    unchanged.pop("extract")
    taken = sum(each.processor_seconds for each in unchanged.values())
    times_scan = taken / scanned.processor_seconds
    peak = max(each.mebibytes for each in measures)
    return all(
        [
            at_most(f"{people:,}: peak of any stage, MiB", peak, MOST_MIB),
            at_most(f"{people:,}: no-change day / scan, processor", times_scan, MOST_TIMES_SCAN),
        ]
    )


def write_curve(measures: Sequence[Measure]) -> None:
    """Write what was measured as CSV."""
    CURVE.parent.mkdir(exist_ok=True)
    with CURVE.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(measures[0])))
        writer.writeheader()
        for each in measures:
            rounded = {
                name: round(value, 2) if isinstance(value, float) else value
                for name, value in asdict(each).items()
            }
            writer.writerow(rounded)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write the curve, and return 1 if a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.day")
    parser.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    sizes = parser.parse_args(arguments).people
    set_forkserver_preload(["tests.benchmarks.day"])
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start")
    found = {people: measure(people) for people in sizes}
    write_curve([each for measures in found.values() for each in measures])
    holds = [judged(measures) for measures in found.values()]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
