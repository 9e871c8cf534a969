"""What became of the org units of DHIS2's own tree that places go to, since that was decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.matching.decisions import YES
from transforms.matching.match_file import drift_of
from transforms.matching.tables.objections import CLOSED, MOVED, NOT_IN_DHIS2, RENAMED

NAMED = 5
DECIDE = "Run match-org-units, look at them in its file, and decide."
SENTENCES = {
    NOT_IN_DHIS2: (
        "are not in DHIS2 any more, or not below the root (deleted, merged into others, or hidden "
        f"from the user). Nothing makes them again: what lies there waits. {DECIDE}"
    ),
    CLOSED: (
        "are closed in DHIS2, and openIMIS has not closed the places, nor has anybody decided "
        f"since: what is of a later day waits. {DECIDE}"
    ),
    MOVED: f"lie below another org unit of DHIS2; nothing waits for it. {DECIDE}",
    RENAMED: f"have another name in DHIS2; nothing waits for it. {DECIDE}",
}
"""What happened, and what becomes of what lies there."""


@dataclass(frozen=True)
class Drift:
    """What became of the org units.

    Attributes:
        sentences: For people.
        closed: UID of an org unit to the ISO day on which it was closed, where places that are
            current go to it and nobody has decided that since.
    """

    sentences: tuple[str, ...] = ()
    closed: Mapping[str, str] = field(default_factory=dict)


NO_DRIFT = Drift()


def drift(decided: pl.DataFrame, units: pl.DataFrame) -> Drift:
    """Return what became of the org units that places go to.

    Args:
        decided: The file of matches; see `transforms.matching.decisions.with_authors`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`, at least of what is accepted.
    """
    noted = drift_of(decided, units).with_columns(pl.col("note").str.split(" "))
    closed = _closed_since(noted, units)
    return Drift(tuple(_sentences(noted, closed)), closed)


def _sentences(noted: pl.DataFrame, closed: Mapping[str, str]) -> Iterator[str]:
    undecided = noted.filter(pl.col("dhis2_uid").is_in(list(closed)))
    for code, sentence in SENTENCES.items():
        rows = undecided if code == CLOSED else noted
        found = rows.filter(pl.col("note").list.contains(code))["dhis2_uid"].unique().sort()
        if uids := found.to_list():
            more = f" and {len(uids) - NAMED} more" if uids[NAMED:] else ""
            named = ", ".join(uids[:NAMED]) + more
            yield f"{len(uids)} org units that stand for places of openIMIS ({named}) {sentence}"


def _closed_since(noted: pl.DataFrame, units: pl.DataFrame) -> dict[str, str]:
    """Return the closed org units that nobody has accepted for a place since that day."""
    days = units.select(dhis2_uid="uid", day="closed_date").drop_nulls()
    is_closed = pl.col("note").list.contains(CLOSED)
    closed = noted.filter(is_closed, pl.col("in_openimis") == YES).join(days, on="dhis2_uid")
    last_decided = closed.group_by("dhis2_uid").agg(
        pl.col("day").first(), decided=pl.col("when").fill_null("").str.slice(0, 10).max()
    )
    held_back = last_decided.filter(pl.col("decided") < pl.col("day"))
    return dict(held_back.select("dhis2_uid", "day").sort("dhis2_uid").iter_rows())
