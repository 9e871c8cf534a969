"""The state of a target, `current.json`: which versions hold what DHIS2 has confirmed, and more.

It says the format of itself, and of the frames that it names:

    1    values are called by DHIS2's UIDs, in frames and in `treatments`; nothing says the format
    2    they are called by field keys

A state of format 1 is read as one of format 2, and written so. Its frames get keys when their
resource gets its next version; until then the names of their columns show of which format they
are. A release that knows of format 1 alone refuses format 2, since `current.json` has more than it
knows: it would take keys for UIDs.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from staging.damage import damaged_error
from staging.files import read_json, write_json
from staging.layout import Target
from transforms.core.errors import StagingError
from transforms.model.field_keys import with_key_names
from transforms.model.resources import EVERY_RESOURCE, METADATA

FORMAT = 2
LINKS = "links"
"""Whom of DHIS2's own openIMIS's people are; it has versions as resources have."""
RESOURCE_NAMES = frozenset((*(resource.name for resource in EVERY_RESOURCE), *METADATA, LINKS))


class LoadedSource(BaseModel):
    """Which openIMIS the state is of, so that no run has to be kept to know it again.

    Attributes:
        database: Digest of server and database name.
        oldest_rows: openIMIS table to the digest of its oldest row's UUID.
        as_of: When the snapshot was taken, on the source's clock; naive.
        taken_at: The same, on the clock of the machine that took it.
        rows: openIMIS table to its rows.
    """

    model_config = ConfigDict(frozen=True)

    database: str
    oldest_rows: dict[str, str]
    as_of: datetime
    taken_at: datetime | None = None
    rows: dict[str, int]


class Confirmed(BaseModel):
    """The partitions of which the last run left nothing to be sent or compared again.

    Attributes:
        run: The run that ended.
        versions: Resource → version of what is acknowledged since; of another, this says nothing.
        partitions: Their numbers.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    versions: dict[str, str]
    partitions: list[int]


class Current(BaseModel):
    """What `current.json` says.

    Attributes:
        format: How all of this is written; see above.
        partitions: Into how many partitions people are divided; it grows with the scheme.
        versions: Resource to the version (a folder) that holds its acknowledged frames.
        checksums: Resource to the SHA-256 of each of its partitions.
        counter: Number of folds so far.
        last_run: The run that was folded last.
        ended: Number of runs that ended so far, folded or without anything to post.
        last_ended: The run that ended last.
        open_run: The run that may have posted what is not folded yet.
        base_url: Where DHIS2 is.
        system_id: What DHIS2 calls itself.
        staging_id: What this staging area is called in DHIS2's data store.
        pseudonym_fingerprint: Of the key that numbers were made with.
        package: Version of the package that ended the last run; None if that was not recorded.
        loaded: Resource to the version of the package that last sent all of it; "" if that was not
            recorded.
        treatments: Field key to what the privacy policy did with it when all of it was sent.
        source: The openIMIS of the run that was folded last.
        refused: Reason code to how many objects DHIS2 refused for it in the last load.
        withdrawn: The run that deleted all that DHIS2 held of ours; until a run begins again.
        lost_run: The run whose folder was lost before it ended; until a reconciliation repairs.
        first_generations: Resource to the generation with which its objects begin, where openIMIS
            has numbered its rows anew; 0 for all others.
        vanished: Org units or options → list → how many that openIMIS no longer has were reported.
        confirmed: Of which partitions DHIS2 has confirmed everything; None if that is not known.
        marker_refused: DHIS2 accepted no marker from the last load: its data store was closed.
        unfinished: `<period>:<data element>` of figures of which not all values have arrived that
            were to be sent: they are still sent when the period is closed.
        existing: Our UID to that of DHIS2, of what was used in place of ours in the last load.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    partitions: int
    versions: dict[str, str] = {}
    checksums: dict[str, list[str]] = {}
    counter: int = 0
    last_run: str | None = None
    ended: int = 0
    last_ended: str | None = None
    open_run: str | None = None
    base_url: str | None = None
    system_id: str | None = None
    staging_id: str | None = None
    pseudonym_fingerprint: str | None = None
    package: str | None = None
    loaded: dict[str, str] = {}
    treatments: dict[str, str] = {}
    source: LoadedSource | None = None
    refused: dict[str, int] = {}
    withdrawn: str | None = None
    lost_run: str | None = None
    marker_refused: bool = False
    first_generations: dict[str, int] = {}
    vanished: dict[str, dict[str, int]] = {}
    unfinished: list[str] = []
    existing: dict[str, str] = {}
    confirmed: Confirmed | None = None

    def first_generation(self, resource: str) -> int:
        """Return the generation with which objects of a resource begin."""
        return self.first_generations.get(resource, 0)

    @model_validator(mode="before")
    @classmethod
    def _of_format_1(cls, content: Any) -> Any:
        """Take a state of format 1.

        The oldest hold fingerprints of mappings instead of `loaded`: their resources were all sent.
        """
        if not isinstance(content, dict):
            return content
        loaded = dict.fromkeys(content.get("mapping", ()), "")
        treatments = content.get("treatments", {})
        others = {name: each for name, each in content.items() if name != "mapping"}
        return {"loaded": loaded} | others | {"treatments": with_key_names(treatments)}


def read_current(target: Target) -> Current | None:
    """Return the state of the target; None before its first load.

    Raises:
        StagingError: It is damaged; or of a format that this release does not know; or not there,
            though there are versions, which the first load writes after it.
    """
    if not target.current.exists():
        if any(versions(target)):
            raise damaged_error(
                target.current, "it is missing, and versions that it names are there"
            )
        return None
    content = read_json(target.current)
    if content.get("format", 1) > FORMAT:
        raise StagingError(
            f"{target.current} has the format {content['format']}, and this release reads formats "
            f"up to {FORMAT}: a later release has written it. Go on with that release. Nothing was "
            f"posted."
        )
    return Current.model_validate(content)


def versions(target: Target) -> Iterator[Path]:
    """Yield the folders of versions: they hold folders of resources and nothing else."""
    for folder in target.folder.glob("*/"):
        readable = not folder.is_symlink() and os.access(folder, os.R_OK | os.X_OK)
        inner = [each.name for each in folder.iterdir()] if readable else []
        if inner and RESOURCE_NAMES.issuperset(inner):
            yield folder


def switch(target: Target, current: Current) -> None:
    """Make `current` the state of the target, at once."""
    write_json(target.current, current.model_dump(mode="json"))


def with_version(current: Current, version: str, checksums: Mapping[str, list[str]]) -> Current:
    """Return the state in which the resources of `checksums` have the version."""
    return current.model_copy(
        update={
            "versions": current.versions | dict.fromkeys(checksums, version),
            "checksums": {**current.checksums, **checksums},
        }
    )
