"""Check a set-up, from the command line: every requirement, in order, with what to do.

openimis-dhis2 check scheme ministry --country country.toml --staging-root staging
"""

import argparse
import sys
from collections.abc import Sequence
from typing import cast

from flows.check import check
from flows.commands.arguments import flow_parser
from flows.steps.shared.languages import reports_language
from transforms.core.errors import SyncError
from transforms.reports.check_page import check_lines
from transforms.requirements.check_rows import CheckRow, unmet
from transforms.requirements.tables.requirements import WORK_POOL


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow and print what it found; return 0 if all requirements are met, else 1."""
    parsed = _parser().parse_args(arguments)
    where = (parsed.country.resolve(), parsed.staging_root.resolve())
    try:
        names = (parsed.pseudonym_key, parsed.work_pool)
        state = check(parsed.source, parsed.target, *where, *names, return_state=True)
        # Typed as the state that the flow returns; Prefect hands over what the state holds.
        findings = cast("list[CheckRow]", state.result())
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print("\n".join(check_lines(findings, reports_language(parsed.country))))  # noqa: T201
    return 1 if unmet(findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = flow_parser(
        "check", __doc__, "name of a saved block openimis-database; it is only read"
    )
    parser.add_argument("--pseudonym-key", help="name of a saved block; by default the source's")
    parser.add_argument("--work-pool", default=WORK_POOL, help="whose worker runs the flows")
    return parser


if __name__ == "__main__":
    sys.exit(main())
