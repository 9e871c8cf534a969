"""Explain: what is desired of an object, what DHIS2 confirmed, and why it was refused."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.run_names import named_by
from flows.steps.reconcile.explanation import find_object, run_to_explain
from staging.languages import language_of
from staging.layout import Target
from transforms.reports.explanations import markdown


@flow(name="explain", flow_run_name=named_by("target"))
@in_one_sentence
def explain(name: str, target: str, staging_root: Path, run_id: str | None = None) -> str:
    """Show what there is of an object; no value is shown, nor where or when it is.

    Args:
        name: An openIMIS UUID (or the key of a claim line or insuree policy), or a DHIS2 UID. That
            of a person also finds what belongs to the person.
        target: Name of the target.
        staging_root: Folder of all pipeline files.
        run_id: The run to look into; by default the last one that changed the target.

    Returns:
        What was found, as Markdown; also an artifact.

    Raises:
        StagingError: Nothing was ever posted to the target, and no run is named.
    """
    goal = Target(staging_root, target)
    language = language_of(run_to_explain(goal, run_id))
    text = markdown(name, find_object(name, goal, run_id), language)
    create_markdown_artifact(text, key="explanation", description=f"What is recorded of {name}")
    return text
