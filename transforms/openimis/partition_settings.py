"""What the country file says of partitions: the section `[partitions]`."""

from pydantic import BaseModel, ConfigDict, Field


class PartitionSettings(BaseModel):
    """How many partitions of the people are compared at once.

    Attributes:
        at_once: In this process; each takes the memory of a partition.
        scheduler: Address of a Dask scheduler whose workers do it instead; they see the staging
            folder under the same path. None: there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: int = Field(default=1, ge=1, le=64)
    scheduler: str | None = Field(default=None, pattern=r"^(tcp|tls|ucx)://\S+$")
