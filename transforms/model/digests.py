"""What the objects of a part of the people are made of, as one text: is all of it as it was?

    its own       people, covers, claims, lines,   the rows of the part's people
                  premiums
    shared        policies, families               those that its covers and people name, with what
                                                   says who is the head and who carries the value
    days          of rows by whose day something is due, whether that day has come
    numbers       whose insurance number another person has too
    everybody's   places, products, lists; what is in doubt; the country file, the key, the release

Rows count whatever their order: their hashes are summed. Polars may hash otherwise in another
version, so its version counts too.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from transforms import VERSION
from transforms.model.claims import TIME_ZONES
from transforms.openimis.owners import (
    OWNED,
    PAID,
    PARTITION,
    SHARED,
    Lookup,
    lookup_of,
    premiums_with_partition,
    rows_with_partition,
)
from transforms.openimis.register import Register
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import CLAIMS, COVERS, PEOPLE, POLICIES, PREMIUMS, Subject

PARTS_A_BUCKET = 16
_DAY = dt.timedelta(days=1)
_COVERED = {"effective_date": 0 * _DAY, "expiry_date": -_DAY}
_OF_POLICIES = {f"policy_{name}": later for name, later in _COVERED.items()}
DUE: Mapping[str, Mapping[str, dt.timedelta]] = {
    COVERS.name: _COVERED,
    POLICIES.name: _OF_POLICIES,
    CLAIMS.name: {"date_claimed": TIME_ZONES},
    PREMIUMS.name: {"pay_date": TIME_ZONES},
}
"""Subject → column → how long after the day of the snapshot its day may be, to have come."""
_DIVIDED = (*OWNED, *SHARED, *PAID)
_HASH = "hash"


@dataclass(frozen=True)
class Made:
    """What objects are made of.

    Attributes:
        register: Of everybody.
        as_of: The day of the snapshot, in the source's time zone.
        settings: What else counts: the country file, the fingerprint of the key.
        placement: See `transforms.model.desired`.
    """

    register: Register
    as_of: dt.date
    settings: Sequence[str | None]
    placement: pl.DataFrame | None = None


def digest(made: Made) -> str:
    """Return a digest of everything: while it is as before, so is what DHIS2 should hold."""
    of_people = {subject.name: _sum(_versions(made, subject)) for subject in _DIVIDED}
    return _text([*_common(made), of_people])


def digests_of_parts(made: Made, parts: int, part_of: Callable[[pl.Expr], pl.Expr]) -> list[str]:
    """Return a digest for each part: while it is as before, so is what DHIS2 should hold of it.

    Args:
        made: What objects are made of. If only people of some regions are sent, no part is by
            itself: where a member of a policy is may depend on a claim.
        parts: Into how many parts people are divided.
        part_of: Makes the number of a part of an insuree's UUID.
    """
    common = _common(made)
    sums = _Parts(made.register, made.as_of, parts, part_of).sums()
    return [_text([*common, parts, number, *each]) for number, each in enumerate(sums)]


def with_days_come(subject: str, rows: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Add to the rows of a subject, for each day by which something is due, whether it has come."""
    return rows.with_columns(
        (pl.col(name) <= as_of + later).alias(f"{name} has come")
        for name, later in DUE.get(subject, {}).items()
    )


def _versions(made: Made, subject: Subject) -> pl.LazyFrame:
    rows: Rows = getattr(made.register, subject.name)
    return with_days_come(subject.name, rows.versions, made.as_of)


def _common(made: Made) -> list[object]:
    return [VERSION, pl.__version__, *made.settings, dict(_everybodys(made))]


