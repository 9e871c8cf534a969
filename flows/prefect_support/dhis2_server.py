"""The Prefect block that names a DHIS2 and the login to it."""

import re
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpx
from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr, model_validator

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.plain_http import check_plain_http
from flows.connectors.dhis2.retry import Patience
from flows.connectors.dhis2.route import proxy_to, trusted_authorities, without_login
from transforms.core.renaming import AS_OURS, Renaming
from transforms.model.tables.calendars import ISO

CONNECT_SECONDS = 20.0
CONNECTIONS = 32


class Dhis2Server(Block):
    """A DHIS2 server and the login to it."""

    model_config = ConfigDict(hide_input_in_errors=True)  # a secret must not stand in an error

    _block_type_name = "DHIS2 server"
    _block_type_slug = "dhis2-server"
    _description = "The DHIS2 that is filled, and the user who fills it."

    base_url: str = Field(
        description="Address before /api, such as https://dhis2.example.org or https://example.org/dhis",
        pattern=r"^https?://[^/@?#]+(/[^@?#]*)?$",
    )
    token: SecretStr | None = Field(default=None, description="Personal access token (d2pat_…)")
    username: str | None = Field(default=None, description="User, where there is no token")
    password: SecretStr | None = Field(default=None, description="The user's password")
    plain_http_is_meant: bool = Field(
        default=False,
        description=(
            "An http:// address of another machine is permitted: something else protects the "
            "connection, such as a tunnel."
        ),
    )

    ca_bundle: str | None = Field(
        default=None,
        description=(
            "File (PEM) of the authorities that signed DHIS2's certificate, where they are not "
            "among those that everybody trusts. It lies on the machine where the flows run."
        ),
    )
    proxy: str | None = Field(
        default=None,
        description=(
            "Proxy on the way to DHIS2, such as http://proxy.example.org:3128; 'direct': none. "
            "Left out, the worker's environment says it (HTTPS_PROXY, NO_PROXY)."
        ),
        pattern=r"^(direct|https?://[^/@?#\s]+/?)$",
    )

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        by_password = (self.username is not None, self.password is not None)
        if by_password not in ((True, True), (False, False)) or (
            any(by_password) == (self.token is not None)
        ):
            message = "give either a token, or a username and a password"
            raise ValueError(message)
        return self

    def client(
        self,
        *,
        timeout_seconds: float = 600,
        patience: Patience | None = None,
        calendar: str = ISO,
        renaming: Renaming = AS_OURS,
    ) -> Dhis2:
        """Return a client of this server; close it after use.

        Args:
            timeout_seconds: How long an answer may take.
            patience: How long a request is tried while DHIS2 is busy.
            calendar: In which the country file says that it counts.
            renaming: UIDs of ours, and of what the server has in their place.

        Raises:
            TargetError: The address is plain http to another machine, which the block does not
                permit; or the file of authorities cannot be read.
        """
        check_plain_http(self.base_url, is_permitted=self.plain_http_is_meant)
        base_url = re.sub(r"(/api)?/*$", "", self.base_url)
        proxy = proxy_to(base_url, self.proxy)
        http = httpx.Client(
            base_url=base_url,
            headers={"Accept": "application/json", **self._token_header()},
            auth=self._password_login(),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            verify=trusted_authorities(self.ca_bundle),
            proxy=proxy,
            trust_env=False,  # what it says of the way is in both already
        )
        shown = without_login(proxy) if proxy else None
        return Dhis2(http, base_url, patience or Patience(), calendar, shown, renaming)

    def _token_header(self) -> dict[str, str]:
        if self.token is None:
            return {}
        return {"Authorization": f"ApiToken {self.token.get_secret_value()}"}

    def _password_login(self) -> httpx.BasicAuth | None:
        if self.username is None or self.password is None:
            return None
        return httpx.BasicAuth(self.username, self.password.get_secret_value())
