"""Manifests of the stages that later stages read: which fields each has, and since when.

A field has a default if an earlier release did not write it. A manifest is written with the fields
that were given, and no others; what another release wrote besides is passed over.
"""

from typing import Any, ClassVar, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from staging.damage import malformed_error
from staging.frames import declare_done, is_done, read_stage
from staging.layout import Run
from transforms.core.json_texts import Json

ReasonCounts = dict[str, dict[str, int]]
"""Resource → reason → objects or rows."""


def _counted_only() -> Any:
    """Return the default of what is counted only; earlier releases called it `left_out`."""
    return Field({}, validation_alias=AliasChoices("counted_only", "left_out"))


class StageManifest(BaseModel):
    """What the manifest of a stage has besides the SHA-256 of its files."""

    model_config = ConfigDict(frozen=True, extra="allow")

    stage: ClassVar[str]

    @classmethod
    def read(cls, run: Run) -> Self:
        """Return the manifest of a run.

        Raises:
            StagingError: The stage is not done, or its manifest is damaged.
        """
        content = read_stage(run, cls.stage)
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            raise malformed_error(run.manifest(cls.stage), error) from error

    @classmethod
    def read_if_done(cls, run: Run) -> Self | None:
        """Return the manifest of a run; None if the stage is not done."""
        return cls.read(run) if is_done(run, cls.stage) else None

    def declare_done(self, run: Run) -> None:
        """Write the manifest, which names the files of the stage: the stage is done."""
        declare_done(run, self.stage, self.model_dump(mode="json", exclude_unset=True))


class DesiredManifest(StageManifest):
    """What DHIS2 should hold.

    Attributes:
        partitions: Into how many partitions people are divided.
        rows: Resource to its objects; none of a withdrawal.
        pseudonym_fingerprint: Of the key that pseudonyms were made with; None if there is none.
        unmapped: Values of openIMIS that nothing explains; see `count_unmapped`.
        counted_only: Reason → rows of openIMIS that are neither sent nor listed.
        oddities: What files of the country name and openIMIS does not have, a sentence each.
        digest: Of all that objects are made of (`transforms.model.digests`); None if that was not
            recorded, or the run has a window or sends figures.
        digests: Of what the objects of each partition are made of.
        before: The run that ended before; None if nothing is known of it.
        as_before: Partitions of which DHIS2 should hold what it should in that run.
        withheld: Reason → values of figures that are not sent; none where no figures are.
    """

    stage = "desired"

    partitions: int
    rows: dict[str, int]
    pseudonym_fingerprint: str | None = None
    unmapped: list[dict[str, str | int]] = []
    counted_only: dict[str, int] = _counted_only()
    oddities: list[str] = []
    digest: str | None = None
    digests: list[str] = []
    before: str | None = None
    as_before: list[int] = []
    withheld: dict[str, int] = {}

    def key_or(self, fingerprint: str | None) -> str | None:
        """Return the fingerprint of the key that was recorded; `fingerprint` if none was."""
        is_recorded = "pseudonym_fingerprint" in self.model_fields_set
        return self.pseudonym_fingerprint if is_recorded else fingerprint


class ChangesManifest(StageManifest):
    """What DHIS2 has not confirmed yet.

    Attributes:
        partitions: Into how many partitions people are divided.
        ended: Number of runs that had ended when it was compared; see `Current.ended`.
        versions: Resource to the version of the acknowledged state it was compared with.
        changes: Resource → kind of change → objects.
        package: Version of the package that compared; "" if that was not recorded.
        magnitude: What is much, as `Finding.as_json` says it.
        noted: Resource → reason → objects that go without a value.
        counted_only: Resource → reason → objects that are neither sent nor listed.
        pseudonym_fingerprint: Of the key that pseudonyms were made with; None if there is none.
        wholly: The resources of which everything is posted but what a guard holds back.
        treatments: Field key (in format 1: UID) to what the privacy policy did with it.
        vanished: Org units or options → list → how many that openIMIS no longer has were reported.
    """

    stage = "changes"

    partitions: int
    ended: int
    versions: dict[str, str]
    changes: dict[str, dict[str, int]]
    package: str = ""
    magnitude: list[Json] = []
    noted: ReasonCounts = {}
    counted_only: ReasonCounts = _counted_only()
    pseudonym_fingerprint: str | None
    wholly: list[str] = []
    treatments: dict[str, str] = {}
    vanished: dict[str, dict[str, int]] = {}


class LeftOutManifest(StageManifest):
    """What a load left out of its requests.

    Attributes:
        noted: Resource → reason → objects that went without a value.
    """

    stage = "left_out"

    noted: ReasonCounts
