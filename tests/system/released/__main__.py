"""Let the present code write a state folder, for later code to go on with.

    python -m tests.system.released 0.1.0      →
    tests/system/released/0.1.0/{day_one,rejects,open_run}.tar.xz

A fabricated sample: three days, of which the second leaves rejects and the third is cut short.
"""

import os
import sys
import tarfile
import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

import orjson
from prefect.testing.utilities import prefect_test_harness

from flows.extract import extract
from flows.load import load
from flows.transform import transform
from staging.layout import Run
from staging.outbox import bundles
from staging.snapshots import read_manifest, write_manifest
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import DAY_ONE
from tests.support.scheme.by_flows import COUNTRY, FlowScheme
from transforms.changes.objects.phases import Phase

HERE = Path(__file__).parent
SETTINGS = COUNTRY + "\n[load]\nbundle_size = 20\nin_flight = 1\nattempts = 1\n"
SCHEME, TARGET, INSUREES = "scheme", "ministry", 14


def staged(scheme: FlowScheme, run_id: str, day: date) -> Run:
    """Stage what a run will post, as on a day."""
    run = Run(scheme.staging_root, run_id)
    extract(SCHEME, scheme.country_file, scheme.staging_root, run_id)
    manifest = read_manifest(run)
    write_manifest(run, manifest.model_copy(update={"as_of": datetime.combine(day, time(12))}))
    transform(TARGET, scheme.country_file, scheme.staging_root, run_id, SCHEME)
    return run


def loaded(scheme: FlowScheme, run: Run) -> str:
    """Load a run; return the name of the state that this ends in."""
    state = load(TARGET, scheme.country_file, scheme.staging_root, run.run_id, return_state=True)
    return str(state.name)


def first_event(run: Run) -> str:
    """Return the UID of the first event that a run will post."""
    body = next(each.body() for each in bundles(run) if each.phase == Phase.EVENTS)
    return str(orjson.loads(body)["events"][0]["event"])


def archive(scheme: FlowScheme, path: Path) -> None:
    """Keep what the scheme's folder holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz") as kept:
        for path in (scheme.staging_root, scheme.database, scheme.country_file):
            kept.add(path, path.name)


def tell(scheme: FlowScheme, folder: Path) -> None:
    """Let three days pass."""
    scheme.set_up()
    print(loaded(scheme, staged(scheme, "first", DAY_ONE)))
    archive(scheme, folder / "day_one.tar.xz")
    scheme.next_day(day=DAY_ONE + timedelta(1))
    second = staged(scheme, "second", DAY_ONE + timedelta(1))
    poison = first_event(second)
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds=poison, status=500)
    print(loaded(scheme, second))
    archive(scheme, folder / "rejects.tar.xz")
    scheme.next_day(day=DAY_ONE + timedelta(2))
    third = staged(scheme, "third", DAY_ONE + timedelta(2))
    scheme.sandbox.cues.clear()
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[2, 3], drop="after")
    print(loaded(scheme, third))
    archive(scheme, folder / "open_run.tar.xz")


if __name__ == "__main__":
    with (
        prefect_test_harness(server_startup_timeout=120),
        running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        whole = FlowScheme(Path(folder), sandbox, country=SETTINGS)
        whole.source.write(sample(INSUREES, seed=7, level="1.4", as_of=DAY_ONE))
        whole.save_blocks()
        tell(whole, HERE / sys.argv[1])
