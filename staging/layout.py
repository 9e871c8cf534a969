"""Where every file lies; no other module builds a path.

<staging_root>/
  runs/<run_id>/run.json, lock
  runs/<run_id>/snapshot/<table>.parquet              + manifest.json, written last
  runs/<run_id>/parts/<subject>/…parquet              divided by person; gone with its stage
  runs/<run_id>/desired/<resource>/<partition>.parquet    + manifest.json, written last
  runs/<run_id>/changes/<resource>/<partition>.parquet    + manifest.json, written last
  runs/<run_id>/changes/reported/<partition>.parquet      + named there
  runs/<run_id>/rejects/<resource>.parquet, .csv          + manifest.json, first and last
  runs/<run_id>/outbox/<phase>/<00001>.json, .sent, .receipt.json  + manifest.json, written last
  runs/<run_id>/outcomes/outcomes.parquet             + manifest.json, written last
  runs/<run_id>/left_out/values.parquet               + manifest.json, written last
  runs/<run_id>/links/people.parquet                  + manifest.json, written last
  runs/<run_id>/summary.json, stages.json, what-leaves.md, report.html, figures.adx.xml
  runs/<run_id>/read_back/<resource>/000.parquet      + manifest.json, written last
  runs/<run_id>/compared/<resource>/<side>/…parquet       read, acknowledged, desired: by bucket
  runs/<run_id>/compared/<resource>/<result>/<bucket>.parquet   findings, repairs, counts
  runs/<run_id>/reconciliation/{findings,totals}.parquet, .csv
  runs/<run_id>/match-org-units.csv, .md, .geojson
  acknowledged/<target>/<version>/<resource>/<partition>.parquet
  acknowledged/<target>/current.json
  acknowledged/<target>/lock, stage.lock
  acknowledged/<target>/scratch/…parquet              while partitions are divided anew
  matches/<target>/org-units.csv                      which a person edits
  metrics/<target>.prom                               for a monitoring system
"""

import re
from dataclasses import dataclass
from pathlib import Path

from transforms.core.errors import StagingError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def checked_name(kind: str, name: str) -> str:
    """Return `name` if it can be a folder's name.

    Raises:
        StagingError: It holds anything but letters, digits, dot, dash and underscore.
    """
    if not NAME.fullmatch(name):
        raise StagingError(
            f"{name!r} cannot be a {kind}: it must be 1 to 100 letters, digits, '.', '-' or '_', "
            f"and begin with a letter or digit. Nothing was done."
        )
    return name


def run_ids(root: Path) -> list[str]:
    """Return the ids of all runs of a staging folder."""
    return _folders(root / "runs")


def target_names(root: Path) -> list[str]:
    """Return the names of all targets of a staging folder."""
    return _folders(root / "acknowledged")


def _folders(above: Path) -> list[str]:
    if not above.is_dir():
        return []
    return sorted(
        each.name for each in above.iterdir() if each.is_dir() and NAME.fullmatch(each.name)
    )


def manifest_above(path: Path) -> Path:
    """Return where the manifest lies that may name the file of a stage."""
    beside = path.with_name("manifest.json")
    return beside if beside.exists() else path.parent.with_name("manifest.json")


