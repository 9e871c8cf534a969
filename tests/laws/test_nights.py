"""No record, no night and no release stops a country: the law, night after night, by the steps.

Whatever was wrong, the next run, without anybody's help, makes progress on everything that is not
faulty; every fault is named by table and UUID; what an earlier run left is never posted.
"""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.faults_of_nights import NIGHTS, Night
from tests.laws.nights import Nights, first_night
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import DAY_ONE, Moment, Scheme
from tests.support.scheme.comparisons import (
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    settle_what_is_in_doubt,
)
from transforms.changes.guards.permissions import NOTHING

SOUND = Night()
CERTAIN = (
    Night(
        bad_values=((1, "a claim of a day that cannot be read"), (2, "a person born some day")),
        deleted=(4,),
        troubles=((2, "DHIS2 fails"), (3, "its answer does not arrive")),
    ),
    Night(outage=(2, "before"), shows_names=False),
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scheme, Moment]]:
    """A scheme of nine people after a sound first night, and that moment."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = Scheme(tmp_path_factory.mktemp("nights"), sandbox)
        scheme.allow, scheme.pause_seconds, scheme.partitions = NOTHING, 0.01, 1
        scheme.begin(sample(12, seed=2, level="1.4", as_of=DAY_ONE, defects=False))
        first_night(scheme)
        yield scheme, scheme.moment()


def hold_the_law(loaded: tuple[Scheme, Moment], nights: Sequence[Night]) -> None:
    """Live some nights with faults, and a sound one, after which nothing is left to do."""
    scheme, moment = loaded
    scheme.back_to(moment)
    life = Nights(scheme)

    for night in nights:
        life.live(night)
    life.live(Night(shows_names=nights[-1].shows_names, comes="after"))
    settle_what_is_in_doubt(scheme)

    assert_acknowledged_is_wanted(scheme, scheme.current.last_ended or life.run_id)
    assert_acknowledged_is_held(scheme)
    before = scheme.writes()
    scheme.bring("quiet")
    assert scheme.writes() == before


def test_bad_rows_an_outage_and_a_tighter_policy_keep_nothing_else_from_arriving(
    loaded: tuple[Scheme, Moment],
) -> None:
    hold_the_law(loaded, CERTAIN)


@pytest.mark.large
@pytest.mark.timeout(1_200)
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(nights=st.lists(NIGHTS, min_size=2, max_size=4))
def test_whatever_goes_wrong_on_some_nights(
    loaded: tuple[Scheme, Moment], nights: list[Night]
) -> None:
    hold_the_law(loaded, nights)
