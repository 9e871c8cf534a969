"""How flows and steps end: completed, with rejects, or failed with one sentence on what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import TaskRunContext
from prefect.states import Completed, Failed

from staging.damage import in_words
from transforms.errors import SyncError

P = ParamSpec("P")
R = TypeVar("R")
WITH_REJECTS = "CompletedWithRejects"


def in_one_sentence(function: Callable[P, R]) -> Callable[P, R]:
    """Let a flow or task that must stop end as Failed with the sentence of its error.

    Prefect logs the traceback of an exception that leaves a flow or task; of a state it does not.
    A caller in Python gets the error raised all the same.
    """

    @wraps(function)
    def ending(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            with in_words():
                return function(*args, **kwargs)
        except SyncError as error:
            if TaskRunContext.get() is None:
                get_run_logger().error("%s", error)
            return Failed(message=str(error), data=error)

    return ending


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Make a task of a function: its result is never cached, since files are the only state.

    Nor is it ever stored, whatever Prefect's settings say: a result may hold a secret.
    A task that returns a failed state hands it to its caller; here the error in it is raised.
    """
    runs = task(cache_policy=NO_CACHE, persist_result=False)(in_one_sentence(function))

    @wraps(function)
    def running(*args: P.args, **kwargs: P.kwargs) -> R:
        state = runs(*args, **kwargs, return_state=True)
        return state.result()

    return running


def completed(run_id: str, rejects: int) -> State[str]:
    """Return the state of a run that ended, by its rejects."""
    if rejects:
        return Completed(
            name=WITH_REJECTS, message=f"{rejects} objects were held back or refused", data=run_id
        )
    return Completed(data=run_id)
