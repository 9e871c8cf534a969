"""What the generated pages say in words; the rest of them comes from the other tables."""

from transforms.openimis.tables.places import GROUP_SETS, HEALTH_FACILITIES

MADE_BY = "Made from the tables of truth (`transforms/*/tables`) by `make docs`: change those, not this page."

MAPPING = f"""\
# What of openIMIS becomes what in DHIS2

{MADE_BY}
UIDs are the seed's where it had the object. How a value leaves is the default of its privacy class; the country file may say otherwise, field by field (`[privacy]`). What is dropped is not even read from openIMIS.

| class | what is in it | leaves, unless the country file says otherwise |
| --- | --- | --- |
| open | what says nothing of a person by itself, and openIMIS's own UUIDs | as it is |
| quasi | what finds a person among few: date of birth, village, claim number | a date as the first day of its year; village and claim number as they are |
| direct | names, numbers of persons, phone | not at all; insurance numbers as pseudonyms |
| sensitive | of what somebody is ill (diagnoses, services, items), who is poor | as it is: figures are made of it. Think again where names or numbers are let out, or DHIS2 is open to many |

*Optional* values leave only where the country file says so, whatever their class: `"Care type" = "send"`. Their options are pushed, and figures made of them, only then.
A value of openIMIS that an optional field cannot take is left out with a note, and holds nothing back.

What leaves for one country file: the flow `what-leaves`.
The indicators: [indicators.md](indicators.md).

## What openIMIS means

- **openIMIS's funds are not sent.** It keeps each fund as an insuree with the insurance number 999999999 (the country file may name others: `excluded_insurance_numbers`), with a family and an active policy, and makes a region FR with a district, ward and village called *Funding* for them. None of it is sent.
- **Several current rows of one insuree and one policy are one insuree policy**: from the earliest effective date to the latest expiry date. openIMIS may write one more each time an insuree is saved. The oldest current row gives the UID.
- **A policy without a stage is a new policy**, as in openIMIS itself. **A policy without a product** (openIMIS prices it by a contribution plan) is sent without, and is in no figure by product.
- **A service that is a package is one line, with the amounts of the package.** openIMIS writes what it approves, values and pays on that line (0 where the contents are not as agreed). What was given of it (`tblClaimServicesService`, `tblClaimServicesItems`) stands in optional values of that line: codes and quantities, and no prices, since openIMIS's amounts have them in already.
- **Who is nowhere** (no village, now or before, no family, no claim) is at the place that the country file names (`fallback_place`), or is counted only.
"""

OPERATIONAL_INDICATORS = f"""\
# openIMIS's operational indicators

{MADE_BY}
openIMIS defines operational indicators in its manual: primary ones (P) and ones derived of them (D). This page says of what each is computed, in two places:

- **Of figures** of months, which are sent as data values of data sets (`mode = "aggregate"` or `"both"`). Figures stand in square brackets; they are listed below.
- **Of persons**, which are sent as tracked entities with enrollments and events (`mode = "tracker"` or `"both"`). DHIS2 computes them then: [indicators.md](../indicators.md) has every measure (in square brackets) and indicator.
"""

NOT_COMPUTED = "All of openIMIS's operational indicators, and the figures of months of which DHIS2 need not know persons: [Operational indicators](reference/operational-indicators.md)."

FIGURES_OF_MONTHS = """\
## The figures of months

What the tracker would hold back (a row that breaks a rule, or that cannot be read) counts in no figure. Where both are sent, a figure is what DHIS2's own measure of the same name shows, but for ages: figures go by the day of birth, and measures by its year where only that is sent.
Whoever lives in no district counts in no figure of districts. Categories have an option *Unknown* for what openIMIS does not say. A figure by product counts whoever has two products in each.

"""

LEAVING = """\
# What leaves openIMIS for DHIS2

Made from the country file and the tables of truth. It names what leaves, and holds nothing of anybody.
*Pseudonym*: the number as HMAC-SHA-256 with the key of the block `pseudonym-key`; whoever has that key can undo it. *Generalise*: a date as the first day of its year. *Drop*: the value is not even read from openIMIS, unless it is a key or a date that the work needs.
"""

