"""Personal access tokens: whose each is, what it may be used for, and DHIS2's memory of them.

DHIS2 2.42.5 reads a token it does not remember outside of the session that `/api/tracker` needs:
such a request is a 500, until any other path was asked with it. A token is remembered for an hour.
"""

from __future__ import annotations

from collections.abc import Sequence

from .answers import RefusalError, error_page, refusal

REMEMBERED = 3_600_000  # milliseconds
NOT_ALLOWED = "Failed to authenticate API token, request http method is not allowed."


class Tokens(dict[str, str]):
    """The user of each token, and since when it is remembered."""

    def __init__(self, bad_status: int, *, cold_fails: bool) -> None:
        super().__init__()
        self.methods: dict[str, Sequence[str]] = {}  # of tokens that may not be used with all
        self._bad_status = bad_status
        self._cold_fails = cold_fails
        self._remembered: dict[str, int] = {}

    def user(self, text: str, method: str, path: str, now: int) -> str:
        """The UID of the user who asks, or the refusal."""
        if text not in self:
            raise refusal(self._bad_status, "The API token does not exists.")
        if method not in (self.methods.get(text) or (method,)):
            raise refusal(401, NOT_ALLOWED)
        if not self._remembers(text, now):
            if self._cold_fails and path.startswith("/api/tracker"):
                raise RefusalError(error_page(500, "could not initialize proxy - no Session"))
            self._remembered[text] = now
        return self[text]

    def _remembers(self, text: str, now: int) -> bool:
        return now - self._remembered.get(text, -REMEMBERED) < REMEMBERED

    def forget(self) -> None:
        """What `cacheClear` does, and a restart."""
        self._remembered.clear()
