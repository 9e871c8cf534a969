"""Rows of openIMIS for tests: each is valid, so that a test shows only what matters to it.

    locations        1 region ── 2 district ─┬─ 3 ward ─┬─ 4 village
                                             │          └─ 5 village
                                             └─ facility 1
    families         family 1 in village 4, headed by insuree 1
    insurees         insuree 1, a member of family 1

A row without a key of its own gets its number in the list. Row n of a table has the UUID
`uuid(table, n)`, and so the org unit of location n is `org_unit("tblLocations", n)`.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.core.uids import uid_of_uuid
from transforms.openimis.register import Register, register_of
from transforms.openimis.tables.columns import TABLES

Change = Mapping[str, Any]

CREATED = dt.datetime.fromisoformat("2020-01-01")
REPLACED = dt.datetime.fromisoformat("2023-01-01")

PLACES: tuple[Change, ...] = (
    {"LocationType": "R", "LocationCode": "R1", "LocationName": "Ultha"},
    {"LocationType": "D", "LocationCode": "R1D1", "LocationName": "Rapta", "ParentLocationId": 1},
    {"LocationType": "W", "LocationCode": "R1D1M1", "LocationName": "Jamu", "ParentLocationId": 2},
    {"LocationCode": "R1D1M1V1", "LocationName": "Rachla"},
    {"LocationCode": "R1D1M1V2", "LocationName": "Jawar"},
)

_DEFAULTS: dict[str, Change] = {
    "tblLocations": {"LocationType": "V", "ParentLocationId": 3},
    "tblHF": {
        "HFCode": "RAHOS001",
        "HFName": "Rapta District Hospital",
        "HFLevel": "H",
        "LocationId": 2,
    },
    "tblFamilies": {"InsureeID": 1, "LocationId": 4},
    "tblInsuree": {"FamilyID": 1, "IsHead": False, "DOB": dt.date(1990, 5, 17), "Gender": "F"},
    "tblPolicy": {
        "FamilyID": 1,
        "ProdID": 1,
        "PolicyStage": "N",
        "PolicyStatus": 2,
        "PolicyValue": Decimal("10000.00"),
        "EnrollDate": dt.date(2023, 1, 1),
        "StartDate": dt.date(2023, 1, 1),
        "EffectiveDate": dt.date(2023, 1, 1),
        "ExpiryDate": dt.date(2023, 12, 31),
    },
    "tblPremium": {
        "PolicyID": 1,
        "Amount": Decimal("5000.00"),
        "PayDate": dt.date(2023, 1, 2),
        "PayType": "C",
        "isPhotoFee": False,
    },
    "tblInsureePolicy": {
        "InsureeID": 1,
        "PolicyId": 1,
        "EnrollmentDate": dt.date(2023, 1, 1),
        "StartDate": dt.date(2023, 1, 1),
        "EffectiveDate": dt.date(2023, 1, 1),
        "ExpiryDate": dt.date(2023, 12, 31),
    },
    "tblProduct": {"ProductCode": "BCUL0001", "ProductName": "Basic Cover Ultha"},
    "tblClaim": {
        "InsureeID": 1,
        "HFID": 1,
        "ClaimStatus": 2,
        "DateFrom": dt.date(2023, 6, 1),
        "DateTo": dt.date(2023, 6, 1),
        "DateClaimed": dt.date(2023, 6, 2),
        "ICDID": 1,
        "VisitType": "O",
    },
    "tblClaimItems": {
        "ClaimID": 1,
        "ItemID": 1,
        "ClaimItemStatus": 1,
        "QtyProvided": Decimal("2.00"),
        "PriceAsked": Decimal("10.00"),
    },
    "tblClaimServices": {
        "ClaimID": 1,
        "ServiceID": 1,
        "ClaimServiceStatus": 1,
        "QtyProvided": Decimal("1.00"),
        "PriceAsked": Decimal("400.00"),
    },
    "tblItems": {"ItemCode": "0004", "ItemName": "Acetylsalicylic acid"},
    "tblServices": {"ServCode": "A1", "ServName": "General Consultation"},
    "tblICDCodes": {"ICDCode": "A00", "ICDName": "Cholera"},
}

_NUMBERED: dict[str, Callable[[int], Change]] = {
    "tblInsuree": lambda number: {
        "CHFID": f"{70707070 + number}",
        "LastName": "Ilunga",
        "OtherNames": "Amani",
    },
    "tblClaim": lambda number: {"ClaimCode": f"C{number:07d}"},
}

_LISTS: dict[str, tuple[Change, ...]] = {
    "tblGender": (
        {"Code": "F", "Gender": "Female", "SortOrder": 2},
        {"Code": "M", "Gender": "Male", "SortOrder": 1},
        {"Code": "O", "Gender": "Other", "SortOrder": 3},
    ),
    "tblProfessions": ({"ProfessionId": 1, "Profession": "Housewife"},),
    "tblEducations": ({"EducationId": 1, "Education": "Nursery"},),
    "tblFamilyTypes": ({"FamilyTypeCode": "H", "FamilyType": "Household"},),
    "tblIdentificationTypes": ({"IdentificationCode": "N", "IdentificationTypes": "National ID"},),
}

_ONE_ROW: tuple[Change, ...] = ({},)
_UNLESS_SAID: dict[str, tuple[Change, ...]] = {
    "tblLocations": PLACES,
    "tblHF": _ONE_ROW,
    "tblFamilies": _ONE_ROW,
    "tblInsuree": _ONE_ROW,
    "tblProduct": _ONE_ROW,
    "tblItems": _ONE_ROW,
    "tblServices": _ONE_ROW,
    "tblICDCodes": _ONE_ROW,
    "tblClaimAdmin": _ONE_ROW,
    **_LISTS,
}


def uuid(table: str, number: int) -> str:
    """Return the UUID of row `number` of an openIMIS table."""
    return (
        f"{number * 2654435761 % 2**32:08x}-{list(TABLES).index(table):04x}-4000-8000-{number:012x}"
    )


def org_unit(table: str, number: int) -> str:
    """Return the UID of the org unit that row `number` of `tblLocations` or `tblHF` becomes."""
    return str(pl.select(uid_of_uuid(pl.lit(uuid(table, number)))).item())


def history_of(key: int, **changes: Any) -> dict[str, Any]:
    """Return what makes a row a copy of an earlier version of row `key`."""
    return {"LegacyID": key, "ValidityTo": REPLACED} | changes


def deleted(**changes: Any) -> dict[str, Any]:
    """Return what makes a row a deleted one."""
    return {"ValidityTo": REPLACED} | changes


def rows(table: str, *changes: Change) -> pl.LazyFrame:
    """Return one valid row of an openIMIS table for each of `changes`, with these columns changed.

    The columns and types are those of the snapshot.
    """
    found = [_row(table, number, change) for number, change in enumerate(changes, start=1)]
    schema = {column.name: column.dtype for column in TABLES[table].columns}
    return pl.LazyFrame(found, schema=schema, orient="row")


def snapshot(**changes: Sequence[Change]) -> dict[str, pl.LazyFrame]:
    """Return a snapshot: of the tables named, the rows asked for; else a row or none.

    A table is named without `tbl`, as in `snapshot(Insuree=[{"CurrentVillage": 5}])`.
    """
    if unknown := [name for name in changes if f"tbl{name}" not in TABLES]:
        raise ValueError(f"No table of openIMIS: {unknown}")
    return {
        name: rows(name, *changes.get(name.removeprefix("tbl"), _UNLESS_SAID.get(name, ())))
        for name in TABLES
    }


def register(**changes: Sequence[Change]) -> Register:
    """Return the register of such a snapshot."""
    return register_of(snapshot(**changes))


def _row(table: str, number: int, change: Change) -> dict[str, Any]:
    described = TABLES[table]
    nothing: dict[str, Any] = {column.name: None for column in described.columns}
    if unknown := set(change) - set(nothing):
        raise ValueError(f"No column of {table}: {unknown}")
    key = change.get(described.key, number)
    found = nothing | {described.key: key} | dict(_DEFAULTS.get(table, {}))
    if table in _NUMBERED:
        found |= _NUMBERED[table](key)
    if described.uuid:
        found[described.uuid] = uuid(table, key)
    if "ValidityFrom" in nothing:
        found["ValidityFrom"] = CREATED
    return found | dict(change)
