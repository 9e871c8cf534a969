"""The words by which names of places tell what a place is, or which of several.

Each is looked for as a word of its own, whatever its case and accents.
"""

FACILITY_WORDS: dict[str, tuple[str, ...]] = {
    "hospital": ("hospital", "hosp", "hôpital", "hop"),
    "health_centre": (
        "health centre", "health center", "health ctr", "hc", "h/c", "phc", "phcc",
        "centre de santé", "cs", "csi", "csps", "kituo cha afya",
    ),
    "dispensary": ("dispensary", "disp", "dispensaire", "zahanati"),
    "health_post": (
        "health post", "hp", "poste de santé", "ps", "aid post", "case de santé", "phu",
    ),
    "clinic": ("clinic", "clinique", "polyclinic", "polyclinique"),
}  # fmt: skip
"""What a facility is, to its words, in languages of openIMIS's countries. Names with words of two
keys are names of two facilities."""

TELLING_WORDS: tuple[str, ...] = (
    "north", "south", "east", "west", "upper", "lower", "urban", "rural", "new", "old",
    "nord", "sud", "est", "ouest", "haut", "bas",
    "kaskazini", "kusini", "mashariki", "magharibi", "mjini", "vijijini",
)  # fmt: skip
"""Words that tell two places of one name apart, however similar the rest is."""
