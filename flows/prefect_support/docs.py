"""Write the pages that are made from the tables of truth, from the command line.

openimis-dhis2 docs docs
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from transforms.reports.indicator_page import indicator_page
from transforms.reports.mapping_page import mapping_page
from transforms.reports.operational_indicator_page import operational_indicator_page
from transforms.reports.patch_page import patch_page

PAGES: dict[str, Callable[[], str]] = {
    "mapping.md": mapping_page,
    "indicators.md": indicator_page,
    "patches.md": patch_page,
    "reference/operational-indicators.md": operational_indicator_page,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write each page into the folder that is named; return 1 with a sentence if one cannot be."""
    folder: Path = _parser().parse_args(arguments).folder
    try:
        for name, page in PAGES.items():
            _write(folder, folder / name, page())
    except OSError as error:
        print(_not_written(error), file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _write(folder: Path, path: Path, text: str) -> None:
    if path.parent != folder:
        path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _not_written(error: OSError) -> str:
    return (
        f"{error.filename} cannot be written: {error.strerror}. The pages go into a folder that is "
        f"there and may be written to: name one. This page and those after it were not written."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="openimis-dhis2 docs", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pages go; those there are replaced")
    return parser


if __name__ == "__main__":
    sys.exit(main())
