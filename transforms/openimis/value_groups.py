"""Which values of openIMIS are in which group: a value is in one group of a set at most."""

from collections import Counter
from collections.abc import Mapping

from transforms.openimis.tables.places import GroupSet


def check_groups(group_set: GroupSet, named: Mapping[str, list[str]]) -> None:
    """Refuse groups that do not exist, and values that are in two of them.

    Args:
        group_set: The set.
        named: Key of a group to the values that the country file puts into it.

    Raises:
        ValueError: What is wrong.
    """
    usual = {group.key: list(group.codes) for group in group_set.groups}
    if unknown := sorted(named.keys() - usual.keys()):
        message = f"{group_set.key} has no {', '.join(unknown)}; its groups are {', '.join(usual)}"
        raise ValueError(message)
    values = Counter(code for codes in (usual | dict(named)).values() for code in codes)
    if twice := [code for code, count in values.items() if count > 1]:
        raise ValueError(
            f"{group_set.key}: {', '.join(twice)} is in two groups (a group that is not named has "
            f"its usual values); a facility can be in one only"
        )
