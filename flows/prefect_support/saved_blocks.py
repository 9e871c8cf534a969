"""Load a saved block by its name; an error does not repeat what a block holds."""

from typing import TypeVar, cast

from prefect.blocks.core import Block
from pydantic import ValidationError

from transforms.core.errors import SyncError

B = TypeVar("B", bound=Block)


def saved_block(kind: type[B], name: str, error: type[SyncError], otherwise: str) -> B:
    """Return the saved block of a kind.

    Args:
        kind: The kind of block.
        name: Its name.
        error: What to raise.
        otherwise: What else can be done, and what did not happen: the end of the sentence.

    Raises:
        SyncError: There is no such block, or it is not as this version needs it.
    """
    called = f"{kind.get_block_type_slug()}/{name}"
    try:
        # Typed as "maybe a coroutine"; it is none where it is called without an event loop.
        return cast("B", kind.load(name))
    except ValueError:
        raise error(f"There is no block {called}. {otherwise}") from None
    except RuntimeError as unloaded:
        if not isinstance(unloaded.__cause__, ValidationError):
            raise
        raise error(
            f"The block {called} is there, but it is not as it must be: "
            f"{faults_of(unloaded.__cause__)}. Save it again. {otherwise}"
        ) from None


def faults_of(error: ValidationError) -> str:
    """Return which fields of a block are not as they must be, without what they hold."""
    faults = error.errors(include_input=False, include_url=False)
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'all'}: {each['msg']}" for each in faults
    )
