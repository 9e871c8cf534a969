"""Fields that only some countries send: what of them is left out where nobody asks for them.

country file ──► policy ─┬─► unsent_fields       no column is read or made for them: without_unsent
                         └─► unused_option_sets  no option is pushed, no figure is made of them
"""

from collections.abc import Collection, Sequence

import polars as pl

from transforms.core.fields import Field, OptionSet, Treatment
from transforms.model.chosen_resources import sets_of_no_others
from transforms.model.privacy import Policy
from transforms.model.resources import ALL_FIELDS
from transforms.openimis.subjects import column_of
from transforms.openimis.tables.columns import TABLES


def unsent_fields(policy: Policy) -> list[Field]:
    """Return the optional fields for which the country file does not ask."""
    return [each for each in ALL_FIELDS if each.optional and policy[each.key] is Treatment.DROP]


def without_unsent(
    working: pl.LazyFrame, fields: Sequence[Field], unsent: Collection[Field]
) -> pl.LazyFrame:
    """Return a working frame without the columns that are there for unsent fields alone.

    Args:
        working: Of a resource; it may lack such columns.
        fields: The fields of the resource.
        unsent: See `unsent_fields`.
    """
    needed = {column_of(each) for each in fields if each not in unsent or _is_read_anyway(each)}
    return working.drop({column_of(each) for each in fields} - needed, strict=False)


def _is_read_anyway(field: Field) -> bool:
    return field.table is not None and not TABLES[field.table].column(field.column).field


def unused_option_sets(policy: Policy) -> list[OptionSet]:
    """Return the option sets of optional fields alone, none of which is sent."""
    return sets_of_no_others({field.key for field in unsent_fields(policy)})
