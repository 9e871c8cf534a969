"""The tracked entity type, the programs and their stages, with the seed's UIDs where it has them."""

from dataclasses import dataclass

PERSON_TYPE = "EoBGArVCQ69"
CONTRIBUTIONS = "contributions"
"""The setting of the country file that asks for contributions."""
FUNDING = "funding"
"""The setting that asks for funding."""


@dataclass(frozen=True)
class Stage:
    """A program stage; every one is repeatable.

    Attributes:
        uid: The seed's UID where the seed has the stage.
        name: Name in DHIS2.
        sort_order: Its place in the program.
        asked_by: Setting of the country file that asks for it; None: every country has it.
    """

    uid: str
    name: str
    sort_order: int
    asked_by: str | None = None


@dataclass(frozen=True)
class Program:
    """A tracker program.

    Attributes:
        uid: The seed's UID.
        name: Name in DHIS2.
        short_name: Short name in DHIS2.
        enrollment_date_label: What the enrollment date is called.
        only_enroll_once: Whether a person has at most one enrollment.
        stages: In order.
        has_persons: Whether its events are of persons; else they are of nobody.
        asked_by: As of a stage.
    """

    uid: str
    name: str
    short_name: str
    enrollment_date_label: str
    only_enroll_once: bool
    stages: tuple[Stage, ...]
    has_persons: bool = True
    asked_by: str | None = None


POLICY_STAGE = Stage("DVRNDUNwI9s", "Policy details", 1)
CONTRIBUTION_STAGE = Stage("J18UZsqQvim", "Contribution", 2, asked_by=CONTRIBUTIONS)
CLAIM_DETAILS_STAGE = Stage("J6HPLSiv7Ij", "Claim details", 1)
CLAIM_SERVICES_STAGE = Stage("u7wtwsIJ3Dz", "Claim - Services", 2)
CLAIM_ITEMS_STAGE = Stage("GfHayuoGJLr", "Claim - Items", 3)
FUNDING_STAGE = Stage("EPFYYYVuiSw", "Funding", 1, asked_by=FUNDING)

INSUREE_PROGRAM = Program(
    uid="IR5BiEXrBD7",
    name="Family/Insuree",
    short_name="Family/Insuree",
    enrollment_date_label="Enrollment date",
    only_enroll_once=True,
    stages=(POLICY_STAGE, CONTRIBUTION_STAGE),
)
CLAIM_PROGRAM = Program(
    uid="vPjOO7Jl6jC",
    name="Claims management",
    short_name="Claims management",
    enrollment_date_label="Claim date",
    only_enroll_once=False,
    stages=(CLAIM_DETAILS_STAGE, CLAIM_SERVICES_STAGE, CLAIM_ITEMS_STAGE),
)
FUNDING_PROGRAM = Program(
    uid="xB6Q2acQejV",
    name="Funding",
    short_name="Funding",
    enrollment_date_label="",
    only_enroll_once=False,
    stages=(FUNDING_STAGE,),
    has_persons=False,
    asked_by=FUNDING,
)
PROGRAMS: tuple[Program, ...] = (INSUREE_PROGRAM, CLAIM_PROGRAM)
EVENT_PROGRAMS: tuple[Program, ...] = (FUNDING_PROGRAM,)
"""Those without persons: DHIS2 calls them event programs."""
EVERY_PROGRAM: tuple[Program, ...] = PROGRAMS + EVENT_PROGRAMS
