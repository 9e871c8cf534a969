"""All charts and tables."""

from transforms.package.tables.beneficiary_charts import BENEFICIARY_CHARTS
from transforms.package.tables.charts import Visualization
from transforms.package.tables.claim_charts import CLAIM_CHARTS
from transforms.package.tables.operations_charts import OPERATIONS_CHARTS

VISUALIZATIONS: tuple[Visualization, ...] = (
    *BENEFICIARY_CHARTS, *CLAIM_CHARTS, *OPERATIONS_CHARTS,
)  # fmt: skip
