"""Every kind of change that openIMIS makes, in one table.

What each writes about its row is what `history` and `live` say; the tests hold it to that.
"""

# ruff: noqa: E501 - a table is read by its rows
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from tests.support.openimis_sample import claim_changes as claim
from tests.support.openimis_sample import people_changes as people
from tests.support.openimis_sample import policy_changes as policy
from tests.support.openimis_sample import register_changes as register
from tests.support.openimis_sample.database import CURRENT, OpenImis
from tests.support.openimis_sample.schema import LEVELS, Level


class Live(Enum):
    """What happens to the validity of the row that an operation is about."""

    UNMOVED = "ValidityFrom and ValidityTo stay"
    FROM_NOW = "ValidityFrom = now"
    DELETED = "ValidityFrom = ValidityTo = now"
    ENDED = "ValidityTo = now, ValidityFrom stays"
    REMOVED = "the row itself is deleted"


@dataclass(frozen=True)
class Operation:
    """A change.

    Attributes:
        apply: Makes the change to the row with a key, at a moment.
        table: The table of that row.
        candidates: The rows that it may happen to: a condition.
        history: How many history rows of that row it writes.
        live: What it does to the row's validity.
        share: How many of the candidates it happens to in a day; one at least.
        levels: Schema levels that allow it.
    """

    apply: Callable[[OpenImis, int, datetime], Any]
    table: str
    candidates: str
    history: int
    live: Live
    share: float = 0.001
    levels: tuple[Level, ...] = LEVELS


_NEW: Final = ("1.11",)

_CLAIM: Final = f'{CURRENT} AND "ClaimStatus" = '
_MEMBER: Final = (
    f'{CURRENT} AND "FamilyID" IN (SELECT "FamilyID" FROM "tblFamilies" WHERE {CURRENT})'
)
_NOT_HEAD: Final = (
    f'{_MEMBER} AND "InsureeID" NOT IN (SELECT "InsureeID" FROM "tblFamilies" WHERE {CURRENT})'
)
_NEXT: Final = (
    f'{_NOT_HEAD} AND "FamilyID" IN (SELECT f."FamilyID" FROM "tblFamilies" f JOIN "tblInsuree" h'
    ' ON h."InsureeID" = f."InsureeID" WHERE f."ValidityTo" IS NULL AND h."ValidityTo" IS NULL)'
)
_FAMILY: Final = (
    f'{CURRENT} AND "FamilyID" IN (SELECT "FamilyID" FROM "tblInsuree" WHERE {CURRENT})'
)
_IN_FORCE: Final = f'{CURRENT} AND "PolicyStatus" = 2 AND "ExpiryDate" > \'{{today}}\''
_UNPAID: Final = f'{CURRENT} AND "PolicyStatus" IN (1, 16) AND "ExpiryDate" > \'{{today}}\''
_PAST: Final = f'{CURRENT} AND "PolicyStatus" <> 8 AND "ExpiryDate" < \'{{today}}\''
_COVERED: Final = (
    f"{CURRENT} AND \"EffectiveDate\" <= '{{today}}' AND \"ExpiryDate\" >= '{{today}}'"
    f' AND "InsureeID" IN (SELECT "InsureeID" FROM "tblInsuree" WHERE {CURRENT})'
)
_WARD: Final = f"{CURRENT} AND \"LocationType\" = 'W'"
_VILLAGE: Final = f"{CURRENT} AND \"LocationType\" = 'V'"
_SPARE_WARD: Final = f'{_WARD} AND (SELECT count(*) FROM "tblLocations" WHERE {_WARD}) > 3'
_SPARE_FACILITY: Final = f'{CURRENT} AND (SELECT count(*) FROM "tblHF" WHERE {CURRENT}) > 3'
_DISTRICT: Final = f"{CURRENT} AND \"LocationType\" = 'D'"
_REGION: Final = f"{CURRENT} AND \"LocationType\" = 'R'"

