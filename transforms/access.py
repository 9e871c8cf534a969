"""User groups and user roles as DHIS2 takes them."""

from typing import Any

from transforms.country import Country

Json = dict[str, Any]
Payload = dict[str, list[Json]]


def access_objects(country: Country) -> Payload:
    """Return user roles and the user groups of the package."""
    del country
    return {}