def _text(content: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _everybodys(made: Made) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield rows and sum of each table of which every part has all, and of what is in doubt."""
    divided = {subject.table.name for subject in _DIVIDED}
    for name in sorted(made.register.snapshot.keys() - divided):
        yield name, _sum(made.register.snapshot[name])
    for name, frame in sorted(made.register.doubts.objects.items()):
        yield f"in doubt: {name}", _sum(frame.lazy())
    yield "unreadable", _sum(made.register.doubts.unreadable.lazy())
    if made.placement is not None:
        yield "placement", _sum(made.placement.lazy())


def _sum(frame: pl.LazyFrame) -> tuple[int, int]:
    hashed = frame.select(pl.struct(pl.all()).hash(0).alias(_HASH))
    found = hashed.select(pl.len(), pl.col(_HASH).sum()).collect(engine="streaming")
    rows, total = found.row(0)
    return rows, total


@dataclass(frozen=True)
class _Parts:
    """The rows that are somebody's.

    Attributes:
        register: Of everybody.
        as_of: The day of the snapshot.
        count: Into how many parts people are divided.
        part_of: Makes the number of a part of an insuree's UUID.
    """

    register: Register
    as_of: dt.date
    count: int
    part_of: Callable[[pl.Expr], pl.Expr]

    def sums(self) -> list[list[int]]:
        """Return the sums of each part: of one kind of row after another."""
        parts = pl.DataFrame({PARTITION: range(self.count)})
        for number, frame in enumerate(self._frames()):
            hashed = frame.select(
                pl.col(PARTITION).cast(pl.Int64),
                pl.struct(pl.exclude(PARTITION)).hash(number).alias(_HASH),
            )
            found = _by(hashed, PARTITION).rename({_HASH: str(number)})
            parts = parts.join(found.collect(engine="streaming"), on=PARTITION, how="left")
        return [list(row[1:]) for row in parts.fill_null(0).sort(PARTITION).iter_rows()]

    def _frames(self) -> Iterator[pl.LazyFrame]:
        """Yield rows with the part whose they are, and with the sums of what they name."""
        for name, rows in self._rows.items():
            if name == PEOPLE.name:
                yield rows.with_columns(family=self._families.of("family_id"))
            elif name != COVERS.name:
                yield with_days_come(name, rows, self.as_of)
        for is_in in self._buckets("policy_id"):
            yield self._covers(is_in)
            if PREMIUMS.table.name in self.register.snapshot:
                yield self._premiums(is_in)
        for is_in in self._buckets("number"):
            yield self._doubled_numbers(is_in)

    def _buckets(self, key: str) -> Iterator[pl.Expr]:
        """Yield filters of rows by a key, so that what is looked up at once fits in memory."""
        buckets = -(-self.count // PARTS_A_BUCKET)
        for bucket in range(buckets):
            yield pl.col(key).fill_null(0) % buckets == bucket

    @cached_property
    def _rows(self) -> dict[str, pl.LazyFrame]:
        return rows_with_partition(self.register, self.part_of)

    @cached_property
    def _paid(self) -> pl.LazyFrame:
        return premiums_with_partition(self.register, self.part_of)

    @cached_property
    def _families(self) -> Lookup:
        """Sums by family: what it is and was, and who its members are that may be its head."""
        members = self.register.people.current.select("family_id", "insuree_id", "is_marked_head")
        return _lookup("family_id", self.register.families.versions, members)

    @cached_property
    def _people(self) -> Lookup:
        """Sums by insuree: whether that is a person who is current."""
        columns = ("insuree_id", "insuree_uuid", "is_copy", "valid_until")
        return _lookup("insuree_id", self._rows[PEOPLE.name].select(columns))

    def _covers(self, is_in: pl.Expr) -> pl.LazyFrame:
        """Return covers of some policies with the sums of these: of all who are covered by them."""
        policies = with_days_come(
            POLICIES.name, self.register.policies.versions, self.as_of
        ).filter(is_in)
        covers = with_days_come(COVERS.name, self._rows[COVERS.name], self.as_of).filter(is_in)
        of_policies = _lookup(
            "policy_id",
            policies.with_columns(family=self._families.of("family_id")),
            covers.with_columns(person=self._people.of("insuree_id")),
        )
        return covers.with_columns(policy=of_policies.of("policy_id"))

    def _premiums(self, is_in: pl.Expr) -> pl.LazyFrame:
        """Return what was paid for some policies, with the sums of these and their families."""
        policies = self.register.policies.versions.filter(is_in)
        of_policies = _lookup(
            "policy_id", policies.with_columns(family=self._families.of("family_id"))
        )
        dated = with_days_come(PREMIUMS.name, self._paid.filter(is_in), self.as_of)
        return dated.with_columns(policy=of_policies.of("policy_id"))

    def _doubled_numbers(self, is_in: pl.Expr) -> pl.LazyFrame:
        """Return those of some people whose insurance number another person has too."""
        number = pl.col("chf_id").str.strip_chars()
        people = self._rows[PEOPLE.name].filter(pl.col("valid_until").is_null(), number != "")
        numbers = people.select("insuree_id", PARTITION, number=number.hash(0))
        return numbers.filter(is_in).filter(pl.len().over("number") > 1)


def _lookup(key: str, *frames: pl.LazyFrame) -> Lookup:
    """Return the sum of the hashes of all rows that have a key, by key."""
    hashed = [
        frame.select(key, pl.struct(pl.all()).hash(seed).alias(_HASH))
        for seed, frame in enumerate(frames)
    ]
    return lookup_of(_by(pl.concat(hashed), key))


def _by(hashed: pl.LazyFrame, key: str) -> pl.LazyFrame:
    return hashed.group_by(key).agg(pl.col(_HASH).sum())