LEAVING_BESIDES = """\
## What leaves besides these values

- Of each person: a UID made from openIMIS's UUID, the village (or facility) as org unit, the day of enrollment. Of each policy and claim: UIDs made from openIMIS's UUIDs and row numbers, org units, days, status. Whoever has openIMIS's database can tell whose they are.
- Of places: codes, names and UUIDs of all locations and health facilities, and coordinates if the country file names a file of them.
- Of lists: codes and names of products, diagnoses, services, items, professions and the like.
- To whom it goes: whoever may read the programs in DHIS2, for the org units of each user (`docs/mapping.md`, *Who may do what*).
"""

OPTION_SETS = """\
## Option sets

A fixed set has the same options everywhere. A filled one has those of the openIMIS table; its new rows become options with the next load.
"""

_SECTIONS = ", ".join(f"`[{each.key}]`" for each in GROUP_SETS if each.table == HEALTH_FACILITIES)
PLACES = f"""\
Every location and health facility that openIMIS has, or had, is an org unit; one that was deleted is closed. Facilities lie below their district. The places that openIMIS makes for its funds are not org units.
Group sets are dimensions of analysis: a place is in at most one group of a set, and leaves it only for another of the same set. Where openIMIS says nothing, the operator's choice stays.
Sets that openIMIS cannot fill are made with empty groups. Name a CSV file in the country file (`place_groups`), or put the places into them in DHIS2.
Which values are in which group the country file may say otherwise ({_SECTIONS}).
A facility that is delisted, or whose contract is over, stays an open org unit: its claims of before are still settled, and it may be listed again. Its status is a group; the dates of its contract are not sent.
"""

POPULATION = """\
It is assigned to the places of the level that the country file names (`[population] level`, by default districts); the flow `import-population` fills it from a CSV file.
"""

ACCESS = """\
## Who may do what

Nothing is public. What a user *may do* is said by roles; what of the package a user sees, by groups; of which places, by the org units of the user. An operator's own grants stay.
A role hides apps, not data: through DHIS2's API whoever is in *openIMIS Data access* can read what lies at or below the user's org units, person by person, as far as it was let out of openIMIS. Whoever is in *openIMIS Insurance board* reads every figure and no list of the tracker; DHIS2's event analytics without a stage still list events to who asks its API for them.
"""

SUPERUSER = """\
The seed's role `Superuser` and its user `admin` are not made: every DHIS2 has its own, and a second `admin` would be refused with all that is sent beside it. No user is made, and no password.
"""

INDICATORS = f"""\
# The indicators

{MADE_BY}
*Measures* are DHIS2's program indicators, each whole and in parts (by gender, age, product …); *indicators* are rates and ratios over them. Where the values come from: [mapping.md](mapping.md).
"""

PATCHES = f"""\
# Patches of DHIS2 with faults

{MADE_BY}
What is wrong with which patch, from DHIS2's release notes. *Was there*: a server of that version was asked, and did it; *was not there*: it was asked, or the whole story passed on it ([tested-servers.md](tested-servers.md)), and did not. **Every other patch of these ranges is *not tried***. 2.40.12, 2.41.9.1, 2.42.5.2 and 2.43.1 are in none of these ranges.

On 2.42.0, with a set-up that overlooked what charts show, the whole story gave 128 wrong figures of 4,368 (67 policies in force instead of 15), and 21 policy events stood on two pages of 50. Everything that loads passed.
"""

