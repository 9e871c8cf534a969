"""Bundles are immutable, posted in order, and in doubt until they are settled."""

from pathlib import Path

import orjson
import pytest

from staging.layout import Run
from staging.outbox import begin, bundles, put, seal, settle
from transforms.core.errors import StagingError

BODY = '{"events":[]}'


def test_bundles_are_posted_in_the_order_they_were_sealed(tmp_path: Path):
    run = Run(tmp_path, "run")
    written = [
        put(run, phase, 1, BODY, objects=0, partition=0)
        for phase in ("1-delete-events", "6-events")
    ]

    seal(run, written)

    assert bundles(run) == written


def test_a_bundle_that_was_begun_and_has_no_receipt_is_in_doubt(tmp_path: Path):
    run = Run(tmp_path, "run")
    bundle = put(run, "6-events", 1, BODY, objects=0, partition=0)
    states = [(bundle.is_in_doubt, bundle.is_settled)]

    begin(bundle)
    states.append((bundle.is_in_doubt, bundle.is_settled))
    settle(bundle, {"accepted": {}})
    states.append((bundle.is_in_doubt, bundle.is_settled))

    assert states == [(False, False), (True, False), (False, True)]


def test_a_bundle_that_was_changed_on_disk_is_not_posted(tmp_path: Path):
    bundle = put(Run(tmp_path, "run"), "6-events", 1, BODY, objects=0, partition=0)
    bundle.path.write_text('{"events":[{}]}')

    with pytest.raises(
        StagingError, match=r"00001\.json is damaged: .* start the run again with run_id run"
    ):
        bundle.body()


def test_receipts_are_one_line_each(tmp_path: Path):
    bundle = put(Run(tmp_path, "run"), "6-events", 1, BODY, objects=0, partition=0)

    settle(bundle, {"accepted": {"EVENT": ["a"]}})

    assert orjson.loads(bundle.receipt.read_bytes())["accepted"] == {"EVENT": ["a"]}
    assert bundle.receipt.read_bytes().count(b"\n") == 0
