"""The tracked entity type, the two programs and their stages, with the seed's UIDs."""

from dataclasses import dataclass

PERSON_TYPE = "EoBGArVCQ69"


@dataclass(frozen=True)
class Stage:
    """A program stage; every one is repeatable."""

    uid: str
    name: str
    sort_order: int


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
    """

    uid: str
    name: str
    short_name: str
    enrollment_date_label: str
    only_enroll_once: bool
    stages: tuple[Stage, ...]


POLICY_STAGE = Stage("DVRNDUNwI9s", "Policy details", 1)
CLAIM_DETAILS_STAGE = Stage("J6HPLSiv7Ij", "Claim details", 1)
CLAIM_SERVICES_STAGE = Stage("u7wtwsIJ3Dz", "Claim - Services", 2)
CLAIM_ITEMS_STAGE = Stage("GfHayuoGJLr", "Claim - Items", 3)

# onlyEnrollOnce is false although a person is insured once: with it, DHIS2 refuses the enrollment
# of a person who was deleted from the scheme and comes back (E1016 counts COMPLETED ones).
INSUREE_PROGRAM = Program(
    "IR5BiEXrBD7", "Family/Insuree", "Family/Insuree", "Enrollment date", False, (POLICY_STAGE,)
)
CLAIM_PROGRAM = Program(
    "vPjOO7Jl6jC",
    "Claims management",
    "Claims management",
    "Claim date",
    False,
    (CLAIM_DETAILS_STAGE, CLAIM_SERVICES_STAGE, CLAIM_ITEMS_STAGE),
)
PROGRAMS: tuple[Program, ...] = (INSUREE_PROGRAM, CLAIM_PROGRAM)
