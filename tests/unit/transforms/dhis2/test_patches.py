"""Which patches of DHIS2 get something wrong, and what to upgrade to."""

import pytest

from flows.connectors.dhis2.system_info import SystemInfo
from transforms.core.errors import TargetError
from transforms.dhis2.tables.patches import PATCH_FAULTS, Harm, PatchFault, patch_faults, upgrade_to
from transforms.dhis2.tables.versions import DIALECTS


def server(version: str) -> SystemInfo:
    release = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    return SystemInfo(version, (release[0], release[1]), None, "http://dhis2", "iso8601", "UTC")


@pytest.mark.parametrize("version", ["2.40.12", "2.41.9.1", "2.42.5.2", "2.43.1"])
def test_the_patches_that_were_recorded_get_nothing_wrong(version: str) -> None:
    assert server(version).patch_warnings() == []


@pytest.mark.parametrize("version", ["2.40.7", "2.41.4", "2.42.0"])
def test_a_patch_that_doubles_events_when_read_is_not_reconciled(version: str) -> None:
    with pytest.raises(TargetError, match=r"Upgrade DHIS2 to 2\.4\d\.\d or later"):
        server(version).check_reading()


@pytest.mark.parametrize("version", ["2.40.8", "2.41.5", "2.42.1", "2.43.0"])
def test_the_least_patch_that_reads_rightly_is_reconciled(version: str) -> None:
    server(version).check_reading()


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        ("2.42.4.1", 0),
        ("2.42.5", 1),
        ("2.42.5.0", 1),
        ("2.42.5.1", 0),
        ("2.43.0", 1),
        ("2.43.0.1", 0),
    ],
)
def test_tokens_fail_on_two_patches_only(version: str, faults: int) -> None:
    assert len(server(version).patch_warnings(Harm.TOKENS)) == faults


def test_a_version_that_is_no_release_is_taken_for_sound() -> None:
    assert server("2.42-SNAPSHOT").patch == ()
    assert server("2.42-SNAPSHOT").patch_warnings() == []


@pytest.mark.parametrize(
    ("version", "least"), [("2.40.7", "2.40.8"), ("2.41.3", "2.41.4"), ("2.42.0", "2.42.1")]
)
def test_a_patch_that_does_not_show_periods_of_charts_is_not_set_up(
    version: str, least: str
) -> None:
    with pytest.raises(TargetError, match=rf"Upgrade DHIS2 to {least} or later.*Nothing was wri"):
        server(version).check_showing()


@pytest.mark.parametrize("version", ["2.40.8", "2.41.4", "2.42.1", "2.43.0"])
def test_the_least_patch_that_shows_periods_of_charts_is_set_up(version: str) -> None:
    server(version).check_showing()


def test_where_set_up_is_refused_all_is_said_that_is_wrong_with_the_patch() -> None:
    with pytest.raises(TargetError) as refused:
        server("2.42.0").check_showing()

    sentences = [
        f"DHIS2 2.42.0: {each.meaning} Upgrade DHIS2 to {upgrade_to((2, 42), [each])} or later."
        for each in patch_faults((2, 42), (0,))
    ]
    assert sentences[0] == (
        "DHIS2 2.42.0: Charts are shown without their relative periods. Upgrade DHIS2 to 2.42.1 or "
        "later."
    )
    assert str(refused.value) == (
        f"{' '.join(sentences)} Before that, set-up cannot see whether charts are as they must be. "
        f"Nothing was written."
    )


TRIED = [(fault, *each) for fault in PATCH_FAULTS for each in fault.tried.items()]


@pytest.mark.parametrize(("fault", "version", "was_there"), TRIED)
def test_a_fault_is_told_of_a_version_where_it_was_seen_and_of_none_where_it_was_not(
    fault: PatchFault, version: str, was_there: bool
) -> None:
    told = server(version).patch_warnings()

    assert any(fault.meaning in warning for warning in told) is was_there


def test_every_fault_is_of_releases_that_are_supported() -> None:
    assert all(fault.fixed.keys() <= DIALECTS.keys() for fault in PATCH_FAULTS)


@pytest.mark.parametrize("fault", PATCH_FAULTS, ids=lambda fault: fault.meaning)
def test_a_fault_begins_before_the_patch_that_is_free_of_it(fault: PatchFault) -> None:
    assert fault.began.keys() <= fault.fixed.keys()
    assert all(first < fault.fixed[release] for release, first in fault.began.items())
