"""The story of a ministry's tree and people, told to the stand-in."""

import pytest

from tests.live.ministry.__main__ import main
from tests.support.sandbox import ADMIN, running_sandbox


@pytest.mark.large
@pytest.mark.timeout(1800)
@pytest.mark.ci
def test_the_story_of_a_ministry_is_told_to_the_stand_in(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with running_sandbox(version="2.42") as sandbox:
        sandbox.app.refuses_unrecorded = False  # the story asks more of a server than the product
        code = main([sandbox.url, ":".join(ADMIN), "60", "50", "12", "5"])

    told = capfd.readouterr().out
    assert "FAILED" not in told
    assert code == 1  # the stand-in computes no figures
    assert "2 not done" in told.splitlines()[-1]
