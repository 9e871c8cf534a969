"""Fields that only some countries send: what of them is left out where nobody asks for them.

country file ──► policy ─┬─► unsent_fields       no column is read or made for them
                         └─► unused_option_sets  no option is pushed, no figure is made of them
"""

from transforms.core.fields import Field, OptionSet, Treatment
from transforms.model.privacy import Policy
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.option_sets import OPTION_SETS


def unsent_fields(policy: Policy) -> list[Field]:
    """Return the optional fields for which the country file does not ask."""
    return [each for each in ALL_FIELDS if each.optional and policy[each.key] is Treatment.DROP]


def unused_option_sets(policy: Policy) -> list[OptionSet]:
    """Return the option sets of optional fields alone, none of which is sent."""
    unsent = {field.key for field in unsent_fields(policy)}
    used = [field.option_set for field in ALL_FIELDS if field.key not in unsent]
    return [row for row in OPTION_SETS if row not in used]
