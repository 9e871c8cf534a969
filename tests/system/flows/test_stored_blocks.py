"""Blocks that an older version has stored, or somebody through Prefect's API."""

import pytest
from prefect.blocks.core import Block

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.named_blocks import load_dhis2_block, load_openimis
from transforms.core.errors import SourceError, TargetError

SECRET = "a-very-secret-word"


def stored(name: str, slug: str, **fields: str | bool) -> None:
    """Store a block as another version of its class would."""
    annotations: dict[str, object] = {field: type(value) for field, value in fields.items()}
    namespace = {"__annotations__": annotations, "_block_type_slug": slug, "__module__": __name__}
    kind = type("Stored", (Block,), namespace | {"_block_type_name": slug.replace("-", " ")})
    kind(**fields).save(name, overwrite=True)


def test_a_server_that_was_stored_before_plain_http_was_a_matter_is_still_loaded(
    prefect_server: None,
) -> None:
    stored("old", "dhis2-server", base_url="https://d.org", username="loader", password=SECRET)

    assert load_dhis2_block("old").base_url == "https://d.org"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://[::1]/dhis", "http://localhost"]
)
def test_plain_http_to_the_machine_itself_is_taken(address: str) -> None:
    Dhis2Server(base_url=address, username="loader", password=SECRET).client().close()


def test_an_old_block_with_plain_http_says_what_to_do_before_anything_is_sent(
    prefect_server: None,
) -> None:
    stored("plain", "dhis2-server", base_url="http://d.org", username="loader", password=SECRET)

    with pytest.raises(TargetError, match=r"plain http .* set plain_http_is_meant .* Nothing was"):
        load_dhis2_block("plain").client()


def test_plain_http_is_taken_where_somebody_has_said_that_it_is_meant() -> None:
    login = {"username": "loader", "password": SECRET}
    Dhis2Server(base_url="http://d.org", plain_http_is_meant=True, **login).client().close()


def test_a_stored_block_that_lacks_a_field_is_said_to_be_there_and_its_secret_is_not_told(
    prefect_server: None,
) -> None:
    stored("lacking", "openimis-database", connection_string=f"Driver=x;Pwd={SECRET}")

    with pytest.raises(SourceError, match="lacking is there, but it is not as") as stopped:
        load_openimis("lacking")

    assert "dialect: Field required" in str(stopped.value)
    assert SECRET not in repr(stopped.value)
    assert stopped.value.__cause__ is None
