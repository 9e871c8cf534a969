"""The request of a run: one value from the form of a flow to run.json.

form ─► SyncRequest ─► parameters of each stage ─► run.json; a run goes on only as it was begun
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from staging.layout import Run, Target
from staging.runs import RunRecord
from transforms.changes.guards.permissions import Allow
from transforms.core.json_texts import Json
from transforms.model.resources import Scope
from transforms.openimis.windows import Window


class Until(StrEnum):
    """How far a run goes."""

    EXTRACT = "extract"
    TRANSFORM = "transform"
    VALIDATE = "validate"
    LOAD = "load"


class TransformRequest(BaseModel):
    """The request of the stage `transform`.

    Attributes:
        target: Name of the saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files.
        run_id: The run.
        pseudonym_key: Name of the saved block `pseudonym-key`.
        scopes: What is posted.
        changed_from: First day of the window; None for no beginning.
        changed_to: Last day of the window; None for no end.
        allow: What the run is permitted.
        adx: Whether figures are also written as an ADX file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    country: Path
    staging_root: Path
    run_id: str
    pseudonym_key: str
    scopes: tuple[Scope, ...] = (Scope.ALL,)
    changed_from: date | None = None
    changed_to: date | None = None
    allow: tuple[Allow, ...] = ()
    adx: bool = False

    @property
    def run(self) -> Run:
        """The run's files."""
        return Run(self.staging_root, self.run_id)

    @property
    def goal(self) -> Target:
        """The target's files."""
        return Target(self.staging_root, self.target)

    @property
    def window(self) -> Window | None:
        """The days whose changes are posted; None for all.

        Raises:
            GuardError: It ends before it begins.
        """
        if self.changed_from or self.changed_to:
            return Window(self.changed_from, self.changed_to)
        return None

    def record(self) -> RunRecord:
        """Return what has to be the same when the run is resumed."""
        return RunRecord(
            kind="sync",
            target=self.target,
            pseudonym_key=self.pseudonym_key,
            scopes=self.scopes,
            changed_from=self.changed_from,
            changed_to=self.changed_to,
        )


class SyncRequest(TransformRequest):
    """The request of `sync`.

    Attributes:
        source: Name of the saved block `openimis-database`.
        until: How far the run goes.
    """

    source: str
    until: Until = Until.LOAD

    def parameters(self, names: Collection[str], *, as_json: bool) -> Json:
        """Return the parameters of a stage; as JSON for a deployment, else as a flow takes them."""
        return self.model_dump(mode="json" if as_json else "python", include=set(names))
