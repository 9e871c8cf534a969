"""The error of a request that got no answer: of the connection, or of a proxy on the way."""

import re

import httpx

from flows.connectors.dhis2.errors import BusyError, connection_error
from flows.connectors.dhis2.insecure import insecurity_of
from transforms.core.errors import TargetError

_LOGIN = 407
_ADVICE = (
    "If DHIS2 can be reached without it, write proxy=direct into the dhis2-server block, or its "
    "host into NO_PROXY of the worker's environment."
)


def request_error(
    error: httpx.RequestError, base_url: str, proxy: str | None
) -> TargetError | BusyError:
    """Return the error of a request that got no answer.

    Args:
        error: Of the request.
        base_url: Of DHIS2.
        proxy: The one on the way, without its login; None if there is none.
    """
    of_proxy = None
    if proxy and not insecurity_of(error, base_url):
        of_proxy = _of_proxy(error, base_url, proxy)
    return of_proxy or connection_error(error, base_url)


def _of_proxy(
    error: httpx.RequestError, base_url: str, proxy: str
) -> TargetError | BusyError | None:
    """Return the error, if it is the proxy that failed."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return BusyError(
            f"DHIS2 at {base_url} is asked through the proxy {proxy}, and that does not answer "
            f"({type(error).__name__}): see whether it runs and its address is right. {_ADVICE} "
            f"Nothing was sent."
        )
    return _refusal(str(error), base_url, proxy) if isinstance(error, httpx.ProxyError) else None


def _refusal(words: str, base_url: str, proxy: str) -> TargetError | BusyError:
    """Return what a proxy means that does not connect to DHIS2; it says a status first."""
    status = int(found[0]) if (found := re.match(r"\d{3}", words)) else 0
    if status == _LOGIN:
        return TargetError(
            f"The proxy {proxy} on the way to DHIS2 wants a login (407): write it into HTTPS_PROXY "
            f"of the worker's environment (http://user:password@host:port), and leave proxy out of "
            f"the dhis2-server block. {_ADVICE} Nothing was sent."
        )
    if 400 <= status < 500:
        return TargetError(
            f"The proxy {proxy} does not let this machine connect to {base_url} ({status}): its "
            f"administrator permits it. {_ADVICE} Nothing was sent."
        )
    answer = f"answered {status}" if status else "refused the connection"
    return BusyError(
        f"The proxy {proxy} does not reach DHIS2 at {base_url} (it {answer}): see whether DHIS2 "
        f"runs, and whether the proxy may and can connect to it. {_ADVICE} Nothing was sent."
    )
