"""What openIMIS does to places, facilities and catalogues."""

from datetime import datetime
from decimal import Decimal

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.database import CURRENT, OpenImis
from tests.support.openimis_sample.plan import AUDIT_USER


def update_location(imis: OpenImis, location: int, now: datetime) -> None:
    """A new name: no history at all, ValidityFrom moves, population is lost if not sent."""
    name = f"New {imis.row('tblLocations', location)['LocationName']}"[:50]
    imis.update(
        "tblLocations", location, LocationName=name, ValidityFrom=now, MalePopulation=None,
        FemalePopulation=None, OtherPopulation=None, Families=None,
    )  # fmt: skip


def move_location(imis: OpenImis, location: int, now: datetime) -> None:
    """Under another parent of the same kind: history, ValidityFrom unmoved."""
    imis.save_history("tblLocations", location, now)
    imis.update("tblLocations", location, ParentLocationId=_other_parent(imis, location))


def new_location(imis: OpenImis, district: int, now: datetime) -> int:
    """A ward with three villages."""
    ward = _enter_location(imis, "W", district, now)
    for _ in range(3):
        _enter_location(imis, "V", ward, now)
    return ward


def delete_location_with_new_parent(imis: OpenImis, location: int, now: datetime) -> None:
    """No history, ValidityFrom unmoved, ValidityTo now; the children go elsewhere without trace."""
    row = imis.row("tblLocations", location)
    heirs = imis.keys(
        f'SELECT "LocationId" FROM "tblLocations" WHERE {CURRENT} AND "LocationType" = ?'
        ' AND "LocationId" <> ? ORDER BY 1', row["LocationType"], location
    )  # fmt: skip
    imis.execute(
        'UPDATE "tblLocations" SET "ParentLocationId" = ? WHERE "ParentLocationId" = ?',
        imis.chance.choice(heirs), location,
    )  # fmt: skip
    imis.update("tblLocations", location, ValidityTo=now)


def delete_location_tree(imis: OpenImis, location: int, now: datetime) -> None:
    """ValidityTo now on it and all below, rows that were history already included."""
    for child in imis.rows("tblLocations", '"ParentLocationId" = ?', location):
        delete_location_tree(imis, child["LocationId"], now)
    imis.update("tblLocations", location, ValidityTo=now)


def update_facility(imis: OpenImis, facility: int, now: datetime) -> None:
    """History, ValidityFrom moves; what the form does not send becomes null."""
    imis.save_history("tblHF", facility, now)
    name = f"Renewed {imis.row('tblHF', facility)['HFName']}"[:100]
    imis.update("tblHF", facility, HFName=name, ValidityFrom=now, HFAddress=None, HFSublevel=None)


def move_facility(imis: OpenImis, facility: int, now: datetime) -> None:
    """An update of the facility's district."""
    imis.save_history("tblHF", facility, now)
    districts = imis.keys(
        f'SELECT "LocationId" FROM "tblLocations" WHERE {CURRENT} AND "LocationType" = \'D\''
        ' AND "LocationId" <> ? ORDER BY 1', imis.row("tblHF", facility)["LocationId"]
    )  # fmt: skip
    imis.update("tblHF", facility, LocationId=imis.chance.choice(districts), ValidityFrom=now)


def delete_facility(imis: OpenImis, facility: int, now: datetime) -> None:
    """No history, ValidityFrom unmoved, ValidityTo now."""
    imis.update("tblHF", facility, ValidityTo=now)


def update_item(imis: OpenImis, item: int, now: datetime) -> None:
    """A new price and name: history, ValidityFrom moves."""
    imis.save_history("tblItems", item, now)
    row = imis.row("tblItems", item)
    price = Decimal(row["ItemPrice"]) + Decimal("0.35")
    imis.update(
        "tblItems", item, ItemPrice=price, ItemName=f"{row['ItemName'][:90]} new", ValidityFrom=now
    )


def update_service(imis: OpenImis, service: int, now: datetime) -> None:
    """A new price: history, ValidityFrom moves."""
    imis.save_history("tblServices", service, now)
    price = Decimal(imis.row("tblServices", service)["ServPrice"]) + Decimal("1.05")
    imis.update("tblServices", service, ServPrice=price, ValidityFrom=now)


def new_item(imis: OpenImis, like: int, now: datetime) -> int:
    """An item that was not there before."""
    row = imis.row("tblItems", like)
    code = f"N{imis.chance.randrange(10**5):05}"
    return imis.insert("tblItems", row | {
        "ItemCode": code, "ItemName": f"Medicine {code}", "ValidityFrom": now, "LegacyID": None,
    })  # fmt: skip


def delete_missing_item(imis: OpenImis, item: int, now: datetime) -> None:
    """A register upload without the item: ValidityTo now, no history, ValidityFrom unmoved."""
    imis.update("tblItems", item, ValidityTo=now)


def delete_missing_diagnosis(imis: OpenImis, diagnosis: int, now: datetime) -> None:
    """A register upload without the diagnosis: ValidityTo now, no history."""
    imis.update("tblICDCodes", diagnosis, ValidityTo=now)


def rename_product(imis: OpenImis, product: int, now: datetime) -> None:
    """History, ValidityFrom moves."""
    imis.save_history("tblProduct", product, now)
    name = f"{imis.row('tblProduct', product)['ProductName'][:90]} plus"
    imis.update("tblProduct", product, ProductName=name, ValidityFrom=now)


def recode_product(imis: OpenImis, product: int, now: datetime) -> None:
    """Another code: history, ValidityFrom moves."""
    imis.save_history("tblProduct", product, now)
    code = f"X{imis.chance.randrange(10**6):06}"
    imis.update("tblProduct", product, ProductCode=code, ValidityFrom=now)


def _enter_location(imis: OpenImis, kind: str, parent: int, now: datetime) -> int:
    number = imis.chance.randrange(10**6)
    return imis.insert("tblLocations", {
        "LocationCode": f"N{number:06}", "LocationName": f"Newstead {number}", "LocationType": kind,
        "ParentLocationId": parent, "AuditUserId": AUDIT_USER, "ValidityFrom": now,
    })  # fmt: skip


def _other_parent(imis: OpenImis, location: int) -> int:
    parent = imis.row("tblLocations", location)["ParentLocationId"]
    kind = imis.row("tblLocations", parent)["LocationType"]
    key = schema.key("tblLocations")
    others: list[int] = [
        row[key]
        for row in imis.rows("tblLocations", f'{CURRENT} AND "LocationType" = ?', kind)
        if row[key] != parent
    ]
    return imis.chance.choice(others)
