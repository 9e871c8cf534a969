"""Check: is everything there that a run needs? It writes nothing but its own artifact."""

import re
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.look_around import look_around
from flows.prefect_support.run_names import named_by
from flows.steps.shared.languages import reports_language
from transforms.reports.check_page import check_page, check_sentence
from transforms.requirements.check_rows import CheckRow, unmet
from transforms.requirements.tables.requirements import WORK_POOL

WITH_FAULTS = "CompletedWithFaults"


@flow(name="check", flow_run_name=named_by("target"))
@in_one_sentence
def check(
    source: str,
    target: str,
    country: Path,
    staging_root: Path,
    pseudonym_key: str | None = None,
    work_pool: str = WORK_POOL,
) -> State[list[CheckRow]]:
    """Look at every requirement of a load, in order; nothing is written anywhere.

    Args:
        source: Name of a saved block `openimis-database`.
        target: Name of a saved block `dhis2-server`, of the user of the load.
        country: The country file.
        staging_root: Folder of all pipeline files.
        pseudonym_key: Name of a saved block `pseudonym-key`; by default the source's name.
        work_pool: Name of the work pool whose worker runs the flows.

    Returns:
        What was found of each requirement; the state is named CompletedWithFaults if one is not
        met.
    """
    key = pseudonym_key or source
    findings = look_around(source, target, country, staging_root, key, work_pool)
    page = check_page(findings, reports_language(country))
    name = "check-" + re.sub(r"[^a-z0-9]+", "-", target.lower())
    create_markdown_artifact(page, key=name, description=f"Check of {target}")
    ending = WITH_FAULTS if unmet(findings) else None
    return Completed(name=ending, message=check_sentence(findings), data=findings)
