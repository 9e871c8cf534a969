"""What cannot be told of openIMIS because values of its rows could not be read.

    rows of the snapshot, with marks
      ├─► sound     what everything is made of: without marks, and without rows of which nobody
      │             knows whether they are current, deleted, or a version of what
      ├─► objects   whose own row, or a row that they are made of, holds such a value
      └─► told      the rows themselves, by table and UUID

Nothing is guessed of an object in doubt: it is neither sent nor deleted, so DHIS2 keeps what it has
acknowledged. `transforms.tables.doubts` says what is made of what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.history import is_current, live_key, live_rows, resolved
from transforms.locations import Snapshot
from transforms.metadata_changes import ORG_UNITS
from transforms.places import FACILITY, places
from transforms.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    TRACKED_ENTITIES,
)
from transforms.tables.doubts import (
    COVERS,
    HISTORY,
    KIN,
    LASTING,
    LINES,
    LINKS,
    SIGN,
    VALUATION,
    VALUE,
    Link,
)
from transforms.tables.openimis import INSUREES, TABLES, UNREADABLE, Table
from transforms.tables.reasons import MADE_OF_UNREADABLE, unreadable_reason
from transforms.values import CODES

HELD_BACK = {"row": pl.String(), "codes": CODES}
SPARED = {"resource": pl.String(), "row": pl.String()}
NOTHING_SPARED = pl.DataFrame(schema=SPARED)
TOLD = {"table": pl.String(), "id": pl.String(), "reasons": CODES}

Rows = pl.LazyFrame | pl.DataFrame


@dataclass(frozen=True)
class Source:
    """The table that a resource is made of, and which signs do not concern it."""

    table: str
    without: tuple[str, ...] = ()


MADE_OF: Mapping[str, tuple[Source, ...]] = {
    TRACKED_ENTITIES.name: (Source("tblInsuree", (COVERS,)),),
    INSUREE_ENROLLMENTS.name: (Source("tblInsuree", (VALUE,)),),
    POLICY_EVENTS.name: (Source("tblInsureePolicy"),),
    CLAIM_ENROLLMENTS.name: (Source("tblClaim", (LINES, VALUATION, VALUE)),),
    CLAIM_EVENTS.name: (Source("tblClaim"),),
    CLAIM_SERVICES.name: (Source("tblClaimServices"),),
    CLAIM_ITEMS.name: (Source("tblClaimItems"),),
    ORG_UNITS: (Source("tblLocations"), Source("tblHF")),
}
UNNAMED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("tblInsuree", "InsureeUUID"): (TRACKED_ENTITIES.name, INSUREE_ENROLLMENTS.name),
    ("tblInsuree", "LegacyID"): (TRACKED_ENTITIES.name, INSUREE_ENROLLMENTS.name),
    ("tblInsureePolicy", "InsureePolicyID"): (POLICY_EVENTS.name,),
    ("tblInsureePolicy", "LegacyID"): (POLICY_EVENTS.name,),
    ("tblPolicy", "LegacyID"): (POLICY_EVENTS.name,),
    ("tblClaim", "InsureeID"): (TRACKED_ENTITIES.name,),
    ("tblClaim", "ClaimUUID"): (CLAIM_ENROLLMENTS.name, CLAIM_EVENTS.name),
    ("tblClaim", "LegacyID"): (CLAIM_ENROLLMENTS.name, CLAIM_EVENTS.name),
    ("tblClaimServices", "ClaimServiceID"): (CLAIM_SERVICES.name,),
    ("tblClaimServices", "LegacyID"): (CLAIM_SERVICES.name,),
    ("tblClaimItems", "ClaimItemID"): (CLAIM_ITEMS.name,),
    ("tblClaimItems", "LegacyID"): (CLAIM_ITEMS.name,),
}
"""Where nobody knows whose an unreadable value is: resources of which nothing may be deleted."""


@dataclass(frozen=True)
class Doubts:
    """What is in doubt.

    Attributes:
        sound: What everything is made of.
        objects: Table to its objects in doubt: `key` (of the live row) and `column`, which is what
            cannot be read, or the sign of a link.
        marked: Table to its rows that hold an unreadable value.
        told: Each of these that something is made of: table, id, reasons.
    """

    sound: Snapshot
    objects: dict[str, pl.DataFrame] = field(default_factory=dict)
    marked: dict[str, pl.DataFrame] = field(default_factory=dict)
    told: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TOLD))

    def held_back(self, resource: str) -> pl.DataFrame:
        """Return the rows in doubt that a resource is made of: row (UUID or key), codes."""
        rows = [self._named(source) for source in MADE_OF.get(resource, ())]
        return pl.concat([pl.DataFrame(schema=HELD_BACK), *rows]).unique("row", keep="first")

    def spared(self) -> pl.DataFrame:
        """Return what may not be deleted: resource, and row, which is null for all its rows."""
        rows = [
            self.held_back(each).select(pl.lit(each).alias("resource"), "row") for each in MADE_OF
        ]
        unnamed = {
            resource
            for (table, column), resources in UNNAMED.items()
            if self.has_unreadable(table, column)
            for resource in resources
        }
        whole = pl.DataFrame(
            [(each, None) for each in sorted(unnamed)], schema=SPARED, orient="row"
        )
        return pl.concat([*rows, whole])

    def has_unreadable(self, table: str, column: str) -> bool:
        """Return whether a row of the table has a value of that column that could not be read."""
        return table in self.marked and not self.marked[table].filter(_has(column)).is_empty()

    def of(self, table: Table) -> pl.DataFrame:
        """Return the objects of a table that are in doubt."""
        nothing = pl.DataFrame(schema={"key": table.column(table.key).dtype, "column": pl.String()})
        return self.objects.get(table.name, nothing)

    def unreadable_keys(self) -> dict[str, pl.Series]:
        """Return table to the keys of its objects that hold an unreadable value themselves."""
        own = ~pl.col("column").str.starts_with(SIGN)
        return {name: found.filter(own)["key"].unique() for name, found in self.objects.items()}

    def _named(self, source: Source) -> pl.DataFrame:
        table = TABLES[source.table]
        codes = (
            self.of(table)
            .filter(~pl.col("column").is_in(source.without))
            .group_by("key")
            .agg(codes=_code().unique().sort())
        )
        if codes.is_empty():
            return pl.DataFrame(schema=HELD_BACK)
        names = self._names(table, codes["key"])
        return codes.join(names, on="key", nulls_equal=True).select(*HELD_BACK)

    def _names(self, table: Table, keys: pl.Series) -> pl.DataFrame:
        """Return key and row: the UUID, or the key where openIMIS has none."""
        name = pl.col(table.uuid or table.key).cast(pl.String)
        shown = [pl.col(table.key).alias("key"), name.alias("row")]
        known = self.sound[table.name].filter(pl.col(table.key).is_in(keys.implode()))
        lost = self.marked[table.name].select(shown) if table.name in self.marked else None
        frames = [known.select(shown).collect(), *([] if lost is None else [lost])]
        return pl.concat(frames).drop_nulls("row").unique()


def doubts_of(snapshot: Snapshot) -> Doubts:
    """Return what is in doubt, and what everything is made of.

    Args:
        snapshot: Table to its rows; a table of which a value could not be read has the column
            `UNREADABLE`. Where none has, nothing is computed.
    """
    with_marks = [name for name, rows in snapshot.items() if UNREADABLE in rows.collect_schema()]
    marked = {
        name: snapshot[name].filter(pl.col(UNREADABLE).is_not_null()).collect()
        for name in with_marks
    }
    sound = {name: _sound(snapshot[name], TABLES[name]) for name in with_marks}
    objects = {name: _objects(rows, TABLES[name]) for name, rows in marked.items()}
    for name in KIN.keys() & marked.keys():
        objects[name] = _with_kin(objects[name], marked[name], sound[name], TABLES[name])
    told = [_told(rows, TABLES[name]) for name, rows in marked.items()]
    doubts = Doubts(
        {**snapshot, **sound}, objects, marked, pl.concat([pl.DataFrame(schema=TOLD), *told])
    )
    for link in LINKS if marked else ():
        _follow(doubts, link)
    return doubts


def with_doubts(desired: pl.LazyFrame, held_back: pl.DataFrame) -> pl.LazyFrame:
    """Return desired objects with a fault for each doubt about the row that they are made of.

    Args:
        desired: With `faults`, and `key`, which begins with the row, before a colon.
        held_back: See `Doubts.held_back`.
    """
    if held_back.is_empty():
        return desired
    row = pl.col("key").str.splitn(":", 2).struct.field("field_0")
    return (
        desired.with_columns(row=row)
        .join(held_back.lazy(), on="row", how="left", maintain_order="left")
        .with_columns(faults=pl.col("faults").list.concat(pl.col("codes").fill_null([])))
        .drop("row", "codes")
    )


def _has(column: str) -> pl.Expr:
    return pl.col(UNREADABLE).str.split(" ").list.contains(column).fill_null(value=False)


def _has_history(rows: Rows) -> bool:
    return {"ValidityTo", "LegacyID"}.issubset(rows.collect_schema())


def _sound(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    return rows.filter(~_is_lost(rows, table)).drop(UNREADABLE)


def _is_lost(rows: Rows, table: Table) -> pl.Expr:
    """True for a row of which nobody knows whether it is current, deleted, or a version of what."""
    if not _has_history(rows):
        return _has(table.key)
    is_undated = _has("ValidityTo")
    if table.name in LASTING:
        is_undated &= _is_of_another(table)
    return _has(table.key) | _has("LegacyID") | is_undated


def _is_of_another(table: Table) -> pl.Expr:
    """True for a row that names another as the live one."""
    return pl.col("LegacyID").is_not_null() & pl.col("LegacyID").ne_missing(pl.col(table.key))


def _objects(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return key and column of the objects that the rows are, or are versions of."""
    each = _that_matter(marked, table)
    if not _has_history(marked):
        return each.select("key", "column").unique()
    is_of_another = _is_of_another(table)
    owner = pl.when(is_of_another).then("LegacyID").otherwise("key")
    # Rows may name a version by its own key, and nobody knows any more whose it is.
    lost = each.filter(is_of_another, _is_lost(marked, table))
    parts = [
        each.select(owner.alias("key"), "column"),
        lost.select("key", column=pl.lit("LegacyID")),
    ]
    return pl.concat(parts).unique()


