"""The file of matches, which a person edits: what was decided stays, the rest is proposed anew.

    file of before ─► what a person changed ─► decisions ─► match ─► file
                                                                      └─► what is new

A row is a decision where `who` says whose it is: a person's, or this program's (`BY_RULE`). A row
without is a proposal, and the next run makes it anew. Each row says in its last column what the
flow itself wrote there, so a person's changes are known, whenever a run was cut short.
"""

from dataclasses import dataclass

import polars as pl

from transforms.core.errors import StagingError
from transforms.matching.days import EXPECTED, in_our_form
from transforms.matching.judgement import ACCEPTED, NONE, TO_DECIDE
from transforms.matching.match import DECISIONS

BY_RULE = "match-org-units"
"""Who has decided what no person had to decide."""
SOMEBODY = "by hand"
"""Who has changed a row of the file without a name."""
YES, NO = "yes", "no"
FILE_COLUMNS: tuple[str, ...] = (
    "decision", "kind", "openimis_code", "openimis_name", "openimis_path", "dhis2_uid",
    "dhis2_name", "dhis2_path", "how", "score", "km", "note", "who", "when", "candidates",
    "in_openimis", "openimis_uuid", "written",
)  # fmt: skip
"""Of the file of matches; all are texts, and an empty one is null."""
NEEDED = ("openimis_uuid", "decision", "dhis2_uid", "who", "when", "written")
_DECISIONS = (ACCEPTED, NONE, TO_DECIDE)
_WRITTEN = ("decision_before", "uid_before", "parent_before", "when_before", "who_before")
_WRITTEN_SEPARATOR = "|"


@dataclass(frozen=True)
class Author:
    """Who runs the flow, and when.

    Attributes:
        who: Whose the changes in the file are, where it names nobody.
        when: UTC, as text.
    """

    who: str
    when: str


def checked_rows(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows of a file of matches with all `FILE_COLUMNS`, texts trimmed.

    Args:
        rows: As they were read, all texts.
        name: Of the file, for the error message.

    Raises:
        StagingError: A column is missing, a place is there twice, a decision is none, or a day can
            mean several.
    """
    if missing := [column for column in NEEDED if column not in rows.columns]:
        raise _unusable(name, f"it has no column {', '.join(missing)}")
    trimmed = rows.select(pl.all().cast(pl.String).str.strip_chars()).select(
        pl.when(pl.all() != "").then(pl.all())
    )
    whole = trimmed.with_columns(
        pl.lit(None, pl.String).alias(column)
        for column in FILE_COLUMNS
        if column not in trimmed.columns
    )
    kept = whole.select(FILE_COLUMNS).with_columns(
        pl.col("decision").str.to_lowercase().fill_null(TO_DECIDE)
    )
    for fault, lines in _faults(kept).items():
        if lines:
            raise _unusable(name, f"{fault} (line {', '.join(map(str, lines[:5]))})")
    return _with_days(kept, name)


def _with_days(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Write the column `when` as the flow does, and refuse what can mean several days, or none."""
    read = with_written(rows).with_columns(day=in_our_form("when", "when_before"))
    numbered = read.with_row_index("line", offset=2)
    unread = numbered.filter(pl.col("when").is_not_null(), pl.col("day").is_null())
    if not unread.is_empty():
        some = unread.head(5).select("line", "when").iter_rows()
        found = ", ".join(f"line {line}: {text}" for line, text in some)
        raise _unusable(
            name,
            f"the column when has {unread.height} days that cannot be read; found are {found}; "
            f"expected is {EXPECTED} (UTC)",
        )
    return rows.with_columns(when=read["day"])


def _faults(rows: pl.DataFrame) -> dict[str, list[int]]:
    """Return what a person has to correct, and in which lines; the first is that of the titles."""
    conditions = {
        "openimis_uuid is empty": pl.col("openimis_uuid").is_null(),
        "a place is there twice": pl.col("openimis_uuid").is_duplicated(),
        f"a decision is none of {', '.join(_DECISIONS)}": ~pl.col("decision").is_in(_DECISIONS),
        "a place is accepted without a dhis2_uid": (pl.col("decision") == ACCEPTED)
        & pl.col("dhis2_uid").is_null(),
    }
    numbered = rows.with_row_index("line", offset=2)
    return {
        fault: numbered.filter(condition)["line"].to_list()
        for fault, condition in conditions.items()
    }


def _unusable(name: str, fault: str) -> StagingError:
    return StagingError(
        f"{name} is not a file of matches as it must be: {fault}. Correct it, or put back the copy "
        f"that the last run left in its folder. Nothing was written."
    )


def with_authors(rows: pl.DataFrame, author: Author) -> pl.DataFrame:
    """Say of each row that a person changed whose decision it is, and since when.

    A UID that was typed into a row is a decision, whatever the row says of it.

    Args:
        rows: See `checked_rows`.
        author: Whose the changes are.
    """
    compared = with_written(rows)
    is_typed = _differs("dhis2_uid", "uid_before") & pl.col("dhis2_uid").is_not_null()
    accepted = pl.when(is_typed & (pl.col("decision") == TO_DECIDE)).then(pl.lit(ACCEPTED))
    decided = compared.with_columns(decision=accepted.otherwise("decision"))
    is_changed = _differs("decision", "decision_before") | is_typed
    is_named = pl.col("who").is_not_null() & pl.col("who").ne_missing(pl.col("who_before"))
    who = pl.when(is_changed & ~is_named).then(pl.lit(author.who)).otherwise("who")
    is_dated = pl.col("when").is_not_null() & pl.col("when").ne_missing(pl.col("when_before"))
    is_of_now = (is_changed | is_named) & ~is_dated
    when = pl.when(is_of_now).then(pl.lit(author.when)).otherwise("when")
    is_open = pl.col("decision") == TO_DECIDE
    return decided.with_columns(
        who=pl.when(~is_open).then(who),
        when=pl.when(~is_open).then(when),
        dhis2_uid=pl.when(pl.col("decision") != NONE).then("dhis2_uid"),
    ).select(FILE_COLUMNS)


def _differs(name: str, before: str) -> pl.Expr:
    """True where a cell is not as the flow wrote it; of a row that it did not write, nothing is."""
    is_ours = pl.col("decision_before").is_not_null()
    return is_ours & pl.col(name).ne_missing(pl.col(before))


def with_written(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with what the flow wrote into them last: columns that end in `_before`."""
    parts = pl.col("written").str.splitn(_WRITTEN_SEPARATOR, len(_WRITTEN))
    columns = [
        parts.struct.field(f"field_{place}").alias(name) for place, name in enumerate(_WRITTEN)
    ]
    return rows.with_columns(columns).with_columns(
        pl.when(pl.col(name) != "").then(name).alias(name) for name in _WRITTEN
    )


def written_text() -> pl.Expr:
    """Return the last column of a row that is about to be written; `parent` is its org unit's."""
    names = ("decision", "dhis2_uid", "parent", "when", "who")
    texts = [pl.col(name).fill_null("") for name in names]
    return pl.concat_str(texts, separator=_WRITTEN_SEPARATOR).alias("written")


def decisions_in(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions of a file: `transforms.matching.match.DECISIONS`."""
    return rows.filter(is_decision()).select(
        key="openimis_uuid", uid="dhis2_uid", decision="decision"
    ).cast(DECISIONS)  # fmt: skip


def is_decision() -> pl.Expr:
    """True for a row of the file that is no proposal."""
    return pl.col("who").is_not_null() & (pl.col("decision") != TO_DECIDE)
