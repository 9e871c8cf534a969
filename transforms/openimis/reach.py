"""How far a value that cannot be read reaches, along `transforms.openimis.tables.doubt_links`."""

import polars as pl

from transforms.openimis.doubts import Doubts
from transforms.openimis.frames import Frames
from transforms.openimis.history import copies_of, has_history, live_key
from transforms.openimis.homes import FACILITY
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE, Table
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.doubt_links import KIN, LASTING, LINKS, SIBLINGS, SIGN, Link
from transforms.openimis.unreadable import (
    UNREADABLE_ROW,
    own_objects,
    sound_rows,
    unreadable_rows,
    with_kin,
    with_siblings,
)


def doubts_of(snapshot: Tables) -> Doubts:
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
    sound = {name: sound_rows(snapshot[name], TABLES[name]) for name in with_marks}
    objects = {name: own_objects(rows, TABLES[name]) for name, rows in marked.items()}
    for name in KIN.keys() & marked.keys():
        objects[name] = with_kin(objects[name], marked[name], sound[name], TABLES[name])
    for name in SIBLINGS.keys() & marked.keys():
        objects[name] = with_siblings(objects[name], marked[name], sound[name], TABLES[name])
    unreadable = [unreadable_rows(rows, TABLES[name]) for name, rows in marked.items()]
    doubts = Doubts(
        {**snapshot, **sound},
        objects,
        marked,
        pl.concat([pl.DataFrame(schema=UNREADABLE_ROW), *unreadable]),
    )
    for link in LINKS if marked else ():
        _follow(doubts, link)
    return doubts


def _follow(doubts: Doubts, link: Link) -> None:
    """Add what is in doubt because of what it names, or of what names it."""
    if not _is_read(doubts, link):
        return
    start, end = (link.table, link.of) if link.back else (link.of, link.table)
    matching = _matching_keys(doubts, link, start)
    loses = doubts.has_unreadable(start.name, start.key)
    if matching.is_empty() and not loses:
        return
    named = (
        _keys_named_by(doubts, link, matching)
        if link.back
        else _keys_naming(doubts, link, matching, loses=loses)
    )
    keys = named.collect().to_series()
    if link.unless_settled:
        keys = keys.filter(~keys.is_in(_settled_people(doubts, keys).implode()))
    before = doubts.of(end)
    more = pl.DataFrame(
        {"key": keys, "column": pl.Series([link.sign] * len(keys), dtype=pl.String)}
    )
    doubts.objects[end.name] = pl.concat([before, more.cast(before.schema)]).unique()


def _is_read(doubts: Doubts, link: Link) -> bool:
    """Whether both tables of a link, and its foreign key, are in the snapshot."""
    if not {link.table.name, link.of.name}.issubset(doubts.sound):
        return False
    return link.column in doubts.sound[link.table.name].collect_schema()


def _matching_keys(doubts: Doubts, link: Link, start: Table) -> pl.Series:
    """Return the keys of the objects in doubt that matter for a link."""
    identity = [start.key, start.uuid, "LegacyID", None if start.name in LASTING else "ValidityTo"]
    matters = pl.col("column").is_in([*filter(None, identity), *link.takes])
    if link.all_columns:
        matters |= ~pl.col("column").str.starts_with(SIGN)
    return doubts.of(start).filter(matters)["key"].drop_nulls().unique()


def _keys_naming(doubts: Doubts, link: Link, matching: pl.Series, *, loses: bool) -> pl.LazyFrame:
    """Return the keys of the objects whose rows name one in doubt, or one that is not there."""
    rows, others = doubts.sound[link.table.name], doubts.sound[link.of.name]
    own = live_key(link.table.key) if has_history(link.table) else pl.col(link.table.key)
    name = _trim(rows, link.column)
    named = _resolve(rows.select(own.alias("key"), name.alias("name"), live=name), others, link.of)
    matches = pl.any_horizontal(pl.col(each).is_in(matching.implode()) for each in ("name", "live"))
    parts = [named.filter(matches.fill_null(value=False))]
    if loses:
        listed = others.select(name=_trim(others, link.of.key))
        parts.append(named.drop_nulls("name").join(listed, on="name", how="anti"))
    return pl.concat([each.select("key") for each in parts]).unique()


def _keys_named_by(doubts: Doubts, link: Link, matching: pl.Series) -> pl.LazyFrame:
    """Return the keys that rows in doubt name."""
    frames = [doubts.sound[link.table.name]]
    if link.table.name in doubts.marked:
        frames.append(doubts.marked[link.table.name].lazy())
    # A row without a readable key is in doubt itself, whatever the key was.
    matches = pl.col(link.table.key).is_in(matching.implode()) | pl.col(link.table.key).is_null()
    names = pl.concat(each.filter(matches).select(live=link.column) for each in frames)
    return _resolve(names.drop_nulls(), doubts.sound[link.of.name], link.of).unique()


def _resolve(named: pl.LazyFrame, others: pl.LazyFrame, of: Table) -> pl.LazyFrame:
    """Let the column `live` name live rows only."""
    if not has_history(of):
        return named
    copies = copies_of(others, of.key).rename({"live": "_live"})
    return (
        named.join(copies, left_on="live", right_on="version", how="left")
        .with_columns(live=pl.coalesce("_live", "live"))
        .drop("_live")
    )


def _trim(rows: pl.LazyFrame, column: str) -> pl.Expr:
    """Null for what openIMIS writes for nothing."""
    if rows.collect_schema()[column] == pl.String:
        text = pl.col(column).str.strip_chars()
        return pl.when(text != "").then(text)
    return pl.when(pl.col(column) != 0).then(column)


def _settled_people(doubts: Doubts, keys: pl.Series) -> pl.Series:
    """Return those of the people who are current and have a place without their claims."""
    frames = Frames(doubts.sound)
    at_home = pl.col("place_source") != FACILITY
    homes = frames.homes.filter(at_home, pl.col("insuree_id").is_in(keys.implode()))
    settled = homes.join(frames.people.current, on="insuree_id", how="semi")
    return settled.select("insuree_id").collect().to_series()
