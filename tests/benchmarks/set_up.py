"""Set DHIS2 up for a nation: 20,000 org units and 70,000 diagnoses, twice.

    python -m tests.benchmarks.set_up [org units] [diagnoses]

DHIS2 is the stand-in, in Python, so the minutes are more than a real one would need for the same
requests; the requests are those that are made of any DHIS2. Exits with 1 if the list of a class is
read more than once, if people or claims are read of openIMIS, or if the first takes more than ten
minutes of processor time.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.steps.set_up.set_up_run import set_up_run
from tests.benchmarks.day import DAY_ONE, country
from tests.benchmarks.measuring import at_most
from tests.support.loader import LOADER_USER
from tests.support.loader import NAME as LOADER_NAME
from tests.support.openimis_sample import sample
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.support.scheme.job import Job, extract
from tests.support.scheme.sources import SqliteSource
from transforms.model.selected_columns import selected_for_set_up

ORG_UNITS, DIAGNOSES = 20_000, 70_000
MOST_SECONDS = 600
OF_PEOPLE = ("tblInsuree", "tblFamilies", "tblPolicy", "tblPremium", "tblClaim")
NOON = datetime.combine(DAY_ONE, datetime.min.time()).replace(hour=12)


def nation(org_units: int, diagnoses: int) -> dict[str, pl.DataFrame]:
    """Return an openIMIS with so many villages and diagnoses, and hardly any people."""
    tables = sample(20, seed=1, level="1.4", as_of=DAY_ONE, defects=False)
    places = tables["tblLocations"]
    villages = _many(
        places.filter(pl.col("ValidityTo").is_null(), LocationType="V"),
        places["LocationId"].max(),
        org_units - len(places) - len(tables["tblHF"]),
        key="LocationId",
        uuid="LocationUUID",
        code="LocationCode",
        name="LocationName",
    )
    illnesses = tables["tblICDCodes"]
    more = _many(
        illnesses.filter(pl.col("ValidityTo").is_null()),
        illnesses["ICDID"].max(),
        diagnoses - len(illnesses),
        key="ICDID",
        uuid=None,
        code="ICDCode",
        name="ICDName",
    )
    return tables | {
        "tblLocations": pl.concat([places, villages]),
        "tblICDCodes": pl.concat([illnesses, more]),
    }


def _many(
    rows: pl.DataFrame, last: Any, count: int, *, key: str, uuid: str | None, code: str, name: str
) -> pl.DataFrame:
    """Return so many rows more, each with a key, a code and a name of its own."""
    number = pl.int_range(pl.len()) + int(last) + 1
    text = number.cast(pl.String)
    own: dict[str, pl.Expr] = {
        key: number.cast(rows.schema[key]),
        code: pl.format("N{}", text),
        name: pl.format("Number {}", text),
    }
    if uuid:
        own[uuid] = pl.format("00000000-0000-4000-8000-{}", text.str.zfill(12))
    return rows[[at % len(rows) for at in range(count)]].with_columns(**own)


def set_up(job: Job) -> float:
    """Set DHIS2 up, and return the processor time that it took, the stand-in's included."""
    began = time.process_time()
    with job.client_of(ADMIN) as client:
        set_up_run(job.run, client, job.country, None, loader_user=LOADER_NAME)
    return time.process_time() - began


def most_often(requests: Sequence[Mapping[str, Any]]) -> int:
    """Return how often the list of a whole class was read that was read most often."""
    read = Counter(
        f"{each['path']} {sorted(each['query'].items())}"
        for each in requests
        if each["method"] == "GET" and each["query"].get("paging") == "false"
        if "filter" not in each["query"]
    )
    return max(read.values())


def measure(sandbox: Sandbox, folder: Path, org_units: int, diagnoses: int) -> bool:
    """Set DHIS2 up twice, print what it took, and return whether the bounds hold."""
    source = SqliteSource(folder / "openimis.sqlite")
    source.write(nation(org_units, diagnoses))
    job = Job(
        folder, "set-up", url=sandbox.url, connection=source.connection, dialect=source.dialect,
        as_of=NOON, country=country(),
    )  # fmt: skip
    tables = selected_for_set_up(job.country)
    extract(job, tables)
    first = set_up(job)
    requests = len(sandbox.requests)
    read = most_often(sandbox.requests)
    print(
        f"  first: {first:.0f} s, {requests} requests; {len(sandbox.metadata('options'))} options"
    )
    second = set_up(job)
    more = sandbox.requests[requests:]
    print(f"  again: {second:.0f} s, {len(more)} requests")
    of_people = sum(name.startswith(OF_PEOPLE) for name in tables)
    return all(
        [
            at_most(
                "times that the list of one class is read in one set-up",
                max(read, most_often(more)),
                1,
            ),
            at_most("tables of people and claims that are read", of_people, 0),
            at_most("seconds of the first, the stand-in's included", first, MOST_SECONDS),
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 if a bound is missed."""
    org_units, diagnoses = [int(each) for each in arguments] or (ORG_UNITS, DIAGNOSES)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox,
    ):
        return 0 if measure(sandbox, Path(folder), org_units, diagnoses) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
