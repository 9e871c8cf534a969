"""Stop the worker and Prefect's server that `up` has started; twice is once.

openimis-dhis2 down --home /var/lib/openimis-to-dhis2/service
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from flows.commands.up import ACTIONS, home_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring the service down."""
    home = home_of("down", __doc__, arguments)
    print("\n".join(import_module(ACTIONS).bring_down(home)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
