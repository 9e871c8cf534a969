"""Whose each row is: so that openIMIS can be divided by person, however many people there are.

    people ─┬─ covers
            ├─ premiums for the policies of the family of which one is the head
            └─ claims ─┬─ services ── contents of packages
                       └─ items

Copies go with the row that they are of, lines with their claim. Policies, families and heads may
be needed by several parts. The rows of all other subjects are everybody's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from transforms.openimis.frames import Frames
from transforms.openimis.heads import heads_of
from transforms.openimis.payments import is_funding
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import (
    CLAIMS,
    COVERS,
    FAMILIES,
    ITEMS,
    PACKAGE_ITEMS,
    PACKAGE_SERVICES,
    PEOPLE,
    POLICIES,
    PREMIUMS,
    SERVICES,
)

OWNED = (PEOPLE, COVERS, CLAIMS, SERVICES, ITEMS, PACKAGE_SERVICES, PACKAGE_ITEMS)
"""The subjects whose rows are somebody's."""
PAID = (PREMIUMS,)
"""Those of the head of a household; they are divided only where the country asks for them."""
SHARED = (POLICIES, FAMILIES)
"""The subjects whose rows several people may need."""
PARTITION = "partition"
NUMBER = pl.UInt16()
"""Type of a partition's number."""
NOBODY = 0
"""The partition of rows that name an insuree, or a claim, which does not exist."""


@dataclass(frozen=True)
class Lookup:
    """Numbers by key: eight bytes a key and those of a number, while millions are looked up.

    Attributes:
        keys: Ascending, each once.
        numbers: Of each key: its partition, or another number.
    """

    keys: pl.Series
    numbers: pl.Series

    def of(self, key: str) -> pl.Expr:
        """Return the number of the rows that hold a key in the column `key`; else 0: `NOBODY`."""
        dtype = self.numbers.dtype
        return pl.col(key).map_batches(self._find, return_dtype=dtype, is_elementwise=True)

    def _find(self, keys: pl.Series) -> pl.Series:
        nothing = pl.Series([NOBODY], dtype=self.numbers.dtype)
        if self.keys.is_empty():
            return nothing.new_from_index(0, len(keys))
        place = self.keys.search_sorted(keys.fill_null(0)).clip(upper_bound=len(self.keys) - 1)
        is_there = (self.keys.gather(place) == keys).fill_null(value=False)
        return self.numbers.gather(place).zip_with(is_there, nothing)


def lookup_of(frame: pl.LazyFrame) -> Lookup:
    """Return the lookup of a frame of two columns: a key (each once), and its number."""
    rows = frame.select(key=pl.nth(0), number=pl.nth(1)).drop_nulls("key").sort("key")
    found = rows.collect(engine="streaming")
    return Lookup(found["key"].rechunk(), found["number"].rechunk())


def rows_with_partition(
    register: Frames, partition: Callable[[pl.Expr], pl.Expr]
) -> dict[str, pl.LazyFrame]:
    """Return the rows that are somebody's, with the partition of that person.

    Args:
        register: Of everybody.
        partition: Makes the number of a partition of an insuree's UUID.

    Returns:
        Name of a subject to its versions (see `transforms.openimis.rows.Rows`), with `partition`
        (UInt16) besides.
    """
    number = partition(pl.col("insuree_uuid")).cast(NUMBER)
    people = lookup_of(register.people.live.select("insuree_id", number))
    claims = _of_people(register.claims, people)
    # A line of a copy of a claim names that copy.
    of_claim = lookup_of(claims.select("version", PARTITION)).of("claim_id")
    services = register.services.versions.with_columns(partition=of_claim)
    return {
        PEOPLE.name: register.people.versions.with_columns(partition=people.of("insuree_id")),
        COVERS.name: _of_people(register.covers, people),
        CLAIMS.name: claims,
        SERVICES.name: services,
        ITEMS.name: register.items.versions.with_columns(partition=of_claim),
        **_contents_of_packages(register, services),
    }


def premiums_with_partition(
    register: Frames, partition: Callable[[pl.Expr], pl.Expr]
) -> pl.LazyFrame:
    """Return the versions of premiums, with the partition of the head of the policy's family.

    Funding is of nobody: its partition is that of its own UUID.

    Args:
        register: Of everybody; where it reads no premiums, there are none.
        partition: See `rows_with_partition`.
    """
    number = partition(pl.col("insuree_uuid")).cast(NUMBER)
    people = lookup_of(register.people.live.select("insuree_id", number))
    heads = lookup_of(register.heads.select("family_id", people.of("insuree_id")))
    families = lookup_of(register.policies.live.select("policy_id", "family_id"))
    named = register.premiums.live.with_columns(family=families.of("policy_id"))
    nobodys = partition(pl.col("premium_uuid")).cast(NUMBER)
    of_payment = pl.when(is_funding()).then(nobodys).otherwise(heads.of("family"))
    payments = lookup_of(named.select("premium_id", of_payment.alias(PARTITION)))
    return register.premiums.versions.with_columns(partition=payments.of("premium_id"))


def _contents_of_packages(register: Frames, services: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return them where they are read; where they are not, no service line is looked up."""
    contents = {
        subject.name: rows.versions
        for subject, rows in (
            (PACKAGE_SERVICES, register.package_services),
            (PACKAGE_ITEMS, register.package_items),
        )
        if subject.table.name in register.snapshot
    }
    if not contents:
        return {}
    of_line = lookup_of(services.filter(~pl.col("is_copy")).select("line_id", PARTITION))
    partition = of_line.of("line_id")
    return {name: each.with_columns(partition=partition) for name, each in contents.items()}


def _of_people(rows: Rows, people: Lookup) -> pl.LazyFrame:
    """Add the partition of the insuree whom the live row names."""
    copied = rows.live.join(rows.copies.select(rows.key).unique(), on=rows.key, how="semi")
    live = lookup_of(copied.select(rows.key, people.of("insuree_id")))
    own = pl.when("is_copy").then(live.of(rows.key)).otherwise(people.of("insuree_id"))
    return rows.versions.with_columns(partition=own)


def heads_among(families: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """Return the head of each of some families that has one: family_id, insuree_id.

    Args:
        families: Their versions.
        members: At least their current members: family_id, insuree_id, is_marked_head.
    """
    return heads_of(Rows(FAMILIES.key, families).live, members)