TO_KNOW: tuple[tuple[str, str], ...] = (
    (
        "A period that is not over",
        "Flows tell what has come so far. Stocks (“on the last day”) of a period that is not over tell what is known today of its last day: expiries that are due are in them, policies yet to come are not. *Not covered* counts people by their latest status, so it is right for periods that are over; for one that is not, take *Individuals not covered (enrolled less covered)*.",
    ),
    (
        "Not covered",
        "It is enrolled less covered, people who never had a policy included. For complete periods both ways of computing it agree.",
    ),
    (
        "Distinct people do not add up",
        "Who was covered at two places, or claimed at two facilities or in two months, counts once in each row and once in their total. Never add up rows: ask for the level or period that is wanted.",
    ),
    (
        "Birth dates may be generalised",
        "By default only the year of birth leaves openIMIS, as its first of January: all become a year older on that day, so a person may stand in the next age band up to a year early.",
    ),
    (
        "People and claims lie at different places",
        "People lie at villages, claims at facilities. Figures “by home” are shown where the person is registered now. Who moves takes along, for past periods too, all that is shown by home or where people are enrolled.",
    ),
    (
        "What is deleted leaves the past too",
        "An insuree, a policy or a claim that is deleted in openIMIS is deleted in DHIS2, with all events of past years: figures of periods that are over go down, a year later too. So do those of a person who was merged with another. A figure that has to stay as it was published has to be kept elsewhere (a copy, or a data set of its own).",
    ),
    (
        "Nothing is not zero",
        "DHIS2 shows no row where nothing was found. Indicators with `[x] + 0 * [y]` show 0 where the denominator is there; without a denominator an indicator is missing.",
    ),
    (
        "Lists that grow",
        "Parts by product, education and family type are made for the options that the country has. When openIMIS gets new products or list entries, run `set-up-dhis2` again; until then, each run that posts counts them as notes (`option_without_figures`). A code with a quote or backslash has no part of its own.",
    ),
    (
        "Groups of services",
        "A country names groups of services by their codes (`[service_groups.…]` of the country file), such as ANC visits or deliveries. Each group has the parts *Claimed services (Lines)*, *(Quantity)* and *(Value)*, and *Individuals with services*, of claims whose visit lies in the period. People may be in several groups, and so may a service: never add groups up. A service that was given inside of a package is not counted, only the package's own code. How many claims have such a service DHIS2 cannot compute. Change name and codes as you like, and run `set-up-dhis2` again; a group that the file names no more stays in DHIS2 until you delete its figures there.",
    ),
    (
        "Figures are as old as the analytics tables",
        "What was loaded shows after `run-analytics` (or `sync` with `analytics`), or after DHIS2's own nightly run. What was deleted is in the figures until then.",
    ),
    (
        "Rounding",
        "Measures are rounded to their own digits, and a ratio is computed from the rounded figures.",
    ),
    (
        "What openIMIS leaves empty",
        "A policy without a value (`PolicyValue`) is in no count of policies, since the value marks the one member who stands for the policy; its people are counted. A policy without a product is in no part by product. A claim without visit type is in none of the three shares by visit type, a family without poverty status neither poor nor non-poor.",
    ),
    (
        "Persons without a value",
        "A person whose gender, education, profession or other descriptive value is empty or unknown in openIMIS is insured all the same: such a person is in every total, and in no part of it. So the parts by gender, age, education or family type may add up to less than the total, and the difference is the unknown ones.",
    ),
    (
        "Claims that were restored",
        "Where openIMIS restores a rejected claim, it makes a new claim and keeps the rejected one as it is. A country that sends *Restored from claim* counts them as one: every figure of claims, services and items leaves a claim out once another one of the same person stands in its place (*Replacing claims*), so the newest counts, and figures of past periods change with it, as for what is deleted. A country that does not send it counts both: the visit is in *Entered claims* and in the amount claimed twice, and in *Rejected claims* once; what is approved, valuated and remunerated counts once in either case. Tables of the most frequent diagnoses, services and items do the same: they leave out what has a value of *Replacing claims*.",
    ),
    (
        "Covered, and what a claim is paid for",
        "*Covered* goes by the insuree policy's own dates. openIMIS pays a claim only if the day lies within the policy's dates as well; where the two differ, more people are covered here than could claim.",
    ),
    (
        "Population",
        "It is known for the places and years that `import-population` brought, and for the places above them; rates below are missing.",
    ),
)
"""What an analyst must know: subject, and what is so."""

MEASURES = """\
## Measures

AFTER_START and BEFORE_END are the first and last day of the period, both inside; BEFORE_START the days before it. Where no org unit is named, a figure is shown where its events or enrollments lie.
"""

MATCHING = """# openIMIS's places in DHIS2's own tree

This proposes only: nothing was written to DHIS2, and `sync` does not use it yet. Edit the file of
matches: `accepted` with a `dhis2_uid`, or `none`, in the column `decision`, and your name in `who`.
Then run it again: decisions stay, and what lies below them is looked for.
"""
