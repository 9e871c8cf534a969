"""Manifests of stages for tests that make a run without the stages before."""

from staging.manifests import ChangesManifest


def changes_manifest(partitions: int, *, ended: int = 0) -> ChangesManifest:
    """The manifest of changes of which nothing counts but the partitions and the state before."""
    return ChangesManifest(
        partitions=partitions, ended=ended, versions={}, changes={}, pseudonym_fingerprint=None
    )
