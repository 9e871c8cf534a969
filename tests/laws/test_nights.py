"""No record, no night and no release stops a country: the law, night after night, by the steps.

Whatever was wrong, the next run, without anybody's help, makes progress on everything that is not
faulty; every fault is named by table and UUID; what an earlier run left is never posted.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.faults_of_nights import NIGHTS, Night
from tests.laws.nights import NIGHTS_OF_DOUBT, Nights, first_night
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import DAY_ONE, Moment, Scheme
from tests.support.scheme.comparisons import (
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
)
from transforms.changes.guards.permissions import NOTHING

WORLDS = partial(settings, suppress_health_check=list(HealthCheck))  # a night takes seconds
CERTAIN = (
    Night(
        bad_values=(
            (1, "a claim of a day that cannot be read"),
            (2, "a person born some day"),
            (5, "a claim deleted in 20223"),
        ),
        deleted=(4,),
        troubles=((2, "DHIS2 fails"), (3, "it does not arrive")),
    ),
    Night(deleted=(6,), outage=(4, "after"), shows_names=False, comes="after"),
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

    last = bring_until_nothing_is_posted(scheme, NIGHTS_OF_DOUBT + 1)
    assert_acknowledged_is_wanted(scheme, last)
    assert_acknowledged_is_held(scheme)


def bring_until_nothing_is_posted(scheme: Scheme, nights: int) -> str:
    """Let nights without a change pass until one posts nothing; return its run."""
    for run_id in (f"quiet-{night}" for night in range(nights)):
        before = scheme.writes()
        scheme.bring(run_id)
        if scheme.writes() == before:
            return run_id
    raise AssertionError(f"After {nights} nights without a change something is still posted.")


@pytest.mark.longer
def test_bad_rows_an_outage_and_a_tighter_policy_keep_nothing_else_from_arriving(
    loaded: tuple[Scheme, Moment],
) -> None:
    hold_the_law(loaded, CERTAIN)


@pytest.mark.large
@pytest.mark.timeout(1_200)
@WORLDS(max_examples=6)
@given(nights=st.lists(NIGHTS, min_size=2, max_size=3))
def test_whatever_goes_wrong_on_some_nights_all_that_is_not_faulty_arrives(
    loaded: tuple[Scheme, Moment], nights: list[Night]
) -> None:
    hold_the_law(loaded, nights)


@pytest.mark.hours
@pytest.mark.timeout(7_200)
@WORLDS(max_examples=150)
@given(nights=st.lists(NIGHTS, min_size=3, max_size=5))
def test_whatever_goes_wrong_on_many_nights_all_that_is_not_faulty_arrives(
    loaded: tuple[Scheme, Moment], nights: list[Night]
) -> None:
    hold_the_law(loaded, nights)
