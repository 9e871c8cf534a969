"""What a run found to be much: a guard holds it back, or it is only told."""

from flows.steps.shared.staged_changes import CHANGES
from staging.frames import is_done, read_stage
from staging.layout import Run
from transforms.changes.magnitude import LIFTED_BY, Finding, Kind
from transforms.changes.magnitude_sentences import sentence
from transforms.changes.permissions import Permissions
from transforms.model.field_keys import key_of


def findings_of(run: Run) -> list[Finding]:
    """Return what was much when the run was compared; nothing if it was not."""
    manifest = read_stage(run, CHANGES) if is_done(run, CHANGES) else {}
    return [
        Finding(**{**each, "kind": Kind(each["kind"]), "name": key_of(each["name"])})
        for each in manifest.get("magnitude", ())
    ]


def held_back(run: Run) -> list[str]:
    """Return a sentence for each thing that waits for a permission."""
    return [sentence(each) for each in findings_of(run) if not each.why]


def told(run: Run) -> list[str]:
    """Return a sentence for each thing that is much and goes."""
    return [sentence(each) for each in findings_of(run) if each.why]


def lifted_too_late(run: Run, allow: Permissions) -> str | None:
    """Say so, if a run is permitted what it has left out before it was permitted."""
    late = {LIFTED_BY[each.kind] for each in findings_of(run) if not each.why} & set(allow)
    if not late:
        return None
    names = ", ".join(sorted(late))
    return (
        f"Run {run.run_id} was compared before it was permitted {names}, and goes on without what "
        f"was held back. Start a new run with allow={names}."
    )
