"""Names of flow runs that people can read: `sync ministry 2026-11-28`."""

from collections.abc import Callable

from prefect.runtime import flow_run


def named_by(parameter: str | None) -> Callable[[], str]:
    """Return what names the runs of a flow: flow, value of a parameter if any, day of the start.

    A run that waits for its start still has the name that Prefect has made up.
    """

    def name() -> str:
        subject = flow_run.parameters.get(parameter) if parameter else None
        return run_name(str(flow_run.flow_name), subject)

    return name


def run_name(flow_name: str, subject: str | None) -> str:
    """Return the name of a run; the day is that of the scheduled start, where this machine is."""
    day = flow_run.scheduled_start_time.astimezone()
    return " ".join(filter(None, [flow_name, subject, f"{day:%Y-%m-%d}"]))
