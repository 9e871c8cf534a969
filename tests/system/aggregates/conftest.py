"""One scheme of which all figures were loaded once; each test puts it back."""

from collections.abc import Iterator

import pytest

from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import figures_scheme, put_back


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheme]:
    """A scheme of which every cell was sent once."""
    with figures_scheme(tmp_path_factory.mktemp("figures")) as scheme:
        scheme.bring("first")
        yield scheme


@pytest.fixture
def scheme(loaded: Scheme) -> Iterator[Scheme]:
    """The scheme after its first load."""
    with put_back(loaded):
        yield loaded
