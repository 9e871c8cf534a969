"""What stands against a match: codes for the file, sentences for the page."""

NO_LEVEL = "no_level"
NO_CANDIDATE = "no_candidate"
PARENT_OPEN = "parent_open"
TABLE_UNKNOWN = "table_unknown"
SHARED = "shared"
NOT_IN_DHIS2 = "not_in_dhis2"
CLOSED = "closed"
RENAMED = "renamed"
MOVED = "moved"
PLACE_GONE = "place_gone"

OBJECTIONS: dict[str, str] = {
    NO_LEVEL: (
        "DHIS2 has no level for such places ([match.levels] names none): the nearest place above "
        "that has an org unit stands for it."
    ),
    NO_CANDIDATE: "No org unit has its code, or a name that is similar.",
    PARENT_OPEN: (
        "The place above it has no org unit yet: decide that one first, then run this again."
    ),
    TABLE_UNKNOWN: (
        "Your table (match.table) names an org unit that DHIS2 does not have below the root."
    ),
    "second_candidate": (
        "Another org unit is as similar, or another place is to this org unit: a name alone does "
        "not tell."
    ),
    "not_similar": "The names are similar, but not enough to be accepted without a person.",
    "other_kind": (
        "It lies near, and the names tell two things: a hospital and a dispensary, or two numbers."
    ),
    "name_differs": "The code is the same, and the names have nothing in common.",
    "code_double": "Several org units, or several places, have this code.",
    "other_code": "Its code, or that of the org unit, says something else.",
    "outside": "The org unit does not lie below that of the place above.",
    "other_level": "The org unit lies on a level that [match.levels] does not name for such places.",
    "far": "Place and org unit lie too far apart.",
    CLOSED: "The org unit is closed in DHIS2, and the place is not deleted in openIMIS.",
    "taken": "The org unit is another place's already.",
    SHARED: "Several places of openIMIS have this org unit.",
    NOT_IN_DHIS2: "DHIS2 has no such org unit (any more) below the root.",
    RENAMED: "The org unit's name is another one since the decision.",
    MOVED: "The org unit lies elsewhere since the decision.",
    PLACE_GONE: "openIMIS does not have this place any more.",
}
