"""User roles as DHIS2 accepts them.

The seed's role `Superuser` and user `admin` are not made again: DHIS2 has its own, under other
UIDs, and a second `admin` would be refused with all that is sent beside it. No user is ever made,
and no password.
"""

from transforms.core.json_texts import Json
from transforms.package.tables.user_roles import USER_ROLES, UserRole


def user_role_objects() -> list[Json]:
    """Return the user roles; they are the same in every country."""
    return [user_role_object(row) for row in USER_ROLES]


def user_role_object(row: UserRole) -> Json:
    """Return a user role."""
    return {
        "id": row.uid,
        "name": row.name,
        "description": row.description,
        "authorities": list(row.authorities),
    }
