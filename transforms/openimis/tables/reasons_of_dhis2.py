"""Reason codes of what DHIS2 lacks or does not keep, and of figures of the population.

They are among `transforms.openimis.tables.reasons.REASONS`.
"""

REASONS_OF_DHIS2: dict[str, str] = {
    "not_stored": (
        "DHIS2 answered OK and stored something else; it is tried again in the next run. If it stays "
        "so, look at the object in DHIS2 and at its log."
    ),
    "not_assigned": (
        "DHIS2 did not put the org unit into its group or program, or not out of a group that its "
        "place has left; it is tried again in the next run. If it stays so, look at the group and "
        "the program in DHIS2."
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
        "The program is not assigned to the org unit in which this lies: run set-up-dhis2 (for "
        "villages and health facilities), or assign it in DHIS2."
    ),
    "org_unit_outside_capture": (
        "The org unit in which this lies is not below the capture org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "org_unit_outside_search": (
        "The org unit in which this lies is not below the search org units of the load's user: "
        "give the user the country's root, then clear DHIS2's cache."
    ),
    "data_set_not_open": (
        "DHIS2 has no data set for this figure, or the user may not write its data: run "
        "set-up-dhis2, and put the user into the group 'openIMIS Data capture'."
    ),
    "option_combination_not_in_dhis2": (
        "DHIS2 has not made what the options of this value make together (the product is new, for "
        "example): run set-up-dhis2, which lets DHIS2 make it. The next run sends the value."
    ),
    "option_without_figures": (
        "DHIS2 has no indicators of this option (the product is newer than the last set-up, for "
        "example): no chart shows it. Run set-up-dhis2, which makes them."
    ),
    "small_cell": (
        "The value would tell of fewer people than privacy.smallest_cell of the country file: it "
        "is not sent. Nothing is to be done."
    ),
    "telling_cell": (
        "A small cell would follow from this value and others: it is not sent. Nothing is to be "
        "done."
    ),
    "period_of_other_frequency": (
        "DHIS2 has months where this is a value of a quarter, or the other way round, of the same "
        "days or next to them: small cells would follow, so it is not sent. Nothing is to be done: "
        "the first period that lies farther off is sent."
    ),
    "figure_without_org_unit": (
        "The figure lies at a place that has no org unit in DHIS2: decide in the file of matches, "
        "or let such places go elsewhere (match.unmatched)."
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
    "number_of_several_people": (
        "Several people in DHIS2 have this number, so nobody can tell who it is: a person of our own "
        "was made beside. Let their owner merge or correct them."
    ),
    "number_of_another": (
        "The person in DHIS2 who has this number is another insuree already: a person of our own was "
        "made beside. Two insurees have had one number: correct it in openIMIS."
    ),
    "number_not_found": (
        "The number was corrected in openIMIS, and nobody in DHIS2 has it: the person stays the one "
        "who had the number of before. Let the owner correct it there too."
    ),
    "person_moves_to_another": (
        "The number was corrected in openIMIS, and another person in DHIS2 has it: with the next run "
        "what is ours leaves the one and comes to the other."
    ),
    "linked_person_gone": (
        "Somebody deleted the person in DHIS2, and with the person what we had of it: the next run "
        "brings it back, to whoever has the number then, or as a person of our own."
    ),
    "linked_person_moves": (
        "The number names a person of DHIS2's own whom another insuree is leaving, since numbers "
        "were corrected: this one comes there with the next run."
    ),
    "linked_person_not_enrolled": (
        "Values of a person of DHIS2's own travel with the enrollment in our program, and the person "
        "is not enrolled: look why the enrollment was refused or waits."
    ),
    "values_not_taken_back": (
        "DHIS2 did not let our values of a person of its own be emptied, so the enrollment stays: it "
        "is tried again in the next run. Look for the error code at the person in DHIS2."
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
        "The population is no whole number of at most nine digits, without signs, decimals, blanks "
        "or thousands separators (12,500 and 12.500 may mean twelve and a half): write 12500."
    ),
    "population_figure_double": (
        "The file has another line of the same code and year; none of them was taken: leave one."
    ),
}
