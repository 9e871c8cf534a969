"""What a run is made of: a secret is never shown, and something is chosen."""

import pytest

from flows.steps.compare.inputs import Inputs
from tests.system.set_up.a_country import a_country
from transforms.core.errors import GuardError
from transforms.model.resources import Scope
from transforms.openimis.country import Country

KEY = "a key that is made for tests and nothing else"


def inputs(country: Country) -> Inputs:
    return Inputs(country, None, KEY, [Scope.ALL], None)


def test_what_a_run_is_made_of_does_not_show_the_pseudonym_key():
    assert KEY not in str(inputs(a_country()))


def test_to_choose_no_scope_is_refused():
    with pytest.raises(GuardError, match=r"scopes is empty.*insuree.*leave scopes out for all"):
        Inputs(a_country(), None, KEY, [], None)