@dataclass(frozen=True)
class Run:
    """The files of one run."""

    root: Path
    run_id: str

    def __post_init__(self) -> None:
        checked_name("run_id", self.run_id)

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.root / "runs" / self.run_id

    @property
    def lock(self) -> Path:
        """Held by the stage that is at work."""
        return self.folder / "lock"

    @property
    def run_file(self) -> Path:
        """What was requested, and what the run recorded."""
        return self.folder / "run.json"

    @property
    def summary(self) -> Path:
        """What the run did, in numbers."""
        return self.folder / "summary.json"

    @property
    def stages(self) -> Path:
        """How its stages ended."""
        return self.folder / "stages.json"

    @property
    def report(self) -> Path:
        """What came of the run, for people without Prefect (HTML)."""
        return self.folder / "report.html"

    @property
    def what_leaves(self) -> Path:
        """What the country file lets out, for people."""
        return self.folder / "what-leaves.md"

    @property
    def adx(self) -> Path:
        """The figures as ADX."""
        return self.folder / "figures.adx.xml"

    @property
    def matches(self) -> Path:
        """The file of matches as the run left it (CSV; page and map lie beside it)."""
        return self.folder / "match-org-units.csv"

    def snapshot(self, table: str) -> Path:
        """The snapshot of an openIMIS table."""
        return self.folder / "snapshot" / f"{table}.parquet"

    @property
    def parts(self) -> Path:
        """The folder of the snapshot's rows, divided by person while they are needed."""
        return self.folder / "parts"

    def manifest(self, stage: str) -> Path:
        """The manifest of a stage, which names its files: the stage is done."""
        return self.folder / stage / "manifest.json"

    def desired(self, resource: str, partition: int) -> Path:
        """What DHIS2 should hold of a resource."""
        return self.folder / "desired" / resource / f"{partition:03d}.parquet"

    def changes(self, resource: str, partition: int) -> Path:
        """The changes of a resource."""
        return self.folder / "changes" / resource / f"{partition:03d}.parquet"

    def reported(self, partition: int) -> Path:
        """What the comparison reports of the objects of a partition."""
        return self.changes("reported", partition)

    def rejects(self, resource: str) -> Path:
        """The rejects of a resource (Parquet; the CSV lies beside it)."""
        return self.folder / "rejects" / f"{resource}.parquet"

    def outbox(self, phase: str) -> Path:
        """The folder of a phase's bundles."""
        return self.folder / "outbox" / phase

    @property
    def outcomes(self) -> Path:
        """What DHIS2 answered to every object, gathered from the receipts when they are folded."""
        return self.folder / "outcomes" / "outcomes.parquet"

    @property
    def left_out(self) -> Path:
        """Which values the load left out of its requests, because DHIS2 could not accept them."""
        return self.folder / "left_out" / "values.parquet"

    @property
    def links(self) -> Path:
        """Which people of DHIS2's own the load found for those of the run."""
        return self.folder / "links" / "people.parquet"

    def read_back(self, resource: str) -> Path:
        """What DHIS2 was seen to hold of a resource."""
        return self.folder / "read_back" / resource / "000.parquet"

    def compared(self, resource: str, part: str) -> Path:
        """The folder of one side, or one result, of a comparison with DHIS2."""
        return self.folder / "compared" / resource / part

    def reconciliation(self, name: str) -> Path:
        """What a comparison with DHIS2 found (Parquet; the CSV lies beside it)."""
        return self.folder / "reconciliation" / f"{name}.parquet"

    def bundle(self, phase: str, number: int) -> Path:
        """One request body."""
        return self.outbox(phase) / f"{number:05d}.json"


@dataclass(frozen=True)
class Target:
    """The acknowledged state of one DHIS2."""

    root: Path
    name: str

    def __post_init__(self) -> None:
        checked_name("target", self.name)

    @property
    def folder(self) -> Path:
        """The target's folder."""
        return self.root / "acknowledged" / self.name

    @property
    def current(self) -> Path:
        """Names the version of every resource and the open run."""
        return self.folder / "current.json"

    @property
    def lock(self) -> Path:
        """Held by the outermost flow that writes to the target."""
        return self.folder / "lock"

    @property
    def stage_lock(self) -> Path:
        """Held by the flow that is at work."""
        return self.folder / "stage.lock"

    @property
    def scratch(self) -> Path:
        """Where acknowledged rows lie while they are divided anew."""
        return self.folder / "scratch"

    @property
    def matches(self) -> Path:
        """The file of matches, which a person edits (CSV)."""
        return self.root / "matches" / self.name / "org-units.csv"

    @property
    def metrics(self) -> Path:
        """What a monitoring system reads of the target (OpenMetrics)."""
        return self.root / "metrics" / f"{self.name}.prom"

    def acknowledged(self, version: str, resource: str, partition: int) -> Path:
        """What DHIS2 has confirmed of a resource."""
        return self.folder / version / resource / f"{partition:03d}.parquet"
