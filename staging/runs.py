"""run.json: what a run was asked for. A run is resumed only as what it was begun as."""

from typing import Any

from staging.files import read_json, write_json
from staging.layout import Run
from transforms.errors import StagingError


def remember(run: Run, **facts: Any) -> None:
    """Write facts about a run, or check that they are those it was begun with.

    Raises:
        StagingError: The run was begun as something else.
    """
    known: dict[str, Any] = read_json(run.run_file) if run.run_file.exists() else {}
    for name, fact in facts.items():
        if name in known and known[name] != fact:
            raise StagingError(
                f"Run {run.run_id} was begun with {name} = {known[name]!r}, and is now asked for "
                f"{fact!r}. Give another run_id, or leave it out. Nothing was done."
            )
    if known | facts != known:
        write_json(run.run_file, known | facts)


def recall(run: Run) -> dict[str, Any]:
    """Return what is known of a run; nothing if there is no such run."""
    return dict(read_json(run.run_file)) if run.run_file.exists() else {}
