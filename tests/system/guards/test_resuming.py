"""A run that goes on goes on with the key and the partitions that it was begun with."""

import pytest

from flows.steps.compare.changes import stage_changes
from flows.steps.compare.desired import stage_desired
from flows.steps.compare.inputs import Inputs
from staging.frames import is_done
from staging.manifests import ChangesManifest
from tests.support.scheme import KEY, PARTITIONS, extract
from tests.system.guards.guarded import GuardedScheme
from transforms.core.errors import GuardError, StagingError
from transforms.model.privacy import fingerprint
from transforms.model.resources import Scope

pytestmark = pytest.mark.large

ANOTHER = f"{KEY} after it was changed"


def begun(scheme: GuardedScheme, partitions: int = PARTITIONS) -> None:
    """Begin a third run, and let it be killed between desired and changes."""
    job = scheme.job("third")
    extract(job)
    stage_desired(job.run, inputs(scheme, KEY), partitions)


def inputs(scheme: GuardedScheme, key: str) -> Inputs:
    return Inputs(scheme.job("third").country, None, key, [Scope.ALL], None)


def gone_on(scheme: GuardedScheme, key: str) -> None:
    job = scheme.job("third")
    stage_desired(job.run, inputs(scheme, key), PARTITIONS)
    stage_changes(job.run, job.target, scheme.current, inputs(scheme, key))


@pytest.mark.ci
def test_a_run_does_not_go_on_with_another_pseudonym_key_than_its_numbers_were_made_with(
    scheme: GuardedScheme,
) -> None:
    begun(scheme)

    with pytest.raises(GuardError, match=r"start a new run\. Nothing was posted") as said:
        gone_on(scheme, ANOTHER)

    assert fingerprint(KEY) in str(said.value)
    assert fingerprint(ANOTHER) in str(said.value)
    assert not is_done(scheme.job("third").run, "changes")


def test_what_is_remembered_is_the_key_that_the_numbers_were_made_with(
    scheme: GuardedScheme,
) -> None:
    begun(scheme)

    gone_on(scheme, KEY)

    manifest = ChangesManifest.read(scheme.job("third").run)
    assert manifest.pseudonym_fingerprint == fingerprint(KEY)


def test_what_is_divided_otherwise_than_what_dhis2_confirmed_is_not_compared_with_it(
    scheme: GuardedScheme,
) -> None:
    begun(scheme, partitions=1)

    with pytest.raises(StagingError, match="into 1 partitions, but the target has 2 since run sec"):
        gone_on(scheme, KEY)

    assert not is_done(scheme.job("third").run, "changes")
