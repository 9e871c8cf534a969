"""The user of the daily load: with the authorities of the role that set-up makes, and no more."""

from tests.support.sandbox import User
from transforms.package.tables.user_roles import ANALYTICS, LOADER

NAME, PASSWORD = LOGIN = ("loader", "Loader-123")
LOADER_USER = User(NAME, PASSWORD, authorities=LOADER.authorities + ANALYTICS.authorities)
"""Set-up gives org units and group, if it is told who loads."""
