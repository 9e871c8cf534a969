"""Reason codes of what DHIS2 lacks or does not keep, and of figures of the population.

They are among `transforms.openimis.tables.reasons.REASONS`.
"""

REASONS_OF_DHIS2: dict[str, str] = {
    "not_stored": (
        "DHIS2 answered OK and stored something else; it is tried again in the next run. If it stays "
        "so, look at the object in DHIS2 and at its log."
    ),
    "not_assigned": (
        "DHIS2 did not put the org unit into its group or program; it is tried again in the next "
        "run. If it stays so, look at the group and the program in DHIS2."
    ),
    "group_not_in_dhis2": (
        "DHIS2 lacks the group, program or data set that the org unit belongs to, or hides it from "
        "the user of the load: run set-up-dhis2, which makes it again."
    ),
    "org_unit_not_in_dhis2": (
        "DHIS2 does not have the org unit in which this lies, or hides it from the user of the "
        "load, and the load could not make it again: look at org_units.csv, then run "
        "set-up-dhis2. One that DHIS2 had before us nobody makes again: decide anew with "
        "match-org-units."
    ),
    "org_unit_closed": (
        "The org unit of DHIS2's own in which this lies is closed there, and openIMIS has not closed "
        "the place: decide for another org unit in the file of matches; or decide for this one again "
        "(your name and today's date in its row), if it is right all the same."
    ),
    "org_unit_not_assigned": (
        "The program is not assigned to the org unit in which this lies: run set-up-dhis2, or "
        "assign it in DHIS2."
    ),
    "org_unit_outside_capture": (
        "The org unit in which this lies is not below the capture org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "org_unit_outside_search": (
        "The org unit in which this lies is not below the search org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "program_not_open": (
        "The program is not in DHIS2, or does not let the user of the load read and write data: "
        "run set-up-dhis2, and put the user into the group that it makes."
    ),
    "program_stage_not_open": (
        "The program stage is not in DHIS2, or does not let the user of the load read and write "
        "data: run set-up-dhis2, and put the user into the group that it makes."
    ),
    "option_set_has_a_hole": (
        "An option of this set was deleted by hand in DHIS2 2.40, which cannot save the set since: "
        "mend its sort_order in DHIS2's database, or upgrade DHIS2."
    ),
    "population_place_unknown": (
        "No location of openIMIS has the code of this line, or it lies below no region: correct "
        "the code."
    ),
    "population_place_double": (
        "Several locations of openIMIS have the code of this line: make their codes differ."
    ),
    "population_level_other": (
        "The location is of another level than the country file says (population.level): give the "
        "figure of a place of that level, or change the country file and run set-up again."
    ),
    "population_place_unmatched": (
        "The place has no org unit of its own among DHIS2's: give figures of a level that has "
        "(population.level), or decide for one in the file of matches."
    ),
    "population_place_not_assigned": (
        "DHIS2 does not have the place in the population data set: run set-up, or wait for the "
        "next load, then import again."
    ),
    "population_year_malformed": "The year is none of four digits from 1900 to 2099: correct it.",
    "population_year_of_another_calendar": (
        "DHIS2 counts in another calendar than ISO, in which the year is no year of today: give the "
        "year as DHIS2 counts (ISO 2025 begins in Nepali 2081 and in Ethiopian 2017)."
    ),
    "population_figure_malformed": (
        "The population is no whole number of at most nine digits, without blanks or signs: "
        "correct it."
    ),
    "population_figure_double": (
        "The file has another line of the same code and year; none of them was taken: leave one."
    ),
}
