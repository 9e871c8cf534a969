"""The subjects below a claim: its services and items, and what is in packages of services.

A part of the register's schema: see `transforms.openimis.subjects`.
"""

from transforms.openimis.subject import Subject
from transforms.openimis.tables import columns as openimis
from transforms.openimis.tables.column_types import Table

_PRICES = ("asked", "adjusted", "approved", "valuated")
_AMOUNTS_OF_A_LINE = {
    "rejection_reason": "RejectionReason",
    "quantity_provided": "QtyProvided",
    "quantity_approved": "QtyApproved",
    **{f"price_{which}": f"Price{which.title()}" for which in _PRICES},
    "deductible_amount": "DeductableAmount",
    "exceeded_ceiling": "ExceedCeilingAmount",
    "exceeded_ceiling_of_category": "ExceedCeilingAmountCategory",
    "remunerated_amount": "RemuneratedAmount",
}


def _lines(name: str, table: Table, thing: str, status: str) -> Subject:
    """Services or items; a line of a copy of a claim names that copy, so this is no link."""
    return Subject(
        name,
        table,
        "line_id",
        {
            "claim_id": "ClaimID",
            "product_id": "ProdID",
            "policy_id": "PolicyID",
            f"{name.removesuffix('s')}_id": thing,
            "status": status,
        }
        | _AMOUNTS_OF_A_LINE,
        {"product_id": openimis.PRODUCTS, "policy_id": openimis.POLICIES},
    )


SERVICES = _lines("services", openimis.CLAIM_SERVICES, "ServiceID", "ClaimServiceStatus")
ITEMS = _lines("items", openimis.CLAIM_ITEMS, "ItemID", "ClaimItemStatus")


def _contents(thing: str, table: Table, line: str, key: str) -> Subject:
    """What is in the package that a service line stands for; a row is never a copy."""
    names = {"line_id": line, f"package_{thing}_id": key}
    quantities = {f"package_{thing}_quantity": "qty_displayed", "defined_quantity": "qty_provided"}
    links = {"line_id": openimis.CLAIM_SERVICES}
    return Subject(f"package_{thing}s", table, "content_id", names | quantities, links)


PACKAGE_SERVICES = _contents("service", openimis.PACKAGE_SERVICES, "claimServiceID", "ServiceId")
PACKAGE_ITEMS = _contents("item", openimis.PACKAGE_ITEMS, "ClaimServiceID", "ItemID")
