"""Look at what people have set: the country file, and the key of the pseudonyms."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from flows.steps.shared.country_file import read_country
from transforms.core.language import Phrase
from transforms.model.privacy import policy_of
from transforms.openimis.country import Country
from transforms.requirements.check_rows import Seen


class SettingsLooks:
    """Looks at the settings."""

    def __init__(self, path: Path, load_key: Callable[[Country], str | None]) -> None:
        self._path = path
        self._load_key = load_key

    @cached_property
    def country(self) -> Country:
        """What the country file says.

        Raises:
            CountryError: It is not there, or does not say what is needed.
        """
        return read_country(self._path)

    def country_file(self) -> Seen:
        """Read the country file."""
        policy_of(self.country)
        return Seen(Phrase("{file}, of {name}", file=self._path.name, name=self.country.root.name))

    def pseudonym_key(self) -> Seen:
        """Load the key, if one is needed."""
        is_there = self._load_key(self.country) is not None
        return Seen(Phrase("is saved") if is_there else Phrase("none is needed"))
