"""Say, before anything is posted, what is sent again because the mapping changed."""

from typing import Any

from flows.tasks.bundles import CHANGES
from flows.tasks.desired import Asked
from staging.acknowledged import Current
from staging.frames import read_stage
from staging.layout import Run
from transforms.mapping import fingerprints, sent_again
from transforms.selection import wholly_selected


def posted_mapping(asked: Asked) -> dict[str, str]:
    """Return resource → fingerprint of the mapping, of the resources that are posted wholly."""
    found = fingerprints(asked.country)
    chosen = wholly_selected(asked.scopes, windowed=asked.window is not None)
    return {name: found[name] for name in chosen}


def resending(manifest: dict[str, Any], current: Current) -> dict[str, int]:
    """Return resource → objects that the run sends again; without those of an unchanged mapping.

    Args:
        manifest: Of the stage `changes`.
        current: The acknowledged state that it was compared with.
    """
    return sent_again(current.mapping, manifest["mapping"], manifest["changes"])


def resent_by(run: Run, current: Current) -> tuple[dict[str, int], dict[str, int]]:
    """Return what a run sends again, and how many objects DHIS2 holds; both by resource."""
    manifest = read_stage(run, CHANGES)
    return resending(manifest, current), manifest["held"]
