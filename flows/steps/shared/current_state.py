"""What DHIS2 has confirmed so far."""

import uuid

from staging.current import Current, read_current
from staging.layout import Target


def current_or_first(target: Target, partitions: int) -> Current:
    """Return the state of a target; that of one to which nothing was ever posted, if so."""
    current = read_current(target)
    return current or Current(partitions=partitions, staging_id=uuid.uuid4().hex)
