"""Set-up: the fixed package, org units and options into a DHIS2; safe to repeat."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.extract import take_snapshot
from flows.prefect_support.endings import ended_state, in_one_sentence, step
from flows.prefect_support.logs import log_page
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.run_names import named_by
from flows.prefect_support.waiting import AT_ONCE
from flows.steps.set_up.plan_and_write import SetUp
from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.shared.country_file import read_country
from flows.steps.shared.decisions import read_decisions
from flows.steps.shared.named_files import read_coordinates, read_place_groups
from staging.languages import language_named
from staging.layout import Run, Target
from staging.runs import at_work
from staging.target_lock import locked
from transforms.core.language import ENGLISH, Language, message
from transforms.model.selected_columns import selected_for_set_up
from transforms.reports.metadata_summary import plan_markdown, refused_markdown


@flow(name="set-up-dhis2", flow_run_name=named_by("target"))
@in_one_sentence
def set_up_dhis2(
    source: str,
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str | None = None,
    *,
    apply: bool = True,
    rename: bool = False,
    loader_user: str | None = None,
) -> State[str]:
    """Bring a DHIS2 to where it can take the data; what an operator added stays.

    Args:
        source: Name of a saved block `openimis-database`.
        target: Name of a saved block `dhis2-server`, of a user who may write metadata.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: Names the run; by default the flow run's id.
        apply: Write; else show the plan, and ask DHIS2 whether it would take it.
        rename: Where another object of DHIS2 has the name or code of one of ours, make ours with
            another name; else stop and list them.
        loader_user: User name of the daily load: it is given the root and data capture. By default
            nobody is given anything.

    Returns:
        The run's id; the state is named CompletedWithRejects if org units or options were refused.

    Raises:
        SourceError: openIMIS cannot be read as it must be.
        TargetError: DHIS2 is not as it must be.
        CountryError: The country file does not say what is needed.
        StagingError: The run is at work already, or another one is writing to the target.
    """
    run = Run(staging_root, run_id or str(flow_run.id))
    settings = read_country(country)
    columns = selected_for_set_up(settings)
    with locked(Target(staging_root, target), run.run_id), at_work(run):
        take_snapshot(AT_ONCE, run, source, columns, settings.guards)
        done = prepare_target(
            run, target, country, apply=apply, rename=rename, loader_user=loader_user
        )
    report(done, language_named(settings.languages.reports))
    return ended_state(run.run_id, done.refused)


@step
def prepare_target(
    run: Run, target: str, country: Path, *, apply: bool, rename: bool, loader_user: str | None
) -> SetUp:
    """Write what DHIS2 lacks of the package, the org units and the options of a run's snapshot."""
    settings = read_country(country)
    coordinates = read_coordinates(country, settings)
    groups = read_place_groups(country, settings)
    decisions = read_decisions(Target(run.root, target), settings)
    with connect(target, settings) as client:
        return set_up_run(
            run,
            client,
            settings,
            coordinates,
            groups,
            apply=apply,
            rename=rename,
            loader_user=loader_user,
            decisions=decisions,
        )


def report(done: SetUp, language: Language) -> None:
    """Log what was found and done, and leave it as an artifact."""
    page = "\n\n".join(set_up_parts(done, language))
    create_markdown_artifact(page, key="set-up-dhis2", description="Set-up of DHIS2")
    made, changed = (sum(map(len, each.values())) for each in (done.plan.create, done.plan.change))
    get_run_logger().info("The package: %s objects to be made, %s to be changed", made, changed)
    for part in set_up_parts(done, ENGLISH):
        log_page(part)


def set_up_parts(done: SetUp, language: Language) -> list[str]:
    """Return what was found and done, part by part, as Markdown."""
    titled = ((message("Options"), done.options), (message("Org units"), done.org_units))
    pushed_parts = [
        refused_markdown(language.of(title), len(pushed.accepted), pushed.refused, language)
        for title, pushed in titled
        if pushed is not None
    ]
    grants = [f"- {language.of(sentence)}" for sentence in done.grants]
    return [plan_markdown(done.plan, language), *pushed_parts, *grants]
