"""The steps of the tutorial, as they stand there, bring a sample into DHIS2."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.service import free_port

PROJECT = Path(__file__).parents[3]
PAGE = (PROJECT / "docs" / "tutorial" / "first-hour.md").read_text()
STEPS = re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
MINUTES = 15


@pytest.mark.large
@pytest.mark.timeout(60 * 2 * MINUTES)
def test_the_first_hour_takes_a_quarter_of_an_hour_of_machine_time(tmp_path: Path) -> None:
    usual = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    here = tmp_path / "first-hour"
    settings = {
        "SERVICE_HOME": str(tmp_path / "home"),
        "SERVICE_PORT": str(free_port()),
        "DHIS2_PORT": str(free_port()),
    }
    script = "\n".join(STEPS).replace("$PWD/build/first-hour", str(here))
    steps, _, stop = script.partition("kill $(cat")
    began = time.monotonic()
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", steps],
            cwd=PROJECT,
            env=usual | settings,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        minutes = (time.monotonic() - began) / 60
        stopping = f"HERE={here}; kill $(cat{stop}"
        subprocess.run(["bash", "-c", stopping], cwd=PROJECT, env=usual | settings, check=False)

    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert "requirements are not met (openIMIS: Code values)" in done.stdout
    reports = list(here.glob("staging/runs/*/report.html"))
    assert [each for each in reports if "loader is up to date" in each.read_text()]
    assert "openimis_dhis2_last_run_succeeded" in done.stdout
    assert minutes <= MINUTES
