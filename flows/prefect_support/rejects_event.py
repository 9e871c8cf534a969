"""An event for Prefect's automations: a run held back, or DHIS2 refused, many of its objects."""

from prefect.events import emit_event

from staging.files import read_json
from staging.layout import Run

MANY_REJECTS = "openimis-to-dhis2.many-rejects"
SENTENCE = "openimis-to-dhis2.sentence"
REJECTS_SHARE = 0.01


def emit_many_rejects(run: Run, target: str, rejects: int, share: float) -> None:
    """Emit the event, if more than a share of what was compared was held back or refused.

    Args:
        run: The run, which was summarised.
        target: Name of the target.
        rejects: How many objects were held back or refused.
        share: Of all objects that were compared.
    """
    compared = sum(read_json(run.summary)["compared"].values())
    if not are_many(rejects, compared, share):
        return
    sentence = (
        f"{rejects:,} of {compared:,} objects of {target} were held back or refused. See the "
        f"artifact of run {run.run_id}."
    )
    labels = {SENTENCE: sentence, "prefect.resource.name": target}
    resource = {"prefect.resource.id": f"openimis-to-dhis2.run.{run.run_id}"} | labels
    emit_event(MANY_REJECTS, resource=resource)


def are_many(rejects: int, compared: int, share: float) -> bool:
    """Whether rejects are more than a share of what was compared."""
    return rejects > share * compared
