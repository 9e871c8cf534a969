"""How flows and steps end: completed, with rejects, or failed with one sentence on what to do."""

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import TaskRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.prefect_support.logs import leave_out_echoes, log_once
from staging.damage import in_words
from staging.layout import Run
from transforms.core.errors import UNFORESEEN, StagingError, SyncError, UnforeseenError

P = ParamSpec("P")
R = TypeVar("R")
PACKAGE = Path(__file__).parents[2]
WITH_REJECTS = "CompletedWithRejects"
HELD_BACK = "CompletedHeldBack"

leave_out_echoes()


def in_one_sentence(function: Callable[P, R]) -> Callable[P, R]:
    """Let a flow or task that must stop end as Failed with the sentence of its error.

    Prefect logs the traceback of an exception that leaves a flow or task; of a state it does not.
    A caller in Python gets the error raised all the same. What nobody foresaw ends so as well: its
    text may hold a value of a person or a secret, so only its type and place, and the run's folder,
    are logged.
    """

    @wraps(function)
    def ending(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            with in_words():
                return function(*args, **kwargs)
        except SyncError as error:
            return _failed_state(error)
        except UNFORESEEN as error:
            return _failed_state(
                unforeseen_error(error, run_among(_arguments_of(function, args, kwargs)))
            )

    return ending


def _arguments_of(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return name → argument; none where the function does not take them."""
    with suppress(TypeError):
        return inspect.signature(function).bind_partial(*args, **kwargs).arguments
    return {}


def _failed_state(error: SyncError) -> State[SyncError]:
    if TaskRunContext.get() is None:
        log_once(error)
    return Failed(message=str(error), data=error)


def unforeseen_error(error: BaseException, run: Run | None = None) -> UnforeseenError:
    """Return an error with type, place and run folder of another one, and nothing of its text."""
    steps = traceback.extract_tb(error.__traceback__)
    ours = [step for step in steps if Path(step.filename).is_relative_to(PACKAGE)] or steps
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "nowhere"
    return UnforeseenError(
        f"An error that nobody foresaw ended this: {type(error).__name__} ({place})"
        f"{f', in {run.folder}' if run else ''}. What it says may hold a value of a person, so it "
        f"is not repeated. What was written so far is whole, and nothing is lost: start again; if "
        f"it ends so again, report type and place."
    )


def run_among(named: Mapping[str, Any]) -> Run | None:
    """Return the run on which a flow or step works, if its parameters name one.

    Args:
        named: Name to value: a run, what has one, or the folder and name of one.
    """
    for value in named.values():
        for each in (value, getattr(value, "run", None)):
            if isinstance(each, Run):
                return each
    root, run_id = named.get("staging_root"), named.get("run_id") or flow_run.id
    with suppress(StagingError):
        return Run(Path(root), str(run_id)) if root and run_id else None
    return None


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


def ended_state(run_id: str, rejects: int, held_back: Sequence[str] = ()) -> State[str]:
    """Return the state of a run that ended, by what a guard held back and by its rejects."""
    if held_back:
        return Completed(name=HELD_BACK, message=" ".join(held_back), data=run_id)
    if rejects:
        return Completed(
            name=WITH_REJECTS, message=f"{rejects} objects were held back or refused", data=run_id
        )
    return Completed(data=run_id)
