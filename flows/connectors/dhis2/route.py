"""The way to DHIS2: whose certificates are trusted, and which proxy is asked.

authorities   the usual ones (or those of SSL_CERT_FILE), and those of the block's `ca_bundle`
proxy         the block's; else HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY has the host. A DHIS2
              on this machine is never asked through one
"""

import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from transforms.core.errors import TargetError

T = TypeVar("T")

DIRECT = "direct"
"""Instead of a proxy: none, whatever the environment says."""


def trusted_authorities(ca_bundle: str | None) -> ssl.SSLContext:
    """Return whose certificates are trusted.

    Args:
        ca_bundle: A file (PEM) of authorities besides the usual ones.

    Raises:
        TargetError: The file, or that of SSL_CERT_FILE, cannot be read.
    """
    context = _read_authorities("The file that SSL_CERT_FILE names", httpx.create_ssl_context)
    if ca_bundle:
        named = f"The ca_bundle {ca_bundle} of the dhis2-server block"
        _read_authorities(named, lambda: context.load_verify_locations(cafile=ca_bundle))
    return context


def _read_authorities(named: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except OSError as error:  # ssl.SSLError is one of them
        reason = "it holds no certificate in PEM form" if _is_no_pem(error) else error.strerror
        raise TargetError(
            f"{named} cannot be read: {reason}. It has to be a PEM file with certificates of "
            f"authorities, on the machine where the flows run. Nothing was sent."
        ) from None


def _is_no_pem(error: OSError) -> bool:
    return isinstance(error, ssl.SSLError)


def proxy_to(base_url: str, proxy: str | None) -> str | None:
    """Return the proxy through which DHIS2 is asked, with its login; None if there is none.

    Args:
        base_url: Of DHIS2.
        proxy: What the block says: an address, `DIRECT`, or nothing.
    """
    if proxy is not None:
        return None if proxy == DIRECT else proxy
    host = httpx.URL(base_url).host
    if is_this_machine(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(httpx.URL(base_url).scheme) or proxies.get("all")
    return f"http://{found}" if found and "://" not in found else found


def without_login(proxy: str) -> str:
    """Return the address of a proxy, to be shown."""
    url = httpx.URL(proxy)
    return str(url.copy_with(username=None, password=None)).rstrip("/")


def is_this_machine(host: str) -> bool:
    """Whether a host is a name or an address of this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
