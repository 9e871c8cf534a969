"""What the objects of a run are made of, besides its snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from transforms.changes.sending.selection import check_scopes
from transforms.model.privacy import fingerprint
from transforms.model.resources import Scope
from transforms.openimis.country import Country
from transforms.openimis.windows import Window


@dataclass(frozen=True)
class Inputs:
    """What the objects of a run are made of, besides its snapshot.

    Attributes:
        country: The country file.
        coordinates: code, longitude and latitude of places, or None.
        pseudonym_key: The secret of the pseudonyms; None if none is needed.
        scopes: What is posted.
        window: The days whose changes are posted; None for all.
        place_groups: See `transforms.openimis.place_groups`; None where there is no file.

    Raises:
        GuardError: There is no scope.
    """

    country: Country
    coordinates: pl.DataFrame | None
    pseudonym_key: str | None = field(repr=False)
    scopes: Sequence[Scope]
    window: Window | None
    place_groups: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        check_scopes(self.scopes)

    @property
    def key_fingerprint(self) -> str | None:
        """Of the pseudonym key."""
        return fingerprint(self.pseudonym_key) if self.pseudonym_key else None
