"""Who is told of what, as Prefect's automations: one of a name, made anew if it differs.

a flow fails                     ─► the operators' channel
many rejects                     ─► the operators' channel
no sync succeeds for 26 hours    ─► the operators' channel
nobody takes a run               ─► the operators' channel
a run's process is gone          ─► the run is Crashed, so that nobody waits for it
a run that was taken never began ─► the same
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.blocks.notifications import SlackWebhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from pydantic import SecretStr

from flows.prefect_support.rejects_event import MANY_REJECTS, SENTENCE

CHANNEL = "operators"
PREFIX = "openIMIS to DHIS2: "
RUN = "prefect.flow-run."
ENDED = {f"{RUN}{name}" for name in ("Completed", "Completed*", "Failed", "Crashed", "Cancelled")}
EACH = "prefect.resource.id"
NOT_UPDATED = {"owner_resource"}
"""What Prefect takes of a new automation only."""
LINK = "{% if flow_run is defined and flow_run %}\n{{ flow_run|ui_url }}{% endif %}"
REPORTED_ENDINGS = ("sync", "set-up-dhis2", "reconcile", "run-analytics", "import-population")
"""Flows whose failure is told. Stages are not among them: `sync` fails with each of them."""


@dataclass(frozen=True)
class Limits:
    """For how long is waited.

    Attributes:
        without_success: Until a sync has to succeed again: a day, and two hours for a late one.
        untaken: Until a run that is due has to begin.
        silent: Until a run without a sign of its process is taken for crashed.
        pending: Until a run that a worker has taken has to begin.
    """

    without_success: timedelta = timedelta(hours=26)
    untaken: timedelta = timedelta(minutes=15)
    silent: timedelta = timedelta(minutes=5)
    pending: timedelta = timedelta(minutes=10)


USUAL_LIMITS = Limits()


def save_channel(address: str) -> None:
    """Save where the operators are told, as an address of Apprise.

    `mailtos://…` is e-mail, `jsons://…` a webhook. Of Prefect's own blocks, the one named for Slack
    hands every address to Apprise.
    """
    SlackWebhook(url=SecretStr(address)).save(CHANNEL, overwrite=True)


@dataclass(frozen=True)
class Alert:
    """What the operators are told, and when.

    Attributes:
        name: Of the automation.
        trigger: When.
        subject: What, in a few words; a template of Prefect's, as the body is.
        body: What, and what to do.
    """

    name: str
    trigger: EventTrigger
    subject: str
    body: str

    def automation(self, channel: UUID) -> AutomationCore:
        """Return the automation that tells it on a channel (the id of its block)."""
        action = SendNotification(
            block_document_id=channel, subject=self.subject, body=f"{self.body}{LINK}"
        )
        return AutomationCore(name=PREFIX + self.name, trigger=self.trigger, actions=[action])


def make_automations(
    client: SyncPrefectClient, channel: UUID | None, limits: Limits = USUAL_LIMITS
) -> None:
    """Make all automations, one of each name; what was switched off stays so.

    Args:
        client: Of Prefect's server.
        channel: Id of the block of the operators' channel; without one nobody is told.
        limits: For how long is waited.
    """
    telling = [each.automation(channel) for each in alerts(limits)] if channel else []
    for automation in [_silent(limits.silent), _never_began(limits.pending), *telling]:
        found = client.read_automations_by_name(automation.name)
        if not found:
            client.create_automation(automation)
        elif changed := _update_of(automation, found[0]):
            client.update_automation(found[0].id, changed)


def _update_of(ours: AutomationCore, found: AutomationCore) -> AutomationCore | None:
    """Return what an automation has to be, switched off if it was; None where it is so already.

    Prefect's client leaves out of an update what was not set, so all is set.
    """
    desired = ours.model_dump(exclude=NOT_UPDATED) | {"enabled": found.enabled}
    is_so = AutomationCore.model_validate(found.model_dump()).model_dump(exclude=NOT_UPDATED)
    return AutomationCore.model_validate(desired) if desired != is_so else None


def alerts(limits: Limits) -> Iterator[Alert]:
    """Yield all that the operators are told."""
    hours = limits.without_success.total_seconds() / 3600
    yield Alert(
        "a flow has failed",
        _failure(),
        "{{ flow_run.name }} failed",
        "{{ flow_run.state.name }}: {{ flow_run.state.message }}",
    )
    yield Alert(
        "many rejects",
        EventTrigger(expect={MANY_REJECTS}, for_each={EACH}),
        "Many objects were held back or refused",
        f"{{{{ event.resource['{SENTENCE}'] }}}}",
    )
    yield Alert(
        "no success",
        _no_success(limits.without_success),
        "DHIS2 is not up to date",
        f"No sync has succeeded for {hours:.4g} hours. Look at the newest runs of sync.",
    )
    yield Alert(
        "nobody takes a run",
        _untaken(limits.untaken),
        "A run does not begin",
        "{{ flow_run.name }} is due, and nobody runs it. Look whether a worker runs, with a free "
        "slot, and whether its work pool is paused.",
    )


def _failure() -> EventTrigger:
    return EventTrigger(
        expect={f"{RUN}{name}" for name in ("Failed", "Crashed", "TimedOut")},
        match_related=_of_flows(*REPORTED_ENDINGS),
        for_each={EACH},
    )


def _no_success(within: timedelta) -> EventTrigger:
    return EventTrigger(
        expect={f"{RUN}Completed", f"{RUN}Completed*"},
        match_related=_of_flows("sync"),
        posture=Posture.Proactive,
        within=within,
    )


def _untaken(within: timedelta) -> EventTrigger:
    return _missing({f"{RUN}Late", f"{RUN}Pending"}, {f"{RUN}Running", *ENDED}, within)


def _silent(within: timedelta) -> AutomationCore:
    """Let a run of which no sign comes any more crash: its process is gone."""
    heartbeat = f"{RUN}heartbeat"
    return _crash(
        "a process is gone",
        "Its process is gone: no sign of it came any more. The next run goes on.",
        _missing({heartbeat}, {heartbeat, *ENDED}, within),
    )


def _never_began(within: timedelta) -> AutomationCore:
    """Let a run crash that a worker has taken and not begun: the worker was killed meanwhile."""
    return _crash(
        "a run never began",
        "A worker took it and never began it: it was killed, perhaps. The next run goes on.",
        _missing({f"{RUN}Pending"}, {f"{RUN}Running", *ENDED}, within),
    )


def _crash(name: str, message: str, trigger: EventTrigger) -> AutomationCore:
    crash = ChangeFlowRunState(name=None, state=StateType.CRASHED, message=message, force=False)
    return AutomationCore(name=PREFIX + name, trigger=trigger, actions=[crash])


def _missing(after: set[str], expect: set[str], within: timedelta) -> EventTrigger:
    """Return what fires where something does not follow something else in time, run by run."""
    return EventTrigger(
        after=after, expect=expect, for_each={EACH}, posture=Posture.Proactive, within=within
    )


def _of_flows(*names: str) -> dict[str, str | list[str]]:
    return {"prefect.resource.role": "flow", "prefect.resource.name": list(names)}
