"""What the manifests of stages say, also those that earlier releases wrote."""

from pathlib import Path
from typing import Any

import pytest

from staging.frames import declare_done, read_stage
from staging.layout import Run
from staging.manifests import ChangesManifest, DesiredManifest
from tests.support.manifests import changes_manifest
from transforms.core.errors import StagingError

OLDEST_CHANGES: dict[str, Any] = {
    "partitions": 1,
    "ended": 1,
    "versions": {"tracked_entities": "first"},
    "changes": {"tracked_entities": {"update": 6}},
    "held": {"tracked_entities": 11},
    "pseudonym_fingerprint": "0088048d88507509",
    "mapping": {"tracked_entities": "05c9eaf3c61f95aa"},
}


def test_changes_that_release_0_1_staged_are_read(tmp_path: Path):
    run = Run(tmp_path, "run")
    declare_done(run, "changes", OLDEST_CHANGES)

    manifest = ChangesManifest.read(run)

    assert manifest.changes == {"tracked_entities": {"update": 6}}
    assert (manifest.package, manifest.wholly, manifest.treatments) == ("", [], {})
    assert (manifest.magnitude, manifest.noted, manifest.counted_only) == ([], {}, {})


def test_what_earlier_releases_called_left_out_is_counted_only(tmp_path: Path):
    run, counts = Run(tmp_path, "run"), {"policy_events": {"no_place": 3}}
    declare_done(run, "changes", OLDEST_CHANGES | {"left_out": counts})

    assert ChangesManifest.read(run).counted_only == counts


def test_a_key_that_was_not_recorded_is_the_one_of_now(tmp_path: Path):
    run = Run(tmp_path, "run")
    DesiredManifest(partitions=1, rows={}).declare_done(run)
    assert DesiredManifest.read(run).key_or("now") == "now"

    DesiredManifest(partitions=1, rows={}, pseudonym_fingerprint=None).declare_done(run)
    assert DesiredManifest.read(run).key_or("now") is None


def test_the_manifest_has_what_was_said_and_no_more(tmp_path: Path):
    run = Run(tmp_path, "run")
    DesiredManifest(partitions=2, rows={}).declare_done(run)

    assert list(read_stage(run, "desired")) == ["partitions", "rows", "files"]


def test_a_manifest_without_a_number_is_damaged_and_nothing_is_made_of_it(tmp_path: Path):
    run = Run(tmp_path, "run")
    declare_done(run, "changes", {"partitions": "many"})

    with pytest.raises(StagingError, match=r"changes/manifest.json is damaged: 5 of its entries"):
        ChangesManifest.read(run)


def test_a_stage_that_is_not_done_has_no_manifest(tmp_path: Path):
    run = Run(tmp_path, "run")

    assert ChangesManifest.read_if_done(run) is None
    with pytest.raises(StagingError, match=r"has no changes yet .* Nothing was posted"):
        ChangesManifest.read(run)

    changes_manifest(3).declare_done(run)
    assert ChangesManifest.read(run).partitions == 3
