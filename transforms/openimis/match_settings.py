"""What the country file says of a DHIS2 that has org units of its own: the section `[match]`."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transforms.openimis.tables.facility_words import FACILITY_WORDS

PlaceKind = Literal["region", "district", "ward", "village", "facility"]
Unmatched = Literal["hold_back", "above", "create", "region", "district", "ward"]
HOLD_BACK: Unmatched = "hold_back"
ABOVE: Unmatched = "above"
CREATE: Unmatched = "create"

_HIGHER: dict[PlaceKind, tuple[str, ...]] = {
    "region": (),
    "district": ("region",),
    "ward": ("region", "district"),
    "village": ("region", "district", "ward"),
    "facility": ("region", "district", "ward"),
}


class MatchSettings(BaseModel):
    """How openIMIS's places are looked for among DHIS2's org units.

    A name of ten letters may differ in one to be accepted without a person, a shorter one in none
    but a letter too many. A second candidate is near where its score is less than the margin below:
    so a name that two could be is never accepted by itself.

    Attributes:
        levels: Kind of place to the levels of DHIS2 (the root is 1) on which its org units lie. A
            kind that is not named has no org units: its places belong to what lies above.
        code_attribute: UID of an attribute of DHIS2's org units that holds openIMIS's code.
        table: Name of a CSV file beside the country file, with the columns `code` (openIMIS) and
            `uid` (DHIS2), and `kind` where a location and a facility have one code.
        words: What a facility is, to the words by which names tell it.
        ignored_words: Words that say nothing, such as a prefix that all names have.
        accept_score: Names that are at least so similar (0 to 100) are one place's.
        margin: By how much any other candidate has to be less similar.
        propose_score: Names that are at least so similar are shown to a person.
        near_km: Two places that are no farther apart may be one.
        far_km: Two places that are farther apart are not one by name alone.
        target: Name of the target whose file of matches holds the decisions; None: each target's
            own. Set-up and load may know one DHIS2 by two names.
        unmatched: Kind of place to what becomes of those that no org unit stands for: what lies
            there is held back, goes to the place above or to that of a named kind, or (of health
            facilities) we make an org unit.
        created_below: UID of the org unit below which we make them; None: that of the place above.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: dict[PlaceKind, list[int]] = {}
    code_attribute: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")
    table: str | None = None
    words: dict[str, list[str]] = {key: list(words) for key, words in FACILITY_WORDS.items()}
    ignored_words: list[str] = []
    accept_score: float = Field(default=90, ge=50, le=100)
    margin: float = Field(default=10, ge=1, le=50)
    propose_score: float = Field(default=70, ge=30, le=100)
    near_km: float = Field(default=1, gt=0)
    far_km: float = Field(default=30, gt=0)
    target: str | None = None
    unmatched: dict[PlaceKind, Unmatched] = {}
    created_below: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")

    @model_validator(mode="after")
    def _rivals_are_seen(self) -> Self:
        if self.propose_score > self.accept_score - self.margin:
            raise ValueError(
                f"propose_score: found {self.propose_score:g}; allowed are at most accept_score "
                f"less margin ({self.accept_score - self.margin:g}), or a rival would not be seen"
            )
        return self

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        for kind, where in self.unmatched.items():
            possible = (HOLD_BACK, ABOVE, *_HIGHER[kind], *([CREATE] if kind == "facility" else []))
            if where not in possible:
                raise ValueError(
                    f"unmatched.{kind}: found {where}; possible are {', '.join(possible)}"
                )
        return self

    def unmatched_of(self, kind: str) -> str:
        """Return what becomes of places of a kind that no org unit stands for.

        Where DHIS2 has no level for them, they go to the place above unless the file says else.
        """
        usual = HOLD_BACK if self.levels_of(kind) else ABOVE
        return next((where for name, where in self.unmatched.items() if name == kind), usual)

    def levels_of(self, kind: str) -> list[int]:
        """Return the levels of DHIS2 on which the org units of a kind of place lie."""
        return next((levels for name, levels in self.levels.items() if name == kind), [])


class Matching(BaseModel):
    """The part of the country file that is about org units which DHIS2 has already.

    Attributes:
        org_units: Whether org units are made of openIMIS's places, or those that DHIS2 has already
            are used by the decisions of the file of matches.
        match: How openIMIS's places are looked for among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    org_units: Literal["make", "match"] = "make"
    match: MatchSettings = MatchSettings()

    @property
    def uses_matches(self) -> bool:
        """Whether DHIS2's own org units are used."""
        return self.org_units == "match"
