"""Pseudonyms of another key than those that DHIS2 has wait, until somebody permits them.

What DHIS2 has of a person stays; a new person goes without. So nothing that was made with a key
that nobody has confirmed leaves, and everything else does. The next load that has the key of before
sends what new people lack.
"""

from collections.abc import Mapping

from transforms.changes.guards.magnitude import Finding, MagnitudeKind
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.core.fields import Treatment
from transforms.model.resources import Resource


def waits_for_a_key(before: str | None, found: str | None, allow: Permissions) -> bool:
    """Whether pseudonyms wait.

    Args:
        before: Fingerprint of the key of those that DHIS2 has; None if it has none.
        found: The same of this run; None if it sends no pseudonym.
        allow: What is permitted.
    """
    is_another = None not in (before, found) and before != found
    return is_another and Allow.NEW_PSEUDONYM_KEY not in allow


def pseudonyms(resource: Resource, treatments: Mapping[str, Treatment]) -> list[str]:
    """Return the values of a resource that are pseudonyms."""
    return [field.key for field in resource.fields if treatments[field.key] is Treatment.PSEUDONYM]


def waiting_pseudonyms(
    resource: Resource, value_counts: Mapping[str, int], of: int
) -> list[Finding]:
    """Return what waits of a resource.

    Args:
        resource: The resource.
        value_counts: Its pseudonyms to how many objects that DHIS2 has have each.
        of: How many objects of the resource DHIS2 has.
    """
    return [
        Finding(resource.name, MagnitudeKind.PSEUDONYMS, name, count, of)
        for name, count in value_counts.items()
    ]
