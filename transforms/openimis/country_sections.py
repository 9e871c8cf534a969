"""The sections of the country file that are about DHIS2, and about how runs go."""

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from transforms.core.language import LANGUAGES, TRANSLATED


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Root(_Section):
    """The org unit above all regions; made by set-up if DHIS2 does not have it."""

    uid: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")
    name: str = Field(min_length=1, max_length=230)
    short_name: str = Field(min_length=1, max_length=50)
    code: str | None = Field(default=None, max_length=50)


class Levels(_Section):
    """Names of the org unit levels, from the root's level downwards."""

    country: str = "Country"
    region: str = "Region"
    district: str = "District"
    ward: str = "Ward or health facility"
    village: str = "Village"


HIGHEST: Final = 1_000_000
"""Above all percentages: a renewal rate may be far above 100."""

ISO: Final = "iso8601"
"""The calendar in which figures of months are counted."""


class Server(_Section):
    """What has to be set about DHIS2 before the first request."""

    calendar: Literal["iso8601", "nepali", "ethiopian"] = ISO


class Load(_Section):
    """How bundles are posted."""

    bundle_size: int = Field(default=500, ge=1, le=10_000)
    in_flight: int | None = Field(default=None, ge=1, le=16)
    timeout_seconds: float = Field(default=600, gt=0)
    attempts: int = Field(default=8, ge=1, le=50)
    longest_wait_seconds: float = Field(default=60, ge=0)


def _of_old(name: str) -> AliasChoices:
    """Return a setting's names: a country file that was written for 0.1 stays one."""
    return AliasChoices(name, name.replace("change", "resend"))


class Guards(_Section):
    """What a run may do without a permission, and what DHIS2 may refuse before it stops.

    What exceeds both share and count is held back, by resource or field. The counts let a village
    go wrong without a permission. Each default has its reason:

    create: a day never adds half of what DHIS2 has; a copied database does.
    delete: a deletion removes figures of past years.
    change: another release or time zone changes a fifth of all values; a day does not.
    empty: if a tenth of all values of a field are gone, the column was lost.
    metadata: org units and options are fewer, and each stands for many people.
    all: a pilot of a dozen does not lose all of a resource or field either.
    shrink: of a table that has lost rows a run only warns.
    misconfigured: one object in twenty is no matter of single records; a hundred may be one place.
    bad_data: after a migration many records may have one fault; if half have it, the fault is ours.
    unreadable: slips of clerks are one in thousands; if one in twenty, it is driver or encoding.
    unreadable_all: so it is where no value of a column can be read; but ten may be one clerk's.
    renumber: a migrated openIMIS has nearly all rows under new numbers, another one hardly any.
    """

    delete_share: float = Field(default=0.05, ge=0, le=1)
    delete_count: int = Field(default=100, ge=0)
    shrink_share: float = Field(default=0.05, ge=0, le=1)
    shrink_count: int = Field(default=100, ge=0)
    create_share: float = Field(default=0.5, ge=0)
    create_count: int = Field(default=1_000, ge=0)
    change_share: float = Field(default=0.2, ge=0, le=1, validation_alias=_of_old("change_share"))
    change_count: int = Field(default=1_000, ge=0, validation_alias=_of_old("change_count"))
    empty_share: float = Field(default=0.1, ge=0, le=1)
    empty_count: int = Field(default=100, ge=0)
    metadata_count: int = Field(default=100, ge=0)
    all_count: int = Field(default=10, ge=0)
    misconfigured_share: float = Field(default=0.05, ge=0, le=1)
    misconfigured_count: int = Field(default=100, ge=0)
    bad_data_share: float = Field(default=0.5, ge=0, le=1)
    bad_data_count: int = Field(default=500, ge=0)
    unreadable_share: float = Field(default=0.05, ge=0, le=1)
    unreadable_count: int = Field(default=100, ge=0)
    unreadable_all_count: int = Field(default=10, ge=0)
    renumber_share: float = Field(default=0.5, ge=0, le=1)


class Waiting(_Section):
    """How long a run waits, by itself, before it gives up its retries.

    A quarter of an hour is soon after a restart, and asks a server that is down only four times an
    hour. Six hours are a night: an upgrade or a power cut is over, and people come to work. Three
    steps may wait one after another while they hold the target (settle, extract, load), and have to
    end before the next night.
    A worker that is there takes a run within seconds, a busy one when its flow has ended; a first
    load may take days.
    """

    every_minutes: float = Field(default=15, gt=0, le=60)
    hours: float = Field(default=6, ge=0, le=7)
    worker_minutes: float = Field(default=60, gt=0)
    stage_hours: float = Field(default=72, gt=0)

    @property
    def seconds(self) -> float:
        """Between two attempts."""
        return self.every_minutes * 60

    @property
    def attempts(self) -> int:
        """How often a step is tried again."""
        return int(self.hours * 60 / self.every_minutes)


class Retention(_Section):
    """What is kept of runs that are over; what DHIS2 has confirmed is kept for ever."""

    whole_runs: int = Field(default=7, ge=1)
    reject_days: int = Field(default=90, ge=0)


class Legends(_Section):
    """Where the words of the legends begin, in per cent: each but the lowest one."""

    more_is_better: tuple[int, int, int, int, int] = (20, 40, 60, 80, 100)
    less_is_better: tuple[int, int, int, int] = (5, 10, 20, 40)

    @field_validator("more_is_better", "less_is_better")
    @classmethod
    def _rising(cls, limits: tuple[int, ...]) -> tuple[int, ...]:
        if list(limits) != sorted({*limits, 0})[1:] or limits[-1] >= HIGHEST:
            raise ValueError(f"{list(limits)} do not rise from above 0 to below {HIGHEST}")
        return limits


class Population(_Section):
    """Where population figures are entered."""

    level: Literal["region", "district", "ward", "village"] = "district"


class Languages(_Section):
    """In which languages people read: English, if nothing else is said.

    reports: What operators read: reasons, hints, pages, tables.
    dhis2: Into which DHIS2 has what set-up makes translated, beside English.
    """

    reports: str = "en"
    dhis2: tuple[str, ...] = ()

    @field_validator("reports")
    @classmethod
    def _is_there(cls, code: str) -> str:
        _check_language(code, LANGUAGES)
        return code

    @field_validator("dhis2")
    @classmethod
    def _are_there(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        for code in codes:
            _check_language(code, TRANSLATED)
        if len(set(codes)) < len(codes):
            raise ValueError(f"{', '.join(codes)} names a language twice")
        return codes


def _check_language(code: str, allowed: Iterable[str]) -> None:
    if code not in allowed:
        raise ValueError(f'there is no "{code}" here, but {", ".join(allowed)}')


class Analytics(_Section):
    """How DHIS2's analytics tables are waited for."""

    limit_minutes: float = Field(default=180, gt=0)
    poll_seconds: float = Field(default=10, ge=0)
