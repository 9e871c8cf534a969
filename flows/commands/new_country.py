"""Write a country file of what is found in openIMIS and DHIS2, which are only read.

openimis-dhis2 new-country scheme ministry --out country.toml
"""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.named_blocks import connect, load_openimis
from flows.steps.set_up.new_country import look_for_country
from staging.files import write_bytes
from transforms.core.errors import UNFORESEEN, CountryError, SyncError
from transforms.openimis.country import Country, country_of
from transforms.reports.new_country_page import NO_ROOT, new_country_page


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file; return 1 with a sentence if that cannot be done."""
    parsed = _parser().parse_args(arguments)
    try:
        write_new_country(parsed.source, parsed.target, parsed.out.resolve())
    except SyncError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except UNFORESEEN as error:  # what nobody foresaw may repeat what a database answered
        print(unforeseen_error(error), file=sys.stderr)  # noqa: T201
        return 1
    print(f"Read {parsed.out}, change what is not so, then run openimis-dhis2 check.")  # noqa: T201
    return 0


def write_new_country(source: str, target: str, out: Path) -> None:
    """Write a country file; one that is there stays as it is.

    Raises:
        CountryError: There is a file of that name.
        SourceError, TargetError: openIMIS or DHIS2 cannot be read.
    """
    if out.exists():
        raise CountryError(
            f"There is a file {out} already, and what it says would be lost. Name another one "
            f"(--out). Nothing was written."
        )
    empty = _empty_country()
    day = datetime.now(UTC).astimezone().date()
    with connect(target, empty) as client:
        found = look_for_country(load_openimis(source), client, empty, (source, target), day)
    page = new_country_page(found)
    country_of(tomllib.loads(page), str(out))
    write_bytes(out, page.encode())


def _empty_country() -> Country:
    root = {
        "uid": NO_ROOT["id"],
        "name": NO_ROOT["name"],
        "short_name": NO_ROOT["shortName"],
    }
    return country_of({"root": root}, "a country file that says nothing")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openimis-dhis2 new-country",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help="name of a saved block openimis-database")
    parser.add_argument("target", help="name of a saved block dhis2-server")
    parser.add_argument("--out", type=Path, default=Path("country.toml"), help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
