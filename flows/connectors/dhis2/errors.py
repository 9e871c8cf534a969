"""Errors of requests that left no answer to judge.

TargetError   nothing that follows can succeed: login, rights, redirect, no DHIS2 there
BusyError     a retry may succeed: busy, no answer in time, connection lost
"""

import httpx

from flows.connectors.dhis2.insecure import insecurity_of
from transforms.core.errors import TargetError, TransientError
from transforms.dhis2.tables.error_codes import error_code


class ForbiddenError(TargetError):
    """DHIS2 does not allow the user what was requested (403)."""


class LoginError(TargetError):
    """DHIS2 answers, and does not let the user in."""


class BusyError(TransientError):
    """DHIS2 is busy or out of reach.

    Attributes:
        retry_after: Seconds that DHIS2 asks to wait, or None.
        may_go_on: Whether the server may still be working on the request, and do it later.
        is_cut: Whether the connection was lost, instead of a proxy, or us, giving up waiting.
        is_truncated: Whether an answer came that ends too early: DHIS2 has done the request.
        unanswered: Attempts without an answer, which the server may still carry out.
    """

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        *,
        may_go_on: bool = False,
        is_cut: bool = False,
        is_truncated: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.may_go_on = may_go_on
        self.is_cut = is_cut
        self.is_truncated = is_truncated
        self.unanswered = 0


class NotDhis2Error(TargetError):
    """A success that no DHIS2 gives; what became of the request cannot be told."""


def transient(error: TargetError) -> BusyError:
    """Return the same sentence as an error that time may cure: DHIS2 restarts or is down."""
    return BusyError(str(error))


def connection_error(error: httpx.RequestError, base_url: str) -> TargetError | BusyError:
    """Return the error of a request that got no answer."""
    if insecurity := insecurity_of(error, base_url):
        return TargetError(insecurity)
    if isinstance(error, httpx.UnsupportedProtocol):
        return TargetError(
            f"The address {base_url} is neither https nor http: correct it in the dhis2-server "
            f"block. Nothing was sent."
        )
    kind = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "is cut off"
    return BusyError(
        f"DHIS2 at {base_url} {kind} ({type(error).__name__}). Check that it runs and can be "
        f"reached from here; what was begun is settled by the next run.",
        may_go_on=not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout),
        is_cut=not isinstance(error, httpx.TimeoutException),
    )


def truncated_error(base_url: str) -> BusyError:
    """Return the error of an answer that ends too early."""
    return BusyError(
        f"The answer of DHIS2 at {base_url} is cut off, perhaps by a proxy. Try again later; what "
        f"was begun is settled by the next run.",
        is_truncated=True,
    )


def not_dhis2_error(base_url: str) -> NotDhis2Error:
    """Return the error of an answer that no DHIS2 gives."""
    return NotDhis2Error(
        f"What answers at {base_url} is not the API of a DHIS2, but perhaps a proxy or a login "
        f"page. Correct the address in the dhis2-server block. Nothing was changed."
    )


def forbidden_error(path: str) -> ForbiddenError:
    """Return the error of a 403."""
    return ForbiddenError(
        f"DHIS2 does not allow {path} to this user (403). {error_code('E3001').hint} "
        f"Nothing was changed by this request."
    )


def not_found_error(path: str) -> TargetError:
    """Return the error of a 404."""
    return TargetError(
        f"DHIS2 has no {path}, or hides it from this user (404). Check the address and "
        f"the user's sharing rights. Nothing was changed by this request."
    )


def unknown_token_error() -> LoginError:
    """Return the error of a token that DHIS2 refuses on every path."""
    return LoginError(
        "DHIS2 does not know the token, or no longer (400 to every request). Make a new "
        "one in DHIS2 and put it into the dhis2-server block. Nothing was changed by this "
        "request."
    )
