"""Plain http: to this machine itself, or where the block permits it."""

from ipaddress import ip_address

import httpx

from transforms.core.errors import TargetError


def check_plain_http(base_url: str, *, is_permitted: bool) -> None:
    """Refuse to send logins and diagnoses in clear over a network.

    Raises:
        TargetError: The address is plain http to another machine, and the block does not permit it.
    """
    if is_permitted or not base_url.lower().startswith("http://") or _is_loopback(base_url):
        return
    raise TargetError(
        f"The address {base_url} is plain http to another machine: whoever is on the way reads the "
        f"login and what is sent of persons; https was expected. Give the dhis2-server block an "
        f"https address; or, if the way is protected otherwise (a tunnel, a network of its own), "
        f"set plain_http_is_meant in it. Nothing was sent."
    )


def _is_loopback(base_url: str) -> bool:
    host = httpx.URL(base_url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
