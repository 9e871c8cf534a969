"""The points at which a run can be killed: before and after each write and each request.

A point is named by its kind and counted within it, so that threads do not change its name:
`after 5-people receipt, 3` comes right after the third receipt of that phase was written.
"""

import os
import resource
import shutil
import signal
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from transforms.metadata_changes import METADATA
from transforms.resources import RESOURCES

RESOURCE_NAMES = (*(resource.name for resource in RESOURCES), *METADATA)
SCRATCH = ".part"
MANIFEST = "manifest.json"
OUTBOX_FILES = {".sent": "sent", ".receipt.json": "receipt", ".json": "bundle"}
ENDPOINTS = {
    "/api/tracker/ownership": "transfer",
    "/api/tracker": "bundle",
    "/api/dataStore": "marker",
}


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


@dataclass
class Points:
    """The points that a process passes.

    Attributes:
        root: The staging folder; writes elsewhere are nobody's business.
        deadly: The point at which the process kills itself, or None.
        full: The point from which on the disk is full, or None: no file takes another byte.
        passed: Kind to the resources of the points that were passed, "" where there is none.
    """

    root: Path
    deadly: Point | None = None
    full: Point | None = None
    passed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, kind: str, *, torn: Path | None = None, resource_name: str = "") -> None:
        """Pass a point, or die there, leaving the file `torn` half written."""
        with self._lock:
            self.passed[kind].append(resource_name)
            present = Point(kind, len(self.passed[kind]))
            if self.deadly == present:
                if torn is not None:
                    os.truncate(torn, torn.stat().st_size // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            if self.full == present:
                _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))

    def install(self) -> None:
        """Let every write below `root` and every request pass a point before and after it."""
        self._around(Path, "replace", self._replacing)
        self._around(Path, "write_bytes", self._writing)
        self._around(Path, "hardlink_to", self._linking)
        self._around(shutil, "rmtree", self._removing)
        self._around(httpx.Client, "request", self._requesting)

    def _around(self, owner: Any, name: str, naming: Callable[..., Any]) -> None:
        function = getattr(owner, name)

        def passing(*args: Any, **keywords: Any) -> Any:
            named = naming(*args)
            if named is None:
                return function(*args, **keywords)
            kind, torn = named
            of = self._resource(args[-1])
            self.at(f"before {kind}", torn=torn, resource_name=of)
            result = function(*args, **keywords)
            self.at(f"after {kind}", resource_name=of)
            return result

        setattr(owner, name, passing)

    def _replacing(self, scratch: Path, path: Path) -> tuple[str, Path] | None:
        return (self._kind(path), scratch) if path.is_relative_to(self.root) else None

    def _writing(self, path: Path, content: bytes) -> tuple[str, None] | None:
        del content
        whole = path.suffix != SCRATCH and path.is_relative_to(self.root)
        return (self._kind(path), None) if whole else None

    def _linking(self, path: Path, target: Path) -> tuple[str, None]:
        del target
        return f"{self._kind(path)} kept", None

    def _removing(self, folder: Path, *_: Any) -> tuple[str, None] | None:
        below = Path(folder).is_relative_to(self.root)
        return ("acknowledged version swept", None) if below else None

    def _requesting(self, _: httpx.Client, method: str, path: str) -> tuple[str, None]:
        if method == "GET":
            return "question", None
        names = (name for prefix, name in ENDPOINTS.items() if path.startswith(prefix))
        return f"request: {next(names, 'metadata')}", None

    def _resource(self, path: Any) -> str:
        """Return the resource that a file is of; "" if it is of none, or no file."""
        if not isinstance(path, Path) or not path.is_relative_to(self.root):
            return ""
        parts = path.relative_to(self.root).with_suffix("").parts
        return next((name for name in RESOURCE_NAMES if name in parts), "")

    def _kind(self, path: Path) -> str:
        """Return the kind of a file: its stage, and what it is there."""
        place, *inner = path.relative_to(self.root).parts
        if place == "acknowledged":
            return "current.json" if path.name == "current.json" else "acknowledged"
        stage = inner[1] if len(inner) > 2 else "run"
        if path.name == MANIFEST:
            return f"{stage} manifest"
        if stage == "outbox":
            return f"{inner[2]} {_outbox_file(path)}"
        return _rejects(path) if stage == "rejects" else stage


def _rejects(path: Path) -> str:
    name, *more = path.name.split(".")
    if more[0] == "dhis2":
        return "rejects of DHIS2"
    return "rejects of metadata" if name in METADATA else "rejects of rules"


def _outbox_file(path: Path) -> str:
    return next(name for end, name in OUTBOX_FILES.items() if path.name.endswith(end))
