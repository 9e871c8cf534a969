"""The command `openimis-dhis2`: it hands over to the sub-command that stands first.

openimis-dhis2 blocks register
openimis-dhis2 docs docs
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Command:
    """A sub-command.

    Attributes:
        module: Name of the module whose `main(arguments)` runs it and returns the exit code. It is
            imported only when it is named, since Prefect takes seconds to import.
        purpose: What it does, for the list of commands.
    """

    module: str
    purpose: str


COMMANDS = {
    "blocks": Command("flows.prefect_support.blocks", "save the blocks that the flows name"),
    "check": Command("flows.commands.check", "look whether everything is there that a run needs"),
    "docs": Command(
        "flows.prefect_support.docs", "write the pages that are made from the tables of truth"
    ),
    "down": Command("flows.commands.down", "stop Prefect's server and worker"),
    "match-org-units": Command(
        "flows.commands.match_org_units", "match openIMIS's places with DHIS2's org units"
    ),
    "new-country": Command(
        "flows.commands.new_country", "write a country file of what the two systems hold"
    ),
    "up": Command("flows.commands.up", "start Prefect's server and worker, with all they need"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sub-command that is named, with the arguments behind its name."""
    parsed = _parser().parse_args(arguments)
    return int(import_module(COMMANDS[parsed.command].module).main(parsed.arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openimis-dhis2",
        description="Carries openIMIS into DHIS2.",
        epilog="\n".join(f"{name:17}{command.purpose}" for name, command in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command", help="one of those below")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="see openimis-dhis2 command -h")
    return parser


if __name__ == "__main__":
    sys.exit(main())
