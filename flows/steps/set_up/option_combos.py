"""Let DHIS2 make what the options of each category combination make together, and read it back.

DHIS2 makes them itself, and only when it is told to: to import categories is not enough (2.40 to
2.43). That takes the authority F_PERFORM_MAINTENANCE, which the daily load has not. So a product
that is new in openIMIS has no values until set-up has run once more.
"""

from collections.abc import Sequence
from itertools import product

from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.option_combos import present_combos
from transforms.aggregates.category_options import CategoryOptions
from transforms.aggregates.elements import combo_uid, option_uid
from transforms.aggregates.figures.table import Figure
from transforms.aggregates.metadata import combinations_of
from transforms.core.errors import TargetError

MAINTENANCE = "/api/maintenance/categoryOptionComboUpdate/categoryCombo"


def make_option_combos(
    client: Dhis2, options: CategoryOptions, figures: Sequence[Figure]
) -> list[str]:
    """Make the combinations of options that DHIS2 lacks; return what was done, in sentences.

    Raises:
        TargetError: DHIS2 did not make them.
    """
    done = []
    for keys in combinations_of(figures):
        uid = combo_uid(keys)
        needed = _needed(options, keys)
        if lacking := needed - present_combos(client, uid).keys():
            client.post(f"{MAINTENANCE}/{uid}")
            if left := needed - present_combos(client, uid).keys():
                raise _not_made(uid, len(left), len(needed))
            done.append(f"DHIS2 has made {len(lacking)} combinations of {', '.join(keys)}.")
    return done


def _needed(options: CategoryOptions, keys: Sequence[str]) -> set[str]:
    uids = [[option_uid(key, code) for code, _ in options[key]] for key in keys]
    return {".".join(sorted(each)) for each in product(*uids)}


def _not_made(uid: str, lacking: int, needed: int) -> TargetError:
    return TargetError(
        f"DHIS2 lacks {lacking} of the {needed} combinations of the options of category "
        f"combination {uid}, though it was told to make them. Let it make them in DHIS2 (Data "
        f"Administration, Maintenance, update category option combinations), then run set-up again."
        f" The package is in place; values of these options would be refused."
    )
