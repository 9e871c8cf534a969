"""All dashboards: two overviews, then one for each question, of 6 to 10 items.

The first item of each is its text; the figures of the last months come next, then how they went,
where, and of whom.
"""

from transforms.package.tables.beneficiary_dashboards import BENEFICIARY_DASHBOARDS
from transforms.package.tables.claim_dashboards import CLAIM_DASHBOARDS
from transforms.package.tables.dashboard_items import Dashboard
from transforms.package.tables.operations_dashboards import OPERATIONS_DASHBOARDS

DASHBOARDS: tuple[Dashboard, ...] = (
    *BENEFICIARY_DASHBOARDS, *CLAIM_DASHBOARDS, *OPERATIONS_DASHBOARDS,
)  # fmt: skip
