"""Bundles on their way to DHIS2, in the order of their phases.

    00001.json            one request body, immutable once the manifest is written
    00001.sent            begun: a request may have reached DHIS2
    00001.receipt.json    settled: what DHIS2 answered

A bundle that was begun and has no receipt, or a damaged one, is in doubt. Its own run may post it
again, unchanged, since every object brings its own UID; another run settles it as unknown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from staging.damage import damaged_error, in_words
from staging.files import (
    check_seal,
    checksum,
    make_folder,
    read_bytes,
    read_json,
    sealed_json,
    sync,
    write_bytes,
    write_json,
    write_mark,
)
from staging.layout import Run
from transforms.core.errors import StagingError
from transforms.core.json_texts import Json

ACROSS = -1
"""In place of a partition's number: the people are of several partitions."""


@dataclass(frozen=True)
class Bundle:
    """One request body on disk.

    Attributes:
        phase: Name of its phase.
        path: Where the request body lies.
        objects: How many objects it holds.
        checksum: SHA-256 of the request body.
        partition: Number of the partition whose people it holds; ACROSS where they are of several.
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
        """Whether DHIS2's answer is recorded."""
        return self.receipt.exists()

    @property
    def is_in_doubt(self) -> bool:
        """Whether DHIS2 may have accepted it without our knowing."""
        return self.sent.exists() and not self.is_settled

    @property
    def is_whole(self) -> bool:
        """Whether its request body is as it was sealed."""
        return self.path.exists() and checksum(self.path.read_bytes()) == self.checksum

    def body(self) -> bytes:
        """Return the request body.

        Raises:
            StagingError: It is not what the manifest says.
        """
        content = read_bytes(self.path)
        if checksum(content) != self.checksum:
            raise damaged_error(self.path, f"its SHA-256 is not {self.checksum}")
        return content


def put(run: Run, phase: str, number: int, body: str, *, objects: int, partition: int) -> Bundle:
    """Write one request body; it counts, and is sure to be on disk, only once it is sealed.

    Without the manifest nothing reads it and the stage starts over, so that it may be cut short.
    """
    path = run.bundle(phase, number)
    content = body.encode()
    with in_words(path):
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


def settle(bundle: Bundle, receipt: Json) -> None:
    """Record what DHIS2 answered.

    One that a power cut takes leaves its bundle in doubt: it is posted again, unchanged.
    """
    write_bytes(bundle.receipt, sealed_json(receipt), lasting=False)


def restore(bundle: Bundle, body: str) -> None:
    """Write a request body that was damaged once more, if it is the one that was sealed."""
    content = body.encode()
    if checksum(content) == bundle.checksum:
        write_bytes(bundle.path, content)


def in_doubt(run: Run) -> list[Bundle]:
    """Return the bundles that were begun and have no receipt; a damaged one is removed."""
    for bundle in bundles(run):
        if bundle.is_settled and not _is_sound(bundle):
            _doubt(bundle)
    return [bundle for bundle in bundles(run) if bundle.is_in_doubt]


def _doubt(bundle: Bundle) -> None:
    write_mark(bundle.sent)
    bundle.receipt.unlink(missing_ok=True)


def doubt_damaged(run: Run) -> list[Path]:
    """Put in doubt the bundles whose receipt is damaged, and return those receipts.

    For the run that posts them once more; so are all bundles of later phases: what they settled
    may rest on what is posted once more (a number that is released again has to be given again).
    The later ones first, so that a kill in between leaves nothing settled that rests on something
    in doubt.
    """
    settled = [bundle for bundle in bundles(run) if bundle.is_settled]
    found = [bundle for bundle in settled if not _is_sound(bundle)]
    first = min((bundle.phase for bundle in found), default=None)
    if first is not None:
        later = [bundle for bundle in settled if bundle.phase > first]
        for bundle in (*reversed(later), *found):
            _doubt(bundle)
    return [bundle.receipt for bundle in found]


def _is_sound(bundle: Bundle) -> bool:
    try:
        verify_receipt(bundle)
    except StagingError:
        return False
    return True


def verify_receipt(bundle: Bundle) -> None:
    """Make sure that a receipt is as it was written.

    Raises:
        StagingError: It is not.
    """
    check_seal(bundle.receipt, read_bytes(bundle.receipt))
