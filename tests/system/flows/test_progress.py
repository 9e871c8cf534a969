"""Prefect is told how far a stage is now and then: each time is a request that is waited for."""

from collections.abc import Sequence

from prefect import flow
from prefect.client.schemas.objects import Artifact, State

from flows.prefect_support.prefect_runner import PrefectRunner
from tests.system.flows.prefect_runs import artifact_of, run_of
from transforms.reports.progress import load_progress


def shown(settled: Sequence[int]) -> Artifact:
    """Return what Prefect shows of a load of ten bundles that has settled so many, and so many."""

    @flow(name="a-load")
    def a_load() -> None:
        runner = PrefectRunner()
        for each in settled:
            runner.show_progress(load_progress(each, 10, before=0))

    state: State[None] = a_load(return_state=True)
    return artifact_of(run_of(state), "load-progress")


def test_what_follows_at_once_is_not_shown(prefect_server: None) -> None:
    first = shown([0, 5])

    assert (first.data, first.description) == (0, "0 of 10 bundles settled")


def test_the_end_is_always_shown(prefect_server: None) -> None:
    last = shown([0, 5, 10])

    assert (last.data, last.description) == (100, "10 of 10 bundles settled")