# fmt: off
OPERATIONS: Final[dict[str, Operation]] = {
    # The night comes first, then what people enter.
    "update_renewals": Operation(policy.update_renewals, "tblPolicy", _PAST, 0, Live.UNMOVED, 0.0),
    # Claims.
    "create_claim": Operation(claim.create_claim, "tblInsureePolicy", _COVERED, 0, Live.UNMOVED, 0.0016),
    "submit_claim": Operation(claim.submit_claim, "tblClaim", f"{_CLAIM} 2", 1, Live.UNMOVED, 0.2),
    "reject_claim": Operation(claim.reject_claim, "tblClaim", f"{_CLAIM} 2", 1, Live.UNMOVED, 0.03),
    "select_claim_for_review": Operation(claim.select_for_review, "tblClaim", f'{_CLAIM} 4 AND "ReviewStatus" = 1', 1, Live.UNMOVED, 0.05),
    "review_claim": Operation(claim.review_claim, "tblClaim", f"{_CLAIM} 4", 1, Live.UNMOVED, 0.05),
    "process_claim": Operation(claim.process_claim, "tblClaim", f"{_CLAIM} 4", 1, Live.UNMOVED, 0.15),
    "run_batch": Operation(claim.run_batch, "tblLocations", _REGION, 0, Live.UNMOVED, 0.0),
    "undo_batch_run": Operation(claim.undo_batch_run, "tblBatchRun", f'"RunID" IN (SELECT "RunID" FROM "tblClaim" WHERE {CURRENT} AND "ClaimStatus" = 16)', 0, Live.REMOVED, 0.0),
    "update_claim": Operation(claim.update_claim, "tblClaim", f"{_CLAIM} 2", 1, Live.UNMOVED, 0.02),
    "delete_claim": Operation(claim.delete_claim, "tblClaim", f"{_CLAIM} 2", 1, Live.DELETED, 0.01),
    # People.
    "update_insuree": Operation(people.update_insuree, "tblInsuree", CURRENT, 2, Live.FROM_NOW),
    "correct_insuree": Operation(people.correct_insuree, "tblInsuree", CURRENT, 2, Live.FROM_NOW, 0.0003),
    "change_number": Operation(people.change_number, "tblInsuree", CURRENT, 2, Live.FROM_NOW, 0.0001),
    "swap_numbers": Operation(people.swap_numbers, "tblInsuree", f'{CURRENT} AND "CHFID" IS NOT NULL', 4, Live.FROM_NOW, 0.0),
    "take_own_village": Operation(people.take_own_village, "tblInsuree", CURRENT, 2, Live.FROM_NOW, 0.0003),
    "set_head": Operation(people.set_head, "tblInsuree", _NEXT, 1, Live.UNMOVED, 0.0002),
    "move_insuree": Operation(people.move_insuree, "tblInsuree", _NOT_HEAD, 1, Live.UNMOVED, 0.0003),
    "remove_from_family": Operation(people.remove_from_family, "tblInsuree", _NOT_HEAD, 1, Live.UNMOVED, 0.0002, _NEW),
    "cancel_insuree_policies": Operation(people.cancel_insuree_policies, "tblInsuree", f'{CURRENT} AND "InsureeID" IN (SELECT "InsureeID" FROM "tblInsureePolicy" WHERE {_COVERED})', 0, Live.UNMOVED, 0.0002),
    "mark_dead": Operation(people.mark_dead, "tblInsuree", f"{_NOT_HEAD} AND \"status\" = 'AC'", 0, Live.UNMOVED, 0.0001, _NEW),
    "mark_inactive": Operation(people.mark_inactive, "tblInsuree", f"{_NOT_HEAD} AND \"status\" = 'AC'", 0, Live.UNMOVED, 0.0001, _NEW),
    "delete_insuree": Operation(people.delete_insuree, "tblInsuree", _NOT_HEAD, 1, Live.DELETED, 0.0001),
    "new_insuree": Operation(people.new_insuree, "tblFamilies", CURRENT, 0, Live.UNMOVED),
    "new_family": Operation(people.new_family, "tblLocations", _VILLAGE, 0, Live.UNMOVED, 0.02),
    "update_family": Operation(people.update_family, "tblFamilies", CURRENT, 1, Live.FROM_NOW, 0.0005),
    "move_family": Operation(people.move_family, "tblFamilies", CURRENT, 1, Live.FROM_NOW, 0.0005),
    "delete_family": Operation(people.delete_family, "tblFamilies", _FAMILY, 1, Live.DELETED, 0.0001),
    "delete_family_keeping_members": Operation(people.delete_family_keeping_members, "tblFamilies", _FAMILY, 1, Live.DELETED, 0.0001, _NEW),
    # Policies.
    "pay_premium": Operation(policy.pay_premium, "tblPolicy", _UNPAID, 1, Live.UNMOVED, 0.1),
    "approve_policy": Operation(policy.approve_policy, "tblPolicy", f'{CURRENT} AND "PolicyStatus" = 1', 1, Live.UNMOVED, 0.02),
    "suspend_policy": Operation(policy.suspend_policy, "tblPolicy", _IN_FORCE, 1, Live.UNMOVED, 0.0005),
    "reactivate_policy": Operation(policy.reactivate_policy, "tblPolicy", f'{CURRENT} AND "PolicyStatus" = 4', 1, Live.UNMOVED, 0.02),
    "update_policy": Operation(policy.update_policy, "tblPolicy", _IN_FORCE, 1, Live.FROM_NOW, 0.0005),
    "change_policy_product": Operation(policy.change_policy_product, "tblPolicy", _IN_FORCE, 1, Live.FROM_NOW, 0.0002),
    "renew_policy": Operation(policy.renew_policy, "tblPolicy", f'{CURRENT} AND "PolicyStatus" = 8', 0, Live.UNMOVED, 0.001),
    "new_policy": Operation(policy.new_policy, "tblFamilies", _FAMILY, 0, Live.UNMOVED, 0.0005),
    "delete_policy": Operation(policy.delete_policy, "tblPolicy", CURRENT, 1, Live.DELETED, 0.0001),
    # Places and catalogues.
    "update_location": Operation(register.update_location, "tblLocations", _VILLAGE, 0, Live.FROM_NOW),
    "move_location": Operation(register.move_location, "tblLocations", _VILLAGE, 1, Live.UNMOVED),
    "new_location": Operation(register.new_location, "tblLocations", _DISTRICT, 0, Live.UNMOVED, 0.01),
    "delete_location_with_new_parent": Operation(register.delete_location_with_new_parent, "tblLocations", _SPARE_WARD, 0, Live.ENDED, 0.0),
    "delete_location_tree": Operation(register.delete_location_tree, "tblLocations", _SPARE_WARD, 0, Live.ENDED, 0.0),
    "update_facility": Operation(register.update_facility, "tblHF", CURRENT, 1, Live.FROM_NOW, 0.005),
    "move_facility": Operation(register.move_facility, "tblHF", CURRENT, 1, Live.FROM_NOW, 0.0),
    "delete_facility": Operation(register.delete_facility, "tblHF", _SPARE_FACILITY, 0, Live.ENDED, 0.0),
    "update_item": Operation(register.update_item, "tblItems", CURRENT, 1, Live.FROM_NOW, 0.01),
    "new_item": Operation(register.new_item, "tblItems", CURRENT, 0, Live.UNMOVED, 0.0),
    "update_service": Operation(register.update_service, "tblServices", CURRENT, 1, Live.FROM_NOW, 0.01),
    "delete_missing_item": Operation(register.delete_missing_item, "tblItems", CURRENT, 0, Live.ENDED, 0.01),
    "delete_missing_diagnosis": Operation(register.delete_missing_diagnosis, "tblICDCodes", CURRENT, 0, Live.ENDED, 0.01),
    "rename_product": Operation(register.rename_product, "tblProduct", CURRENT, 1, Live.FROM_NOW, 0.0),
    "recode_product": Operation(register.recode_product, "tblProduct", CURRENT, 1, Live.FROM_NOW, 0.0),
}
# fmt: on
