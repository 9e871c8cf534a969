"""Transform: snapshot → desired → changes → bundles; nothing is posted."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from prefect import flow

from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import in_one_sentence, step
from flows.prefect_support.prefect_runner import PrefectRunner
from flows.prefect_support.pseudonym_key import load_pseudonym_key
from flows.prefect_support.run_names import named_by
from flows.steps.compare.adx_file import write_adx
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.transform_run import transform_run, transforming
from flows.steps.shared.country_file import read_country
from flows.steps.shared.named_files import read_coordinates, read_place_groups
from staging.requests import TransformRequest
from staging.runs import note_language
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import Scope


@flow(name="transform", flow_run_name=named_by("target"))
@in_one_sentence
def transform(
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str,
    pseudonym_key: str,
    scopes: Sequence[Scope] = (Scope.ALL,),
    changed_from: date | None = None,
    changed_to: date | None = None,
    allow: Sequence[Allow] = (),
    *,
    adx: bool = False,
) -> str:
    """Stage what the run will post; started again, it goes on or does nothing.

    Args:
        target: Name of the saved block `dhis2-server` that it will be posted to.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: The run; its snapshot is complete.
        pseudonym_key: Name of a saved block `pseudonym-key`.
        scopes: What is posted.
        changed_from: Post only what left a trace in openIMIS since this day.
        changed_to: Post only what left a trace in openIMIS until this day.
        allow: What is permitted for this run; the sentence of each guard names what lifts it.
        adx: Also write the figures into the run's folder as an ADX file (figures.adx.xml).

    Returns:
        The run's id.

    Raises:
        StagingError: The snapshot is not there or damaged, or the run is at work already.
        CountryError: The country file does not say what is needed.
        GuardError: The pseudonym key or openIMIS is another than the last run's, or a table of
            openIMIS shrank.
    """
    request = TransformRequest(
        target=target,
        country=country,
        staging_root=staging_root,
        run_id=run_id,
        pseudonym_key=pseudonym_key,
        scopes=tuple(scopes),
        changed_from=changed_from,
        changed_to=changed_to,
        allow=tuple(allow),
        adx=adx,
    )
    inputs = gather_inputs(request)
    with transforming(request, inputs.country) as run:
        note_language(run, inputs.country.languages.reports)
        allowed = record_permissions(run, request.allow)
        transform_run(run, request.goal, inputs, allowed, PrefectRunner())
        if request.adx:
            restates = Allow.RESTATE in allowed
            write_adx(run, request.goal, inputs.country, restates=restates)
    return run_id


@step
def gather_inputs(request: TransformRequest) -> Inputs:
    """Return what the run is made of: the request, the country file and saved blocks."""
    settings = read_country(request.country)
    key = load_pseudonym_key(request.pseudonym_key, settings)
    places = read_coordinates(request.country, settings)
    groups = read_place_groups(request.country, settings)
    return Inputs(settings, places, key, request.scopes, request.window, groups)
