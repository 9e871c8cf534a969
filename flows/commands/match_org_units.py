"""Match openIMIS's places with DHIS2's org units, from the command line.

openimis-dhis2 match-org-units scheme ministry --country country.toml --staging-root staging
"""

import argparse
import sys
from collections.abc import Sequence

from flows.commands.arguments import flow_parser
from flows.match_org_units import match_org_units
from staging.layout import Target
from transforms.core.errors import SyncError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow; return 1 with a sentence if it cannot be done."""
    parsed = _parser().parse_args(arguments)
    where = (parsed.country.resolve(), parsed.staging_root.resolve())
    try:
        state = match_org_units(
            parsed.source,
            parsed.target,
            *where,
            run_id=parsed.run_id,
            who=parsed.who,
            return_state=True,
        )
        state.result()
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(f"{state.message}. The file: {Target(where[1], parsed.target).matches}")  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = flow_parser("match-org-units", __doc__, "name of a saved block openimis-database")
    parser.add_argument("--run-id", help="names the run")
    parser.add_argument("--who", help="whose the changes in the file are, where it names nobody")
    return parser


if __name__ == "__main__":
    sys.exit(main())
