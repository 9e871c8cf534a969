"""What an administrator of DHIS2 can get wrong, and the sentence that says what to change."""

# ruff: noqa: E501 - a table is read by its rows

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.loader import LOADER_USER
from tests.support.sandbox.state import State
from tests.system.crashes.story import CHANGES, FIRST_LOAD
from transforms.model.tables.insuree import INSUREE_ID, SEX
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM, PERSON_TYPE

Spoil = Callable[[State], None]

TO_LOOK_AT = {"public": "r-------", "external": False, "users": {}, "userGroups": {}}
SEX_OPTIONS = SEX.option_set.uid if SEX.option_set else ""


@dataclass(frozen=True)
class WrongSetting:
    """A wrong setting.

    Attributes:
        spoil: Makes it.
        said_before: Part of the sentence, if it is made before the run and stops it; None if there
            is no such case.
        said_meanwhile: Likewise, if it is made while the first bundle is under way.
        of_many: Whether bad records could look alike, so that it takes a whole bundle to tell.
        chapter: The run before which it is made.
        reasons: Of what is held back or left out, if it is made before the run and stops nobody;
            none where the load mends it. None if it stops the run, or there is no such case.
    """

    spoil: Spoil
    said_before: str | None
    said_meanwhile: str | None
    of_many: bool = False
    chapter: str = CHANGES
    reasons: tuple[str, ...] | None = None


def _without_org_units(program: str) -> Spoil:
    def spoil(state: State) -> None:
        state.metadata["programs"][program]["organisationUnits"] = []

    return spoil


def _not_to_be_written(kind: str, uid: str) -> Spoil:
    def spoil(state: State) -> None:
        state.metadata[kind][uid]["sharing"] = dict(TO_LOOK_AT)

    return spoil


def _no_metadata(state: State) -> None:
    for held in state.metadata["users"][LOADER_USER.uid]["userRoles"]:
        role = state.metadata["userRoles"][held["id"]]
        role["authorities"] = [each for each in role["authorities"] if not each.endswith("_ADD")]


def _nothing_new(state: State) -> None:
    """Like `_no_metadata`; besides, openIMIS has an option that DHIS2 has not."""
    _no_metadata(state)
    options = state.metadata["optionSets"][SEX_OPTIONS]["options"]
    del state.metadata["options"][options.pop()["id"]]


def _mandatory(program: str) -> Spoil:
    def spoil(state: State) -> None:
        for each in state.metadata["programs"][program]["programTrackedEntityAttributes"]:
            each["mandatory"] = True

    return spoil


def _without(kind: str, uid: str) -> Spoil:
    def spoil(state: State) -> None:
        del state.metadata[kind][uid]

    return spoil


def _without_capture_org_units(state: State) -> None:
    state.metadata["users"][LOADER_USER.uid]["organisationUnits"] = []


def _without_options(state: State) -> None:
    held = state.metadata["optionSets"][SEX_OPTIONS]
    for option in held["options"]:
        state.metadata["options"].pop(option["id"], None)
    held["options"] = []


def _another_password(state: State) -> None:
    state.metadata["users"][LOADER_USER.uid]["password"] = "another"


WRONG_SETTINGS: Mapping[str, WrongSetting] = {
    "the insuree program lost its org units": WrongSetting(_without_org_units(INSUREE_PROGRAM.uid), None, "E1041", reasons=()),
    "the claims program lost its org units": WrongSetting(_without_org_units(CLAIM_PROGRAM.uid), None, None, reasons=()),
    "the right to write people was revoked": WrongSetting(_not_to_be_written("trackedEntityTypes", PERSON_TYPE), "does not let the user", "E1001"),
    "the right to write the program was revoked": WrongSetting(_not_to_be_written("programs", INSUREE_PROGRAM.uid), None, "E1091", reasons=("not_assigned", "parent_refused", "program_not_open")),
    "the user lost the capture org units": WrongSetting(_without_capture_org_units, "capture org units", "E1000"),
    "an option set was removed": WrongSetting(_without("optionSets", SEX_OPTIONS), None, "E1125", of_many=True, reasons=("E5002", "gender_not_in_dhis2")),
    "the options of a set were removed": WrongSetting(_without_options, None, "E1125", of_many=True, reasons=()),
    "a program was removed": WrongSetting(_without("programs", INSUREE_PROGRAM.uid), None, "E1069", reasons=("group_not_in_dhis2", "parent_refused", "program_not_open", "transfer_person_missing")),
    "an attribute was removed": WrongSetting(_without("trackedEntityAttributes", INSUREE_ID.uid), None, "E1006", reasons=("insuree_id_hidden_in_dhis2",)),
    "the right to make metadata was revoked": WrongSetting(_no_metadata, None, None, reasons=("E3000", "E3001", "parent_rejected", "product_not_in_dhis2", "claim_product_not_in_dhis2")),
    "the right to create was revoked": WrongSetting(_nothing_new, None, None, chapter=FIRST_LOAD, reasons=("E3000", "gender_not_in_dhis2")),
    "an attribute was made mandatory": WrongSetting(_mandatory(INSUREE_PROGRAM.uid), None, "E1018"),
    "another password": WrongSetting(_another_password, "does not know the login", "does not know the login"),
}  # fmt: skip
