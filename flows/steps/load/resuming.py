"""A run that goes on posts only what it would make again today."""

from collections.abc import Callable

from staging.layout import Run
from staging.manifests import ChangesManifest
from staging.outbox import bundles
from staging.runs import recall
from transforms.core.errors import GuardError, StagingError
from transforms.model.privacy import fingerprint
from transforms.openimis.country import Country


def check_same_key(
    run: Run, country: Country, key_named: Callable[[str, Country], str | None]
) -> None:
    """Refuse to post numbers that were made with another key than the saved one.

    A key that leaked and was replaced holds for the bundles of before as well.

    Args:
        run: The run.
        country: What the country file says.
        key_named: Returns the saved key of a name; None if the country sends no pseudonym.

    Raises:
        GuardError: The saved key is another.
        CountryError: There is none.
    """
    name = recall(run).pseudonym_key
    key = key_named(name, country) if name else None
    made_with = ChangesManifest.read(run).pseudonym_fingerprint
    if key and made_with and fingerprint(key) != made_with:
        raise GuardError(
            f"Run {run.run_id} has made its numbers with the pseudonym key of fingerprint "
            f"{made_with}, and the saved key {name} is now another (fingerprint "
            f"{fingerprint(key)}). Start a new run, which compares again what this one has left. "
            f"Nothing was posted."
        )


def refuse_stopped(run: Run) -> None:
    """Refuse to end as loaded a run that was stopped before all of it was posted.

    Raises:
        StagingError: It was.
    """
    if not all(bundle.is_settled for bundle in bundles(run)):
        raise StagingError(
            f"Run {run.run_id} was stopped, and what DHIS2 had answered by then is folded. What it "
            f"did not post is still different: start a new run. Nothing was posted."
        )
