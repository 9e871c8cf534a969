"""Set-up through a proxy that gives up waiting, or lets no large request through."""

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_import import divide
from flows.steps.set_up.plan_and_write import set_up
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, a_country, changed_nothing, choices, places
from transforms.core.errors import TargetError

METADATA = r"^/api/metadata(?!.*VALIDATE)"


def bring(dhis2: Dhis2) -> bool:
    """Set DHIS2 up, and return whether there was nothing to do."""
    done = set_up(dhis2, a_country(), choices(tblGender=GENDERS), places())
    assert not done.options.refused
    assert not done.org_units.refused
    return changed_nothing(done)


@pytest.mark.longer
def test_what_a_proxy_gave_up_waiting_for_is_looked_for_and_not_sent_again(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    bring(dhis2)
    undisturbed = payloads(sandbox)
    sandbox.reset()
    cue = sandbox.cues.add(path=METADATA, method="POST", occurrences=[2], status=504, commit=True)

    bring(dhis2)

    assert cue.met == payloads(sandbox) == undisturbed
    assert bring(dhis2)


def payloads(sandbox: Sandbox) -> int:
    """Return how many payloads of metadata were sent to be written."""
    posts = [row for row in sandbox.requests if row["method"] == "POST"]
    return sum(row["path"] == "/api/metadata" and "importMode" not in row["query"] for row in posts)


@pytest.mark.parametrize(
    "bytes_",
    [60_000, *(pytest.param(each, marks=pytest.mark.longer) for each in (200_000, 20_000))],
)
def test_a_package_that_is_too_large_for_a_proxy_is_divided(
    sandbox: Sandbox, dhis2: Dhis2, bytes_: int
) -> None:
    sandbox.cues.add(path="^/api/metadata", method="POST", larger=bytes_, status=413)

    bring(dhis2)

    sandbox.cues.clear()
    assert bring(dhis2)


def test_one_object_that_is_too_large_names_the_proxys_limit(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    sandbox.cues.add(path="^/api/metadata", method="POST", larger=100, status=413)

    with pytest.raises(TargetError, match=r"accepts no request of .* bytes \(413\)"):
        bring(dhis2)


def test_programs_and_their_stages_stay_together() -> None:
    payload = {kind: [{"id": kind}] for kind in ("dataElements", "programs", "programStages")}

    assert divide(payload) == [
        {"dataElements": [{"id": "dataElements"}]},
        {"programs": [{"id": "programs"}], "programStages": [{"id": "programStages"}]},
    ]
    assert divide({"options": [{"id": "A"}]}) == []
