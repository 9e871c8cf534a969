"""How a flow ends: completed, completed with rejects, or failed with one sentence on what to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from transforms.errors import SyncError

P = ParamSpec("P")
WITH_REJECTS = "CompletedWithRejects"


def in_one_sentence(function: Callable[P, Any]) -> Callable[P, Any]:
    """Let a flow that must stop end as Failed with the sentence of its error, without traceback."""

    @wraps(function)
    def ending(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return function(*args, **kwargs)
        except SyncError as error:
            get_run_logger().error("%s", error)
            return Failed(message=str(error), data=error)

    return ending


def completed(run_id: str, rejects: int) -> State[str]:
    """Return the state of a run that ended, by its rejects."""
    if rejects:
        return Completed(
            name=WITH_REJECTS, message=f"{rejects} objects were held back or refused", data=run_id
        )
    return Completed(data=run_id)
