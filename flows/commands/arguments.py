"""What the sub-commands that run a flow are told alike: blocks, country file, staging root."""

import argparse
from pathlib import Path


def flow_parser(name: str, description: str | None, source: str) -> argparse.ArgumentParser:
    """Return a parser of a sub-command with the arguments that all have.

    Args:
        name: Of the sub-command.
        description: What it does, with an example.
        source: The help of the first argument, the source.
    """
    parser = argparse.ArgumentParser(
        prog=f"openimis-dhis2 {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help=source)
    parser.add_argument("target", help="name of a saved block dhis2-server; it is only read")
    parser.add_argument("--country", type=Path, required=True, help="the country file")
    parser.add_argument("--staging-root", type=Path, required=True, help="folder of pipeline files")
    return parser
