"""Which stages a run goes through, and in which order: as far as was requested."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from staging.requests import SyncRequest, Until
from staging.target_lock import locked

StageName = Literal["settle", "extract", "transform", "validate", "load"]

ORDER: Mapping[Until, tuple[StageName, ...]] = {
    Until.EXTRACT: ("extract",),
    Until.TRANSFORM: ("extract", "transform"),
    Until.VALIDATE: ("extract", "transform", "validate"),
    Until.LOAD: ("settle", "extract", "transform", "load"),
}


def go_through(request: SyncRequest, stages: Mapping[StageName, Callable[[], object]]) -> None:
    """Run the stages, as far as was requested; the target is locked for all of a run that posts."""
    with _lock_target(request):
        for name in ORDER[request.until]:
            stages[name]()


def _lock_target(request: SyncRequest) -> AbstractContextManager[None]:
    if request.until is Until.LOAD:
        return locked(request.goal, request.run_id, for_stages=True)
    return nullcontext()
