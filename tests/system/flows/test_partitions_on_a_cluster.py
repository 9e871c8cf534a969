"""Partitions as Prefect's tasks on a Dask cluster of two worker processes, one of them killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from prefect import flow

from flows.prefect_support.prefect_runner import PrefectRunner
from flows.steps.compare.transform_run import transform_run, transforming
from flows.steps.shared.runner import PLAIN, Runner
from staging.layout import Run
from tests.support.openimis_sample import sample
from tests.support.scheme.by_steps import DAY_ONE, Scheme, a_scheme
from tests.support.scheme.job import Job, extract
from transforms.model.resources import RESOURCES
from transforms.openimis.partition_settings import PartitionSettings

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.large, pytest.mark.filterwarnings("default")]
PARTS = 8


@pytest.fixture
def scheme(tmp_path: Path) -> Iterator[Scheme]:
    """A scheme whose openIMIS is filled."""
    with a_scheme(tmp_path) as scheme:
        scheme.source.write(sample(800, seed=1, level="1.11", as_of=DAY_ONE))
        yield scheme


@pytest.fixture
def cluster() -> Iterator[distributed.LocalCluster]:
    """Two workers, each a process."""
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def staged(job: Job, runner: Runner) -> Run:
    """Stage a run of many partitions."""
    extract(job)
    with transforming(job.request, job.country) as run:
        transform_run(run, job.target, job.inputs, job.allow, runner, partitions=PARTS)
    return run


def kill_one(cluster: distributed.LocalCluster, run: Run) -> threading.Thread:
    """Kill one worker once the first partition is written."""
    with distributed.Client(cluster) as client:
        pid = next(iter(client.run(os.getpid).values()))

    def kill() -> None:
        while not list(run.folder.glob("desired/*/*.parquet")):
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def frames_of(run: Run) -> Iterator[pl.DataFrame]:
    """Yield all that is desired, and all changes."""
    for resource in RESOURCES:
        for number in range(PARTS):
            yield pl.read_parquet(run.desired(resource.name, number))
            yield pl.read_parquet(run.changes(resource.name, number))


@pytest.mark.ci
def test_workers_of_which_one_is_killed_stage_what_one_process_stages(
    prefect_server: None, scheme: Scheme, cluster: distributed.LocalCluster
) -> None:
    alone = staged(scheme.job("alone"), PLAIN)
    settings = PartitionSettings(scheduler=cluster.scheduler_address)
    country = scheme.settings.model_copy(update={"partitions": settings})
    job = scheme.job("together", country=country)
    killed = kill_one(cluster, job.run)

    together = flow(name="together")(lambda: staged(job, PrefectRunner()).run_id)()

    killed.join(timeout=1)
    assert not killed.is_alive()
    assert together == job.run.run_id
    for one, other in zip(frames_of(alone), frames_of(job.run), strict=True):
        assert_frame_equal(one, other)
