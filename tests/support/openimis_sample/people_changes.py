"""What openIMIS does to families and insurees."""

from datetime import datetime, timedelta
from typing import Final

from tests.support.openimis_sample.database import CURRENT, OpenImis
from tests.support.openimis_sample.plan import AUDIT_USER

_NUMBERS: Final = 10**8


def update_insuree(imis: OpenImis, insuree: int, now: datetime) -> None:
    """Two identical history rows; ValidityFrom moves; what the form does not send becomes null."""
    _rewrite(
        imis, insuree, now, Phone=f"{imis.chance.randrange(_NUMBERS):08}", Marital="M",
        Education=3, Profession=None,
    )  # fmt: skip


def change_number(imis: OpenImis, insuree: int, now: datetime) -> None:
    """An update whose number is another one."""
    _rewrite(imis, insuree, now, CHFID=_new_number(imis))


def swap_numbers(imis: OpenImis, insuree: int, now: datetime) -> None:
    """Two persons got each other's card: three updates, for no number may be there twice."""
    other = imis.chance.choice(_others(imis, insuree))
    first, second = (imis.row("tblInsuree", key)["CHFID"] for key in (insuree, other))
    _rewrite(imis, insuree, now, CHFID=_new_number(imis))
    _rewrite(imis, other, now + timedelta(seconds=1), CHFID=first)
    _rewrite(imis, insuree, now + timedelta(seconds=2), CHFID=second)


def correct_insuree(imis: OpenImis, insuree: int, now: datetime) -> None:
    """An update of what seldom changes: names, date of birth, gender."""
    born = now.date() - timedelta(days=imis.chance.randint(400, 25_000))
    gender = imis.chance.choice(["F", "M"])
    _rewrite(imis, insuree, now, DOB=born, Gender=gender, OtherNames="Correctina")


def take_own_village(imis: OpenImis, insuree: int, now: datetime) -> None:
    """An update of the person's own village."""
    _rewrite(imis, insuree, now, CurrentVillage=imis.chance.choice(_villages(imis)))


def set_head(imis: OpenImis, insuree: int, now: datetime) -> None:
    """History of family, old head and new head; ValidityFrom unmoved in all three."""
    family = imis.row("tblInsuree", insuree)["FamilyID"]
    head = imis.row("tblFamilies", family)["InsureeID"]
    imis.save_history("tblFamilies", family, now)
    imis.update("tblFamilies", family, InsureeID=insuree)
    for person, is_head in ((head, False), (insuree, True)):
        imis.save_history("tblInsuree", person, now)
        imis.update("tblInsuree", person, IsHead=is_head)


def move_insuree(imis: OpenImis, insuree: int, now: datetime) -> None:
    """Into another family: history, ValidityFrom unmoved."""
    family = imis.row("tblInsuree", insuree)["FamilyID"]
    others = imis.keys(
        f'SELECT "FamilyID" FROM "tblFamilies" WHERE {CURRENT} AND "FamilyID" <> ? ORDER BY 1',
        family,
    )
    imis.save_history("tblInsuree", insuree, now)
    imis.update("tblInsuree", insuree, FamilyID=imis.chance.choice(others), Relationship=7)


def remove_from_family(imis: OpenImis, insuree: int, now: datetime) -> None:
    """FamilyID becomes null: history, ValidityFrom unmoved."""
    imis.save_history("tblInsuree", insuree, now)
    imis.update("tblInsuree", insuree, FamilyID=None, IsHead=False)


def delete_insuree(imis: OpenImis, insuree: int, now: datetime) -> None:
    """The insuree and its insuree policies: history, ValidityFrom = ValidityTo = now."""
    for cover in _covers(imis, insuree):
        imis.delete_history("tblInsureePolicy", cover, now)
    imis.delete_history("tblInsuree", insuree, now)


def cancel_insuree_policies(imis: OpenImis, insuree: int, now: datetime) -> None:
    """The covers of one person end today; no history, no time stamp."""
    for cover in _covers(imis, insuree):
        imis.update("tblInsureePolicy", cover, ExpiryDate=now.date())


def mark_dead(imis: OpenImis, insuree: int, now: datetime) -> None:
    """Status DE; covers end today; no history, no time stamp."""
    imis.update("tblInsuree", insuree, status="DE", status_date=now.date(), StatusReason=2)
    cancel_insuree_policies(imis, insuree, now)


def mark_inactive(imis: OpenImis, insuree: int, now: datetime) -> None:
    """Status IN, without a date as the form allows; covers end today."""
    imis.update("tblInsuree", insuree, status="IN", StatusReason=1)
    cancel_insuree_policies(imis, insuree, now)


