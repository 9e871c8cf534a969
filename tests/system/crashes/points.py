"""The points at which a run can be killed: before and after each change on disk and each request.

A point is named by its kind and counted within it, so that threads do not change its name:
`after 5-people receipt, 3` comes right after the third receipt of that phase was written.
"""

import os
import re
import shutil
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from transforms.changes.objects.phases import Phase
from transforms.model.resources import METADATA, RESOURCES

KNOWN_AND_TRIED = "points known and tried"
RESOURCE_NAMES = (*(resource.name for resource in RESOURCES), *METADATA)
SCRATCH = ".part"
MANIFEST = "manifest.json"
OUTBOX_FILES = {".sent": "sent", ".receipt.json": "receipt", ".json": "bundle"}
ENDPOINTS = {
    "/api/tracker/ownership": "transfer",
    "/api/tracker": "bundle",
    "/api/dataValueSets": "bundle",
    "/api/dataStore/openimis-as-of": "moment",
    "/api/dataStore": "marker",
}
VERSIONS = ("sha256", "versions", "checksums")
A_PHASE = re.compile(rf" ?(of )?({'|'.join(Phase)}) ?")
A_UID = re.compile(r"(?<=/)[A-Za-z][A-Za-z0-9]{10}(?=/|$)")


@dataclass(frozen=True)
class Point:
    """One point of a run.

    Attributes:
        kind: What is about to happen, or has just happened.
        number: Which of its kind, counted from 1.
    """

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}, {self.number}"


@dataclass(frozen=True)
class Step:
    """What lies between two points.

    Attributes:
        kind: What happens.
        of: The resource, table or endpoint; "" where there is none.
        half: Does half of it.
    """

    kind: str
    of: str = ""
    half: Callable[[], object] | None = None


