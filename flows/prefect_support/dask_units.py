"""Units of work as Prefect's tasks on a Dask cluster: for who has more than one machine.

The optional extra `dask` brings `prefect-dask`. Workers need this package, and the staging folder
under the same path. Dask does a unit again whose worker died; the flow alone holds the locks.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.prefect_support.endings import in_one_sentence
from flows.steps.shared.units import Units, counted, nobody
from transforms.core.errors import CountryError

R = TypeVar("R")


class DaskUnits(Units):
    """Does units of work on the workers of a cluster.

    Args:
        scheduler: Address of its scheduler.
    """

    def __init__(self, scheduler: str) -> None:
        super().__init__()
        self._scheduler = scheduler

    def run(
        self, work: Callable[[int], R], numbers: Iterable[int], count: Callable[[], None] = nobody
    ) -> list[R]:
        """Do a unit of work for each partition, and return the results in their order.

        Raises:
            CountryError: The optional extra is not installed.
        """
        try:
            from prefect_dask.task_runners import DaskTaskRunner
        except ImportError as error:
            raise CountryError(
                "[partitions] scheduler names a Dask scheduler, and prefect-dask is not installed. "
                "Install this package with its extra `dask`, or leave the setting "
                "out. Nothing was posted."
            ) from error
        unit = task(name="partition", cache_policy=NO_CACHE, persist_result=False)(
            in_one_sentence(partial_of(work))
        )
        with DaskTaskRunner(address=self._scheduler) as cluster:
            units = [cluster.submit(unit, {"number": number}) for number in numbers]
            return [counted(each.result(), count) for each in units]


def partial_of(work: Callable[[int], R]) -> Callable[[int], R]:
    """Return the work as a function, which tasks are made of."""

    def partition(number: int) -> R:
        return work(number)

    return partition
