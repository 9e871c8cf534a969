"""One sync in a process of its own, which says how much memory it took at most.

python -m tests.system.large.sync_once COUNTRY STAGING_ROOT RUN_ID
"""

import resource
import sys
from pathlib import Path

from flows.sync import sync


def main(country: str, staging_root: str, run_id: str) -> None:
    """Sync the scheme whose blocks are saved; print state and peak memory in MiB."""
    state = sync(
        "scheme",
        "ministry",
        Path(country),
        Path(staging_root),
        run_id=run_id,
        return_state=True,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"ended {state.name} {peak}")


if __name__ == "__main__":
    main(*sys.argv[1:])
