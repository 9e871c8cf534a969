"""Which stages a run goes through, and in which order: as far as the request says."""

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
    """Run the stages that a request asks for; a run that posts locks the target for all of them."""
    with _locked_by(request):
        for name in ORDER[request.until]:
            stages[name]()


def _locked_by(request: SyncRequest) -> AbstractContextManager[None]:
    if request.until is Until.LOAD:
        return locked(request.goal, request.run_id, for_stages=True)
    return nullcontext()
