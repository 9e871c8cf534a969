"""Save the blocks that the flows name, from the command line; the Prefect UI can do it too.

openimis-dhis2 blocks register
openimis-dhis2 blocks save openimis-database scheme dialect=postgresql
openimis-dhis2 blocks save dhis2-server ministry base_url=https://dhis2.example.org username=loader
openimis-dhis2 blocks save pseudonym-key scheme --generate

A secret is never an argument: a prompt asks for it, or it is read from standard input, a line each.
A block that is saved already is replaced only with --replace.
"""

import argparse
import getpass
import sys
from collections.abc import Sequence

from prefect import get_client
from prefect.blocks.core import Block
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from flows.connectors.dhis2.plain_http import check_plain_http
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey, new_key
from flows.prefect_support.saved_blocks import faults_of
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import CountryError, SyncError

KEY = "pseudonym-key"
BLOCKS: dict[str, type[Block]] = {
    "openimis-database": OpenimisDatabase,
    "dhis2-server": Dhis2Server,
    KEY: PseudonymKey,
}


def register() -> None:
    """Make the kinds of block known to the Prefect server, so that its UI offers them."""
    for block in BLOCKS.values():
        block.register_type_and_schema()


def save(
    kind: str,
    name: str,
    settings: Sequence[str],
    *,
    generate: bool = False,
    replace: bool = False,
) -> None:
    """Save a block; one of that name is replaced only on request.

    Args:
        kind: Slug of the kind of block.
        name: The block's name.
        settings: `field=value`, for what is not secret.
        generate: Make the secret of a pseudonym key at random.
        replace: Replace a block of that name: what it holds is lost.

    Raises:
        CountryError: There is a block of that name, and it is not to be replaced; a random secret
            is asked for of what is no key; or a setting is none.
        TargetError: The address of a DHIS2 is plain http to another machine.
    """
    block = BLOCKS[kind]
    if generate and kind != KEY:
        raise CountryError(
            f"--generate makes pseudonym keys at random; the secret of {kind}/{name} is what the "
            f"other side knows. Leave it out: a prompt asks for the secret."
        )
    values = parse_settings(block, settings)
    if not replace and is_saved(kind, name):
        raise _would_be_lost(kind, name, generate=generate)
    for field in secret_fields(block):
        values[field] = new_key() if generate else ask_secret(field)
    filled = {field: value for field, value in values.items() if value}
    made = block.model_validate(filled)
    if isinstance(made, Dhis2Server):
        check_plain_http(made.base_url, is_permitted=made.plain_http_is_meant)
    made.save(name, overwrite=True)


def parse_settings(block: type[Block], settings: Sequence[str]) -> dict[str, str]:
    """Return what was given as `field=value`: fields of the block that are not secret.

    Raises:
        CountryError: One is no `field=value`, or names another field. It is not repeated: it may
            be a secret.
    """
    secret = secret_fields(block)
    open_fields = [name for name in block.model_fields if name not in secret]
    values = dict(setting.partition("=")[::2] for setting in settings)
    if not all("=" in setting for setting in settings) or not values.keys() <= {*open_fields}:
        raise CountryError(
            f"Each setting has to be field=value, with one of the fields {', '.join(open_fields)}. "
            f"A prompt asks for what is secret ({', '.join(secret)})."
        )
    return values


def is_saved(kind: str, name: str) -> bool:
    """Return whether there is a block of that kind and name; what it holds is not read."""
    with get_client(sync_client=True) as client:
        try:
            client.read_block_document_by_name(name, kind, include_secrets=False)
        except ObjectNotFound:
            return False
    return True


def _would_be_lost(kind: str, name: str, *, generate: bool) -> CountryError:
    if kind != KEY:
        return CountryError(
            f"There is a block {kind}/{name} already, and what it holds would be lost. Give "
            f"another name; or add --replace to save this one in its place."
        )
    advice = (
        "A random key can never be the old one. Do nothing: the flows use the key that is there"
        if generate
        else "To put the key of your safe copy back, add --replace"
    )
    return CountryError(
        f"There is a block {KEY}/{name} already, and its key would be lost for good: without it "
        f"every insurance number in DHIS2 changes, and no pseudonym sent so far can be found "
        f"again. {advice}. To begin with another key on purpose, make sure that you have a copy "
        f"of the old one, save with --replace, and {Allow.NEW_PSEUDONYM_KEY.lifts}."
    )


def secret_fields(block: type[Block]) -> list[str]:
    """Return the names of the fields of a block that are secret."""
    return [
        name for name, field in block.model_fields.items() if "SecretStr" in str(field.annotation)
    ]


def ask_secret(field: str) -> str:
    """Ask for a secret; on a terminal it is not shown."""
    prompt = f"{field} (empty if there is none): "
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 1 with one sentence if it cannot be done."""
    parsed = _parser().parse_args(arguments)
    try:
        if parsed.command == "register":
            register()
        else:
            options = {"generate": parsed.generate, "replace": parsed.replace}
            save(parsed.kind, parsed.name, parsed.settings, **options)
    except Exception as error:  # also what nobody foresaw: Prefect repeats in it what was sent
        print(_sentence(error), file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"The block is not as it must be: {faults_of(error)}. Nothing was saved."
    if isinstance(error, SyncError | ValueError):
        return f"{error} Nothing was saved."
    return str(unforeseen_error(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openimis-dhis2 blocks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("register", help="make the kinds of block known to Prefect's UI")
    saving = commands.add_parser("save", help="save a block")
    saving.add_argument("kind", choices=list(BLOCKS))
    saving.add_argument("name")
    saving.add_argument("settings", nargs="*", metavar="field=value")
    saving.add_argument("--generate", action="store_true", help="a random pseudonym key")
    saving.add_argument(
        "--replace", action="store_true", help="replace a saved block: what it holds is lost"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
