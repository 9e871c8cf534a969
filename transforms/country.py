"""What the country file says: places, privacy, speed and guards. It holds no secret."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from transforms.errors import CountryError
from transforms.tables.fields import Treatment


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


class Load(_Section):
    """How bundles are posted."""

    bundle_size: int = Field(default=500, ge=1, le=10_000)
    in_flight: int | None = Field(default=None, ge=1, le=16)
    timeout_seconds: float = Field(default=600, gt=0)
    attempts: int = Field(default=8, ge=1, le=50)
    longest_wait_seconds: float = Field(default=60, ge=0)


class Guards(_Section):
    """What a run may do before it stops and asks."""

    delete_share: float = Field(default=0.05, ge=0, le=1)
    delete_count: int = Field(default=100, ge=0)
    shrink_share: float = Field(default=0.05, ge=0, le=1)
    shrink_count: int = Field(default=100, ge=0)
    resend_share: float = Field(default=0.2, ge=0, le=1)
    resend_count: int = Field(default=10_000, ge=0)


class Retention(_Section):
    """What is kept of runs that are over; what DHIS2 has confirmed is kept for ever."""

    whole_runs: int = Field(default=7, ge=1)
    reject_days: int = Field(default=90, ge=0)


class Country(_Section):
    """The whole country file.

    Attributes:
        root: The org unit above all regions.
        levels: Names of the org unit levels.
        privacy: Field name to treatment, where it differs from the default of its class.
        regions: Codes of the regions of a pilot; empty means the whole country.
        coordinates: Name of a CSV file beside the country file, with the columns `code`,
            `longitude` and `latitude` of locations and health facilities.
        load: How bundles are posted.
        guards: What a run may do before it stops and asks.
        retention: What is kept of runs that are over.
    """

    root: Root
    levels: Levels = Levels()
    privacy: dict[str, Treatment] = {}
    regions: list[str] = []
    coordinates: str | None = None
    load: Load = Load()
    guards: Guards = Guards()
    retention: Retention = Retention()


def country_of(content: dict[str, Any], source: str) -> Country:
    """Return the country that the parsed country file `content` describes.

    Args:
        content: The parsed TOML file.
        source: The file's name, for the error message.

    Raises:
        CountryError: A setting is missing, unknown or out of range.
    """
    try:
        return Country.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise CountryError(
            f"{source} is not a country file as it must be: {faults}. "
            f"See country.example.toml. Nothing was done."
        ) from error
