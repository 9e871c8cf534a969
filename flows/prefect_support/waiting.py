"""Outages are waited for: Prefect's own retries, on a condition.

    a step fails ─┬─ TransientError (DHIS2 or the database is down, restarts, is busy)
                  │      ─► AwaitingRetry ─► the whole step again, as often as [waiting] says
                  └─ anything else ─► Failed, with its sentence

Only steps that may be repeated as a whole wait so. While one waits, its run keeps its locks: that
ends before the next night begins, since `Waiting.hours` has a limit.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import Task, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from flows.prefect_support.endings import in_one_sentence
from transforms.core.errors import TransientError
from transforms.openimis.country import Waiting

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE = Waiting(hours=0)
"""For flows that somebody watches."""
_Condition = Callable[[Task[..., Any], TaskRun, State[Any]], bool]


def patient_step(function: Callable[P, R]) -> Callable[Concatenate[Waiting, P], R]:
    """Make a task of a function that may be repeated: it is retried after an outage.

    The task's first argument says for how long. Each attempt begins from the beginning: it reads
    again what may have changed meanwhile (country file, key, target, marker).
    """
    runs = task(cache_policy=NO_CACHE, persist_result=False)(in_one_sentence(function))

    @wraps(function)
    def running(waiting: Waiting, /, *args: P.args, **kwargs: P.kwargs) -> R:
        patient = runs.with_options(
            retries=waiting.attempts,
            retry_delay_seconds=waiting.seconds,
            retry_condition_fn=_retry_condition(waiting),
        )
        state = patient(*args, **kwargs, return_state=True)
        try:
            return state.result()
        except TransientError:
            if waiting.attempts:
                get_run_logger().error("It was waited for %g hours, in vain", waiting.hours)
            raise

    return running


def _retry_condition(waiting: Waiting) -> _Condition:
    """Return the condition of a retry; it logs what is waited for."""
    until = datetime.now(UTC) + timedelta(hours=waiting.hours)

    def condition(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
        if not isinstance(state.data, TransientError):
            return False
        again = datetime.now(UTC) + timedelta(seconds=waiting.seconds)
        get_run_logger().warning(
            "%s It is tried again at %s, and from then on every %g minutes until %s (UTC); nobody "
            "has to do anything, and nothing is lost if it takes longer: the next run goes on",
            state.data,
            f"{again:%H:%M}",
            waiting.every_minutes,
            f"{until:%H:%M}",
        )
        return True

    return condition
