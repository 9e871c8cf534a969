"""The main job on its embedded default: a sample openIMIS in SQLite into the stand-in DHIS2.

Day one brings everything, day two what changed, day two again nothing.
"""

import os
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
# All servers of the demo are on this machine, which no proxy on the network reaches.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

import orjson
from prefect.testing.utilities import prefect_test_harness

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme.by_flows import FlowScheme

INSUREES = 500
DAY_ONE = date(2026, 1, 1)
DAY_TWO = date(2026, 1, 2)
KINDS = ("created", "updated", "replaced", "deleted")


def main() -> None:
    """Run the demo, and keep DHIS2's page open if the variable KEEP is set."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox,
    ):
        scheme = FlowScheme(Path(folder), sandbox)
        scheme.source.write(sample(INSUREES, seed=1, level="1.4", as_of=DAY_ONE))
        say(f"A sample openIMIS of about {INSUREES} insurees, in SQLite.")
        say(f"A stand-in for DHIS2 2.42 at {sandbox.url}. Prefect's server starts (half a minute).")
        with prefect_test_harness(server_startup_timeout=120):
            run(scheme)
        if os.environ.get("KEEP"):
            say(f"Look at what it holds: {sandbox.url}/ — Ctrl-C ends it.")
            wait()


def run(scheme: FlowScheme) -> None:
    """Bring both days in."""
    scheme.save_blocks()
    scheme.set_up()
    say("DHIS2 is set up: org units, option sets, two programs.")
    show(scheme, "Day one", "day-1")
    scheme.next_day(day=DAY_TWO)
    say("\nA day passes in openIMIS: claims are processed, people move, policies are renewed …")
    show(scheme, "Day two", "day-2")
    show(scheme, "Day two again", "day-2-again")


def show(scheme: FlowScheme, title: str, run_id: str) -> None:
    """Sync, and print what DHIS2 was told and what was held back."""
    began = len(scheme.written())
    state = scheme.sync(run_id=run_id)
    posted = scheme.written()[began:]
    summary = orjson.loads((scheme.staging_root / "runs" / run_id / "summary.json").read_bytes())
    say(f"\n{title}: {state.name}; {len(posted)} requests that write, but for *as of*.")
    say(f"  {'':22}" + "".join(f"{kind:>10}" for kind in KINDS))
    for resource, counts in summary["changes"].items():
        say(f"  {resource:22}" + "".join(f"{counts.get(kind, 0):>10,}" for kind in KINDS))
    say_rejects(summary["rejects"])


def say_rejects(rejects: list[dict[str, Any]]) -> None:
    """Print why objects were held back."""
    held_back = [each for each in rejects if each["stage"] != "note"]
    say(f"  held back or refused: {sum(each['count'] for each in held_back)}")
    for each in held_back[:6]:
        say(f"    {each['count']:>4} {each['resource']}: {each['reason']}")


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


def wait() -> None:
    """Wait until the user ends it."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say("")


if __name__ == "__main__":
    main()
