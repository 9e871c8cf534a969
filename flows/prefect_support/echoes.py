"""What Prefect says of its own before and after a run, and nobody needs to read.

A worker says twice that it has begun a run, and the run four times where its code lies; of two
workers, one says that it has not begun it. This says so no more. `service/logging.yml` names the
filter, which Prefect makes while it is imported: so nothing of Prefect is imported here. It goes by
the words of Prefect; a test reads the log of a worker's run and notices when they change.
"""

import logging
import re

STARTS = re.compile(
    "Worker '.+' submitting flow run |Flow run '.+' submitted to infrastructure|"
    "Running [0-9]+ deployment pull step|Executing deployment step: |"
    "Deployment step '.+' completed|All deployment steps completed|"
    "Aborted submission of flow run .+ is in a PENDING state"
)


class WithoutStarts(logging.Filter):
    """Leaves out how a worker starts a run; a warning stays, whatever it begins with."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is kept."""
        return record.levelno > logging.INFO or not STARTS.match(record.getMessage())
