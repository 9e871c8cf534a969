"""The process that is killed.

a fork of a server that has imported everything       the steps of sync; it costs little
python -m tests.system.crashes.driver <flow job, as JSON>    a flow itself
"""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.sandbox.restarting import wait_until
from tests.support.scheme import Job, bring
from tests.system.crashes.points import Point, Points

KILLED = -9
FINISHED = 0
SECONDS = 240

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])


def bring_in_a_process(job: Job, deadly: Point | None = None, passed: Path | None = None) -> int:
    """Bring DHIS2 up to date in a process of its own; return its exit code.

    Args:
        job: What to do.
        deadly: The point at which it kills itself.
        passed: A file to which it writes how many points of each kind it has passed.
    """
    process = forks.Process(target=run, args=(job, deadly, passed))
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"{job.run_id} was still at work after {SECONDS} seconds.")
    code = process.exitcode
    process.close()
    return code


def killed_when(job: Job, has_come: Callable[[], bool]) -> int:
    """Bring DHIS2 up to date in a process that is killed once it has come so far."""
    process = forks.Process(target=run, args=(job, None, None))
    process.start()
    wait_until(lambda: has_come() or not process.is_alive())
    process.kill()
    process.join()
    return process.exitcode


def run(job: Job, deadly: Point | None, passed: Path | None) -> None:
    """Bring DHIS2 up to date, or die at a point."""
    points = Points(job.root, deadly)
    points.install()
    bring(job)
    if passed is not None:
        passed.write_text(json.dumps(points.passed))


@dataclass(frozen=True)
class FlowJob:
    """What one process has to do by a flow itself.

    Attributes:
        flow: `sync`, or `reconcile` with `repair`.
        country: The country file.
        root: The staging folder.
        run_id: The run.
        kind: Of the deadly point; None if there is none.
        number: Of the deadly point.
        passed: A file to which it writes what the points of each kind are of, if it ends.
    """

    flow: str
    country: str
    root: str
    run_id: str
    kind: str | None = None
    number: int = 0
    passed: str | None = None


def flow_in_a_process(job: FlowJob, prefect_api_url: str) -> int:
    """Run a flow in a process of its own; return its exit code."""
    environment = os.environ | {
        "PREFECT_API_URL": prefect_api_url,
        "PREFECT_LOGGING_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", __name__, json.dumps(vars(job))]
    done = subprocess.run(
        command, env=environment, timeout=SECONDS, check=False, cwd=Path(__file__).parents[3]
    )
    return done.returncode


def main(arguments: list[str]) -> int:
    """Run a flow; 0 if it completed."""
    job = FlowJob(**json.loads(arguments[0]))
    deadly = Point(job.kind, job.number) if job.kind else None
    points = Points(Path(job.root), deadly)
    points.install()
    state = run_flow(job.flow, Path(job.country), Path(job.root), job.run_id)
    if job.passed is not None:
        Path(job.passed).write_text(json.dumps(points.passed))
    return FINISHED if state.is_completed() else 1


def run_flow(name: str, country: Path, root: Path, run_id: str) -> Any:
    """Run a flow in this process; return the state in which it ends."""
    from flows.reconcile import reconcile
    from flows.sync import sync

    if name == "sync":
        return sync("scheme", "ministry", country, root, run_id=run_id, return_state=True)
    return reconcile("ministry", country, root, run_id, repair=True, return_state=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