@dataclass
class Points:
    """The points that a process passes.

    Attributes:
        root: The staging folder; writes elsewhere are nobody's business.
        deadly: The point at which the process kills itself, or None.
        befalls: Point to what happens to the process when it comes there.
        passed: Kind to what the points are of that were passed; see `Step.of`.
    """

    root: Path
    deadly: Point | None = None
    befalls: Mapping[Point, Callable[[], object]] = field(default_factory=dict)
    passed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.local = field(default_factory=threading.local)

    def at(self, when: str, step: Step) -> None:
        """Pass a point, or die there: before a step, with half of it done."""
        kind = f"{when} {step.kind}"
        with self._lock:
            self.passed[kind].append(step.of)
            present = Point(kind, len(self.passed[kind]))
            if self.deadly == present:
                if when == "before" and step.half is not None:
                    step.half()
                os.kill(os.getpid(), signal.SIGKILL)
            if present in self.befalls:
                self.befalls[present]()

    def install(self) -> None:
        """Let every change below `root` and every request pass a point before and after it."""
        self._around(Path, "replace", self._replacing)
        self._around(Path, "rename", self._replacing)
        self._around(Path, "write_bytes", self._writing)
        self._around(Path, "hardlink_to", self._linking)
        self._around(Path, "unlink", self._unlinking)
        self._around(shutil, "rmtree", self._removing)
        self._around(httpx.Client, "request", self._requesting)

    def _around(self, owner: Any, name: str, naming: Callable[..., Step | None]) -> None:
        function = getattr(owner, name)

        def passing(*args: Any, **keywords: Any) -> Any:
            step = naming(*args, **keywords)
            if step is None:
                return function(*args, **keywords)
            self.at("before", step)
            result = function(*args, **keywords)
            self.at("after", step)
            return result

        setattr(owner, name, passing)

    def _replacing(self, scratch: Path, path: Path) -> Step | None:
        if not path.is_relative_to(self.root):
            return None
        of = switched(scratch, path) if path.name == "current.json" else self._resource(path)
        return Step(self._kind(path), of, lambda: _cut(scratch))

    def _writing(self, path: Path, content: bytes) -> Step | None:
        if path.suffix == SCRATCH or not path.is_relative_to(self.root):
            return None
        if path.suffix == ".sent":
            self._thread.phase = path.parent.name
        half = content[: len(content) // 2]
        return Step(self._kind(path), self._resource(path), lambda: _write(path, half))

    def _linking(self, path: Path, target: Path) -> Step:
        del target
        return Step(f"{self._kind(path)} kept", self._resource(path))

    def _unlinking(self, path: Path, missing_ok: bool = False) -> Step | None:
        del missing_ok
        below = path.suffix != SCRATCH and path.is_relative_to(self.root) and path.exists()
        return Step(f"{self._kind(path)} removed", self._resource(path)) if below else None

    def _removing(self, folder: Path, *_: Any, **__: Any) -> Step | None:
        folder = Path(folder)
        if not folder.is_relative_to(self.root):
            return None
        place, _of, *inner = folder.relative_to(self.root).parts
        kind = "acknowledged version" if place == "acknowledged" else (*inner, "old run")[0]
        return Step(f"{kind} swept", half=lambda: _sweep_half(folder))

    def _requesting(self, _: httpx.Client, method: str, path: Any, **__: Any) -> Step | None:
        path = str(path)
        if not path.startswith("/api/"):
            return None  # Prefect's
        if method == "GET":
            return Step("question")
        name = next((name for start, name in ENDPOINTS.items() if path.startswith(start)), None)
        if name == "bundle":
            return Step(f"request: bundle of {self._thread.phase}")
        return Step(f"request: {name}") if name else Step("request: metadata", A_UID.sub("…", path))

    def _resource(self, path: Path) -> str:
        """Return the resource that a file is of, or the table of openIMIS; "" if it is of none."""
        parts = path.relative_to(self.root).parts
        name = path.name.split(".")[0]
        if parts[-2] == "snapshot" and path.name != MANIFEST:
            return name
        return next((each for each in RESOURCE_NAMES if each in (name, *parts)), "")

    def _kind(self, path: Path) -> str:
        """Return the kind of a file: its stage, and what it is there."""
        place, *inner = path.relative_to(self.root).parts
        if place == "acknowledged":
            return "current.json" if path.name == "current.json" else "acknowledged"
        if len(inner) == 2:
            return path.stem  # run.json, summary.json
        stage = inner[1]
        if path.name == MANIFEST:
            return f"{stage} manifest"
        if stage == "outbox":
            return f"{inner[2]} {_outbox_file(path)}"
        return _rejects(path) if stage == "rejects" else stage


def switched(scratch: Path, path: Path) -> str:
    """Return what changes when current.json is switched."""
    before = orjson.loads(path.read_bytes()) if path.exists() else {}
    after = orjson.loads(scratch.read_bytes())
    if before.get("counter", 0) != after["counter"]:
        return "fold"
    versions = before.get("versions", {})
    pushed = [name for name in METADATA if versions.get(name) != after["versions"].get(name)]
    changed = (name for name in after if before.get(name) != after[name] and name not in VERSIONS)
    return " and ".join(pushed or changed)


def without_phase(kind: str) -> str:
    """Return a kind of point without the phase that it is of."""
    return A_PHASE.sub(" ", kind).strip()


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, content)
    os.close(descriptor)


def _sweep_half(folder: Path) -> None:
    for path in sorted(each for each in folder.rglob("*") if each.is_file())[::2]:
        os.remove(path)  # noqa: PTH107 - Path.unlink passes a point of its own


def _rejects(path: Path) -> str:
    name, *more = path.name.split(".")
    if more[0] == "dhis2":
        return "rejects of DHIS2"
    return "rejects of metadata" if name in METADATA else "rejects of rules"


def _outbox_file(path: Path) -> str:
    return next(name for end, name in OUTBOX_FILES.items() if path.name.endswith(end))
