"""Bundles on their way to DHIS2, in the order of their phases.

    00001.json            one request body, immutable once the manifest is written
    00001.sent            begun: a request may have reached DHIS2
    00001.receipt.json    settled: what DHIS2 answered

A bundle that was begun and has no receipt is in doubt. Posting it again, unchanged, settles it:
every object brings its own UID.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from staging.files import (
    checksum,
    make_folder,
    read_json,
    sync,
    write_bytes,
    write_json,
    write_mark,
)
from staging.layout import Run
from transforms.errors import StagingError


@dataclass(frozen=True)
class Bundle:
    """One request body on disk.

    Attributes:
        phase: Name of its phase.
        path: Where the request body lies.
        objects: How many objects it holds.
        checksum: SHA-256 of the request body.
        partition: Number of the partition whose people it holds.
    """

    phase: str
    path: Path
    objects: int
    checksum: str
    partition: int

    @property
    def name(self) -> str:
        """Phase and number, for logs."""
        return f"{self.phase}/{self.path.stem}"

    @property
    def sent(self) -> Path:
        """Exists once a request may have reached DHIS2."""
        return self.path.with_suffix(".sent")

    @property
    def receipt(self) -> Path:
        """What DHIS2 answered."""
        return self.path.with_suffix(".receipt.json")

    @property
    def is_settled(self) -> bool:
        """Whether DHIS2's answer is known."""
        return self.receipt.exists()

    @property
    def is_in_doubt(self) -> bool:
        """Whether DHIS2 may have taken it without our knowing."""
        return self.sent.exists() and not self.is_settled

    def body(self) -> bytes:
        """Return the request body.

        Raises:
            StagingError: It is not what the manifest says.
        """
        content = self.path.read_bytes()
        if checksum(content) != self.checksum:
            raise StagingError(
                f"{self.path} is damaged: its checksum is not the manifest's. It was not posted. "
                f"Restore it from a backup, or start a new run: what it held is still different."
            )
        return content


def put(run: Run, phase: str, number: int, body: str, *, objects: int, partition: int) -> Bundle:
    """Write one request body; it counts, and is sure to be on disk, only once it is sealed.

    Without the manifest nothing reads it and the stage starts over, so that it may be cut short.
    """
    path = run.bundle(phase, number)
    content = body.encode()
    make_folder(path.parent)
    path.write_bytes(content)
    return Bundle(phase, path, objects, checksum(content), partition)


def seal(run: Run, bundles: Collection[Bundle]) -> None:
    """Write the manifest: from now on the bundles are immutable and may be posted.

    Every byte of them is on disk before it: a manifest never names a bundle that a power cut took.
    """
    sync([bundle.path for bundle in bundles])
    listed = [
        {
            "phase": bundle.phase,
            "name": bundle.path.name,
            "objects": bundle.objects,
            "sha256": bundle.checksum,
            "partition": bundle.partition,
        }
        for bundle in bundles
    ]
    write_json(run.manifest("outbox"), {"bundles": listed})


def bundles(run: Run) -> list[Bundle]:
    """Return all bundles of a sealed outbox, in the order they are posted."""
    listed = read_json(run.manifest("outbox"))["bundles"]
    return [
        Bundle(
            each["phase"],
            run.outbox(each["phase"]) / each["name"],
            each["objects"],
            each["sha256"],
            each["partition"],
        )
        for each in listed
    ]


def begin(bundle: Bundle) -> None:
    """Record, before the first request, that the bundle is about to be posted."""
    write_mark(bundle.sent)


def settle(bundle: Bundle, receipt: dict[str, Any]) -> None:
    """Record what DHIS2 answered.

    One that a power cut takes leaves its bundle in doubt: it is posted again, unchanged.
    """
    write_bytes(bundle.receipt, orjson.dumps(receipt), lasting=False)


def receipts(run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield phase and receipt of every settled bundle."""
    for bundle in bundles(run):
        if bundle.is_settled:
            yield bundle.phase, read_json(bundle.receipt)
