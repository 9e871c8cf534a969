"""Write what a plan holds into a DHIS2, all or nothing, each part after a dry run."""

from collections.abc import Mapping

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_import import TooLargeError, divide, import_payload
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.set_up.maps import write_maps
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_plan import MAPS, Plan
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES


def write_plan(client: Dhis2, info: SystemInfo, planned: Plan) -> None:
    """Write what is planned, each part after a dry run that passed.

    Raises:
        TargetError: It would not, or did not take it after all.
    """
    for part in planned.parts:
        if MAPS in part:
            write_maps(client, info.dialect, planned)
        else:
            _write_part(client, part)


def _write_part(client: Dhis2, part: Payload) -> None:
    try:
        dry_run(client, part)
        write_package(client, part)
    except TooLargeError:
        parts = divide(part)
        if not parts:
            raise
        for each in parts:
            _write_part(client, each)


def check_plan(client: Dhis2, planned: Plan) -> None:
    """Ask DHIS2 whether it would take all that is planned, where a proxy lets so much through.

    Raises:
        TargetError: It would not; names the objects and error codes.
    """
    try:
        dry_run(client, planned.checkable)
    except TooLargeError as error:
        planned.notes.append(f"DHIS2 was not asked whether it would take the plan. {error}")


def dry_run(client: Dhis2, payload: Payload) -> None:
    """Ask DHIS2 whether it would take what is planned.

    Raises:
        TargetError: It would not; names the objects and error codes.
    """
    if not payload:
        return
    report = import_payload(client, payload, validate=True)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 would refuse the package: {_names(report.refused)}. The codes are DHIS2's own: "
            f"mend what they say, then run set-up again. Nothing of it was written."
        )


def write_package(client: Dhis2, payload: Payload) -> None:
    """Write what is planned, all or nothing.

    Raises:
        TargetError: DHIS2 refuses it though the dry run passed.
    """
    report = import_payload(client, payload)
    if not report.accepted:
        raise TargetError(
            f"DHIS2 refused the package after a dry run that passed: {_names(report.refused)}. "
            f"Look at its log at this time and run set-up again. Nothing of it was written."
        )


def refuse_what_was_not_stored(planned: Plan) -> None:
    """Stop if a plan made after the package was written is not empty.

    Raises:
        TargetError: DHIS2 answered OK, and stored something else.
    """
    if not planned.is_empty:
        left = ", ".join(
            f"{METADATA_CLASSES[kind].thing} {thing['id']} ({_properties(planned, thing)})"
            for kind, things in planned.payload.items()
            for thing in things
        )
        raise TargetError(
            f"DHIS2 answered that it stored the package, but reading it back shows otherwise: "
            f"{left}. Run set-up again; if it stays so, report it with DHIS2's version. No data "
            f"were sent."
        )


def _names(refused: Mapping[str, list[str]]) -> str:
    named = ", ".join(f"{uid} ({', '.join(codes)})" for uid, codes in refused.items())
    return named or "without naming an object; its log tells why"


def _properties(planned: Plan, thing: Json) -> str:
    return ", ".join(planned.changed.get(thing["id"], ["not there at all"]))
