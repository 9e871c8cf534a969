"""The secret that pseudonyms are made with, as a Prefect block."""

import secrets
from typing import Any

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr, field_validator

from flows.prefect_support.saved_blocks import saved_block
from transforms.core.errors import CountryError
from transforms.model.privacy import checked_key, needs_key, policy_of
from transforms.openimis.country import Country


class PseudonymKey(Block):
    """The secret that turns insurance numbers into pseudonyms; it has no default."""

    model_config = ConfigDict(hide_input_in_errors=True)  # a secret must not stand in an error

    _block_type_name = "Pseudonym key"
    _block_type_slug = "pseudonym-key"
    _description = "The secret that pseudonyms are made with. Whoever has it can undo them."

    key: SecretStr = Field(description="At least 32 bytes, random. Keep a copy in a safe place.")

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: Any) -> Any:
        checked_key(key.get_secret_value())
        return key


def new_key() -> str:
    """Return a random key."""
    return secrets.token_urlsafe(48)


def load_pseudonym_key(name: str, country: Country) -> str | None:
    """Return the key of the saved block `name`; None if the country sends no pseudonym.

    Raises:
        CountryError: A pseudonym is sent, and there is no such block or its key is too short.
    """
    if not needs_key(policy_of(country)):
        return None
    otherwise = (
        "The country file sends numbers as pseudonyms: save a block with a random key of at least "
        "32 bytes, or let the country file drop them. Nothing was sent."
    )
    block = saved_block(PseudonymKey, name, CountryError, otherwise)
    return checked_key(block.key.get_secret_value())
