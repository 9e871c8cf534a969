"""Which stages a run goes through, and in which order: as far as was requested, at its turn."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from flows.steps.shared.turn import BY_HAND, Turn, in_turn
from staging.requests import SyncRequest, Until

StageName = Literal["settle", "extract", "transform", "validate", "load"]

ORDER: Mapping[Until, tuple[StageName, ...]] = {
    Until.EXTRACT: ("extract",),
    Until.TRANSFORM: ("extract", "transform"),
    Until.VALIDATE: ("extract", "transform", "validate"),
    Until.LOAD: ("settle", "extract", "transform", "load"),
}


def go_through(
    request: SyncRequest,
    stages: Mapping[StageName, Callable[[], object]],
    turn: Turn = BY_HAND,
) -> None:
    """Run the stages, as far as was requested; the target is locked for all of a run that posts.

    Args:
        request: What was requested.
        stages: What each stage does.
        turn: Whether a run that posts waits for another one, and how late it may be.

    Raises:
        InUseError: Another run is writing to the target, and this one does not wait.
        GaveWayError: The run does not wait any more, since a newer one does.
        AlreadyLoadedError: Everything of a later moment was loaded meanwhile.
    """
    with _lock_target(request, turn):
        for name in ORDER[request.until]:
            stages[name]()


def _lock_target(request: SyncRequest, turn: Turn) -> AbstractContextManager[None]:
    if request.until is Until.LOAD:
        return in_turn(request.goal, request.run_id, turn)
    return nullcontext()
