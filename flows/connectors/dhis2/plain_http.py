"""Plain http: to this machine itself, or where the block permits it."""

import httpx

from flows.connectors.dhis2.route import is_this_machine
from transforms.core.errors import TargetError


def check_plain_http(base_url: str, *, is_permitted: bool) -> None:
    """Refuse to send logins and diagnoses in clear over a network.

    Raises:
        TargetError: The address is plain http to another machine, and the block does not permit it.
    """
    is_plain = base_url.lower().startswith("http://")
    if is_permitted or not is_plain or is_this_machine(httpx.URL(base_url).host):
        return
    raise TargetError(
        f"The address {base_url} is plain http to another machine: whoever is on the way reads the "
        f"login and what is sent of persons; https was expected. Give the dhis2-server block an "
        f"https address; or, if the way is protected otherwise (a tunnel, a network of its own), "
        f"set plain_http_is_meant in it. Nothing was sent."
    )