def new_insuree(imis: OpenImis, family: int, now: datetime) -> int:
    """A child is entered; no history."""
    return _enter(imis, family, now, is_head=False)


def new_family(imis: OpenImis, village: int, now: datetime) -> int:
    """A family with its head and a member."""
    family = imis.insert("tblFamilies", {
        "LocationId": village, "InsureeID": 0, "ValidityFrom": now, "AuditUserID": AUDIT_USER,
        "isOffline": False, "Poverty": False, "FamilyType": "H", "FamilyAddress": "",
    })  # fmt: skip
    imis.update("tblFamilies", family, InsureeID=_enter(imis, family, now, is_head=True))
    _enter(imis, family, now, is_head=False)
    return family


def update_family(imis: OpenImis, family: int, now: datetime) -> None:
    """History; ValidityFrom moves."""
    imis.save_history("tblFamilies", family, now)
    poor = not imis.row("tblFamilies", family)["Poverty"]
    imis.update("tblFamilies", family, Poverty=poor, FamilyType="C", ValidityFrom=now)


def move_family(imis: OpenImis, family: int, now: datetime) -> None:
    """An update of the family's village; its members' rows do not change."""
    imis.save_history("tblFamilies", family, now)
    here = imis.row("tblFamilies", family)["LocationId"]
    village = imis.chance.choice([place for place in _villages(imis) if place != here])
    imis.update("tblFamilies", family, LocationId=village, ValidityFrom=now)


def delete_family(imis: OpenImis, family: int, now: datetime) -> None:
    """The family, its members and all their covers."""
    for member in _members(imis, family):
        delete_insuree(imis, member, now)
    imis.delete_history("tblFamilies", family, now)


def delete_family_keeping_members(imis: OpenImis, family: int, now: datetime) -> None:
    """Members: history, FamilyID null, ValidityFrom unmoved; the family is deleted."""
    for member in _members(imis, family):
        remove_from_family(imis, member, now)
    imis.delete_history("tblFamilies", family, now)


def _rewrite(imis: OpenImis, insuree: int, now: datetime, **changes: object) -> None:
    for _ in range(2):
        imis.save_history("tblInsuree", insuree, now)
    imis.update("tblInsuree", insuree, ValidityFrom=now, **changes)


def _enter(imis: OpenImis, family: int, now: datetime, *, is_head: bool) -> int:
    age = timedelta(
        days=imis.chance.randint(7_000, 20_000) if is_head else imis.chance.randint(1, 6_000)
    )
    return imis.insert("tblInsuree", {
        "FamilyID": family, "CHFID": _new_number(imis), "LastName": "Novela", "OtherNames": "Nilo",
        "DOB": now.date() - age, "Gender": imis.chance.choice(["F", "M"]), "IsHead": is_head,
        "Relationship": None if is_head else 4, "CardIssued": False, "isOffline": False,
        "CurrentVillage": None if imis.level == "1.11" else 0, "Phone": "", "Email": "",
        "passport": "", "status": "AC", "AuditUserID": AUDIT_USER, "ValidityFrom": now,
    })  # fmt: skip


def _new_number(imis: OpenImis) -> str:
    """Numbers of the sample begin with 1, new ones with 7; none is given twice."""
    while True:
        number = f"7{imis.chance.randrange(_NUMBERS):08}"
        if not imis.keys('SELECT "InsureeID" FROM "tblInsuree" WHERE "CHFID" = ?', number):
            return number


def _others(imis: OpenImis, insuree: int) -> list[int]:
    return imis.keys(
        f'SELECT "InsureeID" FROM "tblInsuree" WHERE {CURRENT} AND "CHFID" IS NOT NULL'
        ' AND "InsureeID" <> ? ORDER BY 1', insuree
    )  # fmt: skip


def _members(imis: OpenImis, family: int) -> list[int]:
    rows = imis.rows("tblInsuree", f'"FamilyID" = ? AND {CURRENT}', family)
    return [row["InsureeID"] for row in rows]


def _covers(imis: OpenImis, insuree: int) -> list[int]:
    rows = imis.rows("tblInsureePolicy", f'"InsureeID" = ? AND {CURRENT}', insuree)
    return [row["InsureePolicyID"] for row in rows]


def _villages(imis: OpenImis) -> list[int]:
    return imis.keys(
        f'SELECT "LocationId" FROM "tblLocations" WHERE {CURRENT} AND "LocationType" = \'V\''
        " ORDER BY 1"
    )
