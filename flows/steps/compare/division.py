"""Divide openIMIS by person: one part of the people fits in memory, however many parts there are.

    register ─► people, covers, claims, lines        each row in the part of its person
             ─► premiums                             in the part of the head of the household
             ─► policies ─► families and their heads each row in every part that needs it
             ─► who carries the value of a policy    all its members say it, each part needs it

Of what several parts need, neither side fits in memory: both are divided into buckets first.
"""

from collections.abc import Sequence
from functools import partial

import polars as pl

from staging.divided import BUCKET, bucket_of, discard, divide, scan_bucket
from staging.layout import Run
from transforms.changes.objects.partitions import partition_of
from transforms.model.people import desired_people
from transforms.model.policies import value_candidates, value_holders
from transforms.openimis.country import Country
from transforms.openimis.owners import (
    NUMBER,
    OWNED,
    PAID,
    PARTITION,
    SHARED,
    heads_among,
    premiums_with_partition,
    rows_with_partition,
)
from transforms.openimis.register import PartialRegister, Register, part_of
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import COVERS, FAMILIES, PEOPLE, POLICIES, PREMIUMS, Subject

PARTS_A_BUCKET = 16
HEADS, HOLDERS, CANDIDATES, MEMBERS, NEEDS = "heads", "holders", "candidates", "members", "needs"

_KEY = pl.Int64()
_HEADS: dict[str, pl.DataType] = {"family_id": _KEY, "insuree_id": _KEY}
_HOLDERS: dict[str, pl.DataType] = {"cover_id": _KEY}
_CANDIDATES: dict[str, pl.DataType] = {
    "policy_id": _KEY, "cover_id": _KEY, "is_head": pl.Boolean(), PARTITION: NUMBER,
}  # fmt: skip
_MEMBERS: dict[str, pl.DataType] = _HEADS | {"is_marked_head": pl.Boolean()}


def divide_register(run: Run, register: Register, parts: int, *, paid: bool = False) -> None:
    """Write the rows that each part of the people needs; done again, it begins anew.

    Args:
        run: The run.
        register: Of everybody.
        parts: Into how many parts the people are divided.
        paid: Whether what households paid is divided too.
    """
    discard(run.parts)
    number = partial(partition_of, partitions=parts)
    rows = rows_with_partition(register, number)
    if paid:
        rows[PREMIUMS.name] = premiums_with_partition(register, number)
    for name, frame in rows.items():
        _divide_by_part(run, name, frame, parts)
    naming = [rows[name] for name in (COVERS.name, PREMIUMS.name) if name in rows]
    _spread_policies(run, register, naming, parts)
    _spread_families(run, register, rows[PEOPLE.name], parts)
    discard(run.parts / NEEDS)


def divide_candidates(
    run: Run, register: Register, country: Country, number: int, parts: int
) -> None:
    """Write which covers of one part may carry the value of their policy; done again, anew."""
    part = part_of_people(run, register, number)
    candidates = value_candidates(part, desired_people(part, country))
    own = candidates.with_columns(pl.lit(number, NUMBER).alias(PARTITION))
    discard(run.parts / CANDIDATES / str(number))
    _divide_by(run, f"{CANDIDATES}/{number}", own, "policy_id", _buckets(parts))


def divide_values(run: Run, parts: int) -> None:
    """Write who carries the value of each policy, for each part; all candidates are divided."""
    for bucket in range(_buckets(parts)):
        candidates = scan_bucket(run.parts / CANDIDATES, bucket, _CANDIDATES)
        holders = value_holders(candidates).join(candidates, on="cover_id")
        _divide_by_part(run, f"{HOLDERS}/{bucket}", holders.select("cover_id", PARTITION), parts)
    discard(run.parts / CANDIDATES)


def part_of_people(
    run: Run, register: Register, number: int, *, paid: bool = False
) -> PartialRegister:
    """Return the register of one part of the people; see `divide_register`."""
    divided = {
        subject.name: scan_bucket(run.parts / subject.name, number, _versions(register, subject))
        for subject in (*OWNED, *SHARED, *(PAID if paid else ()))
    }
    return part_of(register, divided, scan_bucket(run.parts / HEADS, number, _HEADS))


def holders_in_part(run: Run, number: int) -> pl.LazyFrame:
    """Return which covers of one part carry the value of their policy: cover_id."""
    return scan_bucket(run.parts / HOLDERS, number, _HOLDERS)


def _spread_policies(
    run: Run, register: Register, naming: Sequence[pl.LazyFrame], parts: int
) -> None:
    """Write the policies that rows of each part name, and which families they are of."""
    buckets = _buckets(parts)
    for place, rows in enumerate(naming):
        named = rows.select("policy_id", PARTITION)
        _divide_by(run, f"{NEEDS}/policies/{place}", named, "policy_id", buckets)
    _divide_by(run, f"{NEEDS}/all_policies", register.policies.versions, "policy_id", buckets)
    schema = _versions(register, POLICIES)
    for bucket in range(buckets):
        rows = scan_bucket(run.parts / NEEDS / "all_policies", bucket, schema)
        needed = rows.join(_needs(run, "policies", "policy_id", bucket), on="policy_id")
        _divide_by_part(run, f"{POLICIES.name}/{bucket}", needed, parts)
        families = needed.select("family_id", PARTITION)
        _divide_by(run, f"{NEEDS}/families/{bucket}", families, "family_id", buckets)


def _spread_families(run: Run, register: Register, insurees: pl.LazyFrame, parts: int) -> None:
    """Write the families that people and policies of each part name, and their heads."""
    buckets = _buckets(parts)
    families = insurees.select("family_id", PARTITION)
    _divide_by(run, f"{NEEDS}/families/people", families, "family_id", buckets)
    _divide_by(run, f"{NEEDS}/all_families", register.families.versions, "family_id", buckets)
    members = register.people.current.select(*_MEMBERS)
    _divide_by(run, f"{NEEDS}/{MEMBERS}", members, "family_id", buckets)
    schema = _versions(register, FAMILIES)
    for bucket in range(buckets):
        needs = _needs(run, "families", "family_id", bucket)
        rows = scan_bucket(run.parts / NEEDS / "all_families", bucket, schema)
        heads = heads_among(rows, scan_bucket(run.parts / NEEDS / MEMBERS, bucket, _MEMBERS))
        for name, frame in ((FAMILIES.name, rows), (HEADS, heads)):
            _divide_by_part(run, f"{name}/{bucket}", frame.join(needs, on="family_id"), parts)


def _needs(run: Run, name: str, key: str, bucket: int) -> pl.LazyFrame:
    """Return which parts need which keys, each pair once."""
    schema = {key: _KEY, PARTITION: NUMBER}
    return scan_bucket(run.parts / NEEDS / name, bucket, schema).unique()


def _divide_by(run: Run, name: str, frame: pl.LazyFrame, key: str, buckets: int) -> None:
    rows = frame.filter(pl.col(key).is_not_null())
    divide(run.parts / name, rows, buckets, by=bucket_of(key, buckets))


def _divide_by_part(run: Run, name: str, frame: pl.LazyFrame, parts: int) -> None:
    divide(run.parts / name, frame.rename({PARTITION: BUCKET}), parts)


def _buckets(parts: int) -> int:
    return -(-parts // PARTS_A_BUCKET)


def _versions(register: Register, subject: Subject) -> pl.Schema:
    rows: Rows = getattr(register, subject.name)
    return rows.versions.collect_schema()
