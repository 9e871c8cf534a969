"""Which patches of DHIS2 get something wrong, and what to upgrade to."""

import pytest

from flows.connectors.dhis2.client import SystemInfo
from transforms.core.errors import TargetError
from transforms.dhis2.tables.patches import PATCH_FAULTS, Harm
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


def test_every_fault_is_of_releases_that_are_supported() -> None:
    assert all(fault.fixed.keys() <= DIALECTS.keys() for fault in PATCH_FAULTS)
