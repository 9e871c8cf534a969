"""No name leads out of the staging folder."""

from pathlib import Path

import pytest

from staging.layout import Run
from transforms.core.errors import StagingError


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "-x", "a b", "x" * 101])
def test_a_run_id_cannot_lead_out_of_the_staging_folder(tmp_path: Path, name: str):
    with pytest.raises(StagingError, match="cannot be a run_id"):
        Run(tmp_path, name)
