"""What became of org units or options that were pushed: accepted, or rejects with reasons."""

from dataclasses import dataclass, field

import polars as pl

from flows.connectors.dhis2.failures import Refusals

NOT_STORED = "not_stored"


@dataclass
class PushResult:
    """What became of the rows.

    Attributes:
        accepted: Keys of the rows that DHIS2 now holds as they are desired.
        refused: Key to the reason codes: of our rules, or DHIS2's.
        in_doubt: Keys of the rows of which a request without an answer may still arrive.
        posted: How many objects were sent.
        references: How many members of groups and programs were added or taken out.
    """

    accepted: list[str] = field(default_factory=list)
    refused: Refusals = field(default_factory=dict)
    in_doubt: set[str] = field(default_factory=set)
    posted: int = 0
    references: int = 0

    @property
    def rejects(self) -> pl.DataFrame:
        """The refused rows: key and reasons (List of codes)."""
        return pl.DataFrame(
            {"key": list(self.refused), "reasons": list(self.refused.values())},
            schema={"key": pl.String, "reasons": pl.List(pl.String)},
        )