def _with_kin(
    objects: pl.DataFrame, marked: pl.DataFrame, sound: pl.LazyFrame, table: Table
) -> pl.DataFrame:
    """Add the objects that a row may be a version of, of which nobody knows whose it is."""
    column = KIN[table.name]
    lost = marked.filter(_has("LegacyID"))[column].drop_nulls()
    if lost.is_empty():
        return objects
    kin = sound.filter(pl.col(column).is_in(lost.implode()))
    keys = kin.select(live_key(table.key).alias("key")).unique().collect()
    found = keys.with_columns(column=pl.lit("LegacyID"))
    return pl.concat([objects, found.cast(objects.schema)]).unique()


def _that_matter(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the rows once for each unreadable column that something is made of."""
    rows = marked.with_columns(
        pl.col(table.key).alias("key"), column=pl.col(UNREADABLE).str.split(" ")
    ).explode("column")
    if not _has_history(marked):
        return rows
    used = (table.key, "ValidityTo", "LegacyID", *HISTORY.get(table.name, ()))
    is_version = _is_of_another(table) & ~is_current()
    return rows.filter(~is_version | pl.col("column").is_in(used))


def _told(marked: pl.DataFrame, table: Table) -> pl.DataFrame:
    names = [pl.col(name).cast(pl.String) for name in (table.uuid, table.key) if name]
    each = _that_matter(marked.with_row_index("at"), table)
    return (
        each.group_by("at", maintain_order=True)
        .agg(
            id=pl.coalesce(*names, pl.lit("?")).first(),
            reasons=_code().unique(maintain_order=True),
        )
        .select("id", "reasons", table=pl.lit(table.name))
        .select(*TOLD)
    )


def _code() -> pl.Expr:
    names = {column.name for table in TABLES.values() for column in table.columns}
    codes = {name: unreadable_reason(name) for name in names}
    return pl.col("column").replace_strict(
        codes, default=MADE_OF_UNREADABLE, return_dtype=pl.String
    )


def _follow(doubts: Doubts, link: Link) -> None:
    """Add what is in doubt because of what it names, or of what names it."""
    if not _is_read(doubts, link):
        return
    start, end = (link.table, link.of) if link.back else (link.of, link.table)
    taken = _taken(doubts, link, start)
    loses = doubts.has_unreadable(start.name, start.key)
    if taken.is_empty() and not loses:
        return
    found = (
        _named_by(doubts, link, taken) if link.back else _naming(doubts, link, taken, loses=loses)
    )
    keys = found.collect().to_series()
    if link.unless_settled:
        keys = keys.filter(~keys.is_in(_settled(doubts, keys).implode()))
    known = doubts.of(end)
    more = pl.DataFrame(
        {"key": keys, "column": pl.Series([link.sign] * len(keys), dtype=pl.String)}
    )
    doubts.objects[end.name] = pl.concat([known, more.cast(known.schema)]).unique()


def _is_read(doubts: Doubts, link: Link) -> bool:
    """Whether both tables of a link, and its foreign key, are in the snapshot."""
    if not {link.table.name, link.of.name}.issubset(doubts.sound):
        return False
    return link.column in doubts.sound[link.table.name].collect_schema()


def _taken(doubts: Doubts, link: Link, start: Table) -> pl.Series:
    """Return the keys of the objects in doubt that matter for a link."""
    identity = [start.key, start.uuid, "LegacyID", None if start.name in LASTING else "ValidityTo"]
    matters = pl.col("column").is_in([*filter(None, identity), *link.takes])
    if link.all_columns:
        matters |= ~pl.col("column").str.starts_with(SIGN)
    return doubts.of(start).filter(matters)["key"].drop_nulls().unique()


def _naming(doubts: Doubts, link: Link, taken: pl.Series, *, loses: bool) -> pl.LazyFrame:
    """Return the keys of the objects whose rows name one in doubt, or one that is not there."""
    rows, others = doubts.sound[link.table.name], doubts.sound[link.of.name]
    own = live_key(link.table.key) if _has_history(rows) else pl.col(link.table.key)
    name = _trimmed(rows, link.column)
    named = _resolved(rows.select(own.alias("key"), name.alias("name"), live=name), others, link.of)
    is_taken = pl.any_horizontal(pl.col(each).is_in(taken.implode()) for each in ("name", "live"))
    found = [named.filter(is_taken.fill_null(value=False))]
    if loses:
        listed = others.select(name=_trimmed(others, link.of.key))
        found.append(named.drop_nulls("name").join(listed, on="name", how="anti"))
    return pl.concat([each.select("key") for each in found]).unique()


def _named_by(doubts: Doubts, link: Link, taken: pl.Series) -> pl.LazyFrame:
    """Return the keys that rows in doubt name."""
    frames = [doubts.sound[link.table.name]]
    if link.table.name in doubts.marked:
        frames.append(doubts.marked[link.table.name].lazy())
    # A row without a readable key is in doubt itself, whatever the key was.
    is_taken = pl.col(link.table.key).is_in(taken.implode()) | pl.col(link.table.key).is_null()
    names = pl.concat(each.filter(is_taken).select(live=link.column) for each in frames)
    return _resolved(names.drop_nulls(), doubts.sound[link.of.name], link.of).unique()


def _resolved(named: pl.LazyFrame, others: pl.LazyFrame, of: Table) -> pl.LazyFrame:
    """Let the column `live` name live rows only."""
    if not _has_history(others):
        return named
    rows = others.select(pl.col(of.key).alias("live"), "ValidityTo", "LegacyID")
    return resolved(named, "live", rows, "live")


def _trimmed(rows: pl.LazyFrame, column: str) -> pl.Expr:
    """Null for what openIMIS writes for nothing."""
    if rows.collect_schema()[column] == pl.String:
        text = pl.col(column).str.strip_chars()
        return pl.when(text != "").then(text)
    return pl.when(pl.col(column) != 0).then(column)


def _settled(doubts: Doubts, keys: pl.Series) -> pl.Series:
    """Return those of the people who are current and have a place without their claims."""
    current = live_rows(doubts.sound[INSUREES.name], INSUREES.key).filter(is_current())
    at_home = pl.col("place_source") != FACILITY
    found = places(doubts.sound).filter(at_home, pl.col("InsureeID").is_in(keys.implode()))
    settled = found.join(current.select("InsureeID"), on="InsureeID", how="semi")
    return settled.select("InsureeID").collect().to_series()
