"""What installs and runs the service in production fits the project and its own parts."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import prefect.settings
import pytest
import yaml

from flows.prefect_support.children import STAGE_QUEUE
from flows.prefect_support.command_line import COMMANDS
from flows.prefect_support.service.home import ServiceHome
from transforms.requirements.tables.requirements import WORK_POOL

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
READ_BY_SERVER = "PREFECT_SERVER_ENCRYPTION_KEY"
"""Which the server reads past its settings."""
ENVIRONMENT = dict(
    line.lstrip("# ").split("=", 1)
    for line in (DEPLOY / "service.env.example").read_text().splitlines()
    if re.match(r"(# )?[A-Z_]+=", line)
)


def test_every_setting_of_the_service_is_one_that_prefect_knows() -> None:
    names = [name for name in ENVIRONMENT if name.startswith("PREFECT_") and name != READ_BY_SERVER]

    assert READ_BY_SERVER in ENVIRONMENT
    assert [name for name in names if not hasattr(prefect.settings, name)] == []


def test_the_settings_of_production_are_those_of_make_up(tmp_path: Path) -> None:
    home = ServiceHome(tmp_path / "home")
    home.make()
    of_its_own = {"PREFECT_SERVER_API_PORT"}

    assert home.settings().keys() - of_its_own <= ENVIRONMENT.keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_is_installed(unit: Path) -> None:
    commands = re.findall(
        r"^Exec\w+=/opt/openimis-to-dhis2/.venv/bin/(.+)$", unit.read_text(), re.M
    )

    assert commands
    for command in commands:
        program, name, *_ = command.split()
        assert program in {"prefect", "openimis-dhis2"}
        assert program == "prefect" or name in COMMANDS


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_systemd_understands_the_units() -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", *UNITS], capture_output=True, text=True, check=False
    )

    faults = [line for line in done.stderr.splitlines() if "openimis-dhis2" in line]
    assert [line for line in faults if "is not executable" not in line] == []


def test_units_and_containers_have_the_work_pool_of_the_deployments() -> None:
    [worker] = [unit for unit in UNITS if "worker" in unit.name]

    assert f"--pool {WORK_POOL} " in worker.read_text()
    assert WORK_POOL in COMPOSE["services"]["worker"]["command"]


def test_units_and_containers_have_a_worker_for_stages_alone() -> None:
    [stages] = [unit for unit in UNITS if "stages" in unit.name]

    assert f"--pool {WORK_POOL} --work-queue {STAGE_QUEUE} " in stages.read_text()
    assert STAGE_QUEUE in COMPOSE["services"]["stages"]["command"]


def test_the_containers_show_the_api_to_this_machine_only_and_keep_what_must_stay() -> None:
    server, worker = COMPOSE["services"]["server"], COMPOSE["services"]["worker"]

    assert all(port.startswith("127.0.0.1:") for port in server["ports"])
    assert "staging:/var/lib/openimis-to-dhis2" in worker["volumes"]
    named = {
        each.split(":")[0]
        for service in COMPOSE["services"].values()
        for each in service.get("volumes", ())
        if not each.startswith((".", "/"))
    }
    assert named == COMPOSE["volumes"].keys()


def test_the_image_gets_all_that_the_installation_copies() -> None:
    script = (DEPLOY / "install.sh").read_text()
    copied = re.search(r'cp "\$source"/\{(.+)\}', script)
    assert copied
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text()

    for name in (*copied[1].split(","), "flows", "staging", "transforms"):
        assert f"!{name}\n" in let_in, name
        assert (PROJECT / name).exists()
