"""The language in which people read: English is what the code has, others are in catalogues.

A text of the code is the name of its translations. What has no translation stays English.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Self

LANGUAGES: dict[str, str] = {"en": "English", "fr": "French"}
"""Those that there are; each but English has its catalogues (`staging/catalogues`)."""
TRANSLATED: tuple[str, ...] = tuple(code for code in LANGUAGES if code != "en")
THOUSANDS = ","
"""What stands between thousands; a catalogue may have another sign for it."""


class Phrase(str):
    """A text with values in it, which a language can say otherwise.

    It is the English text. Of its values, those that are phrases are translated too; any other is
    data, and stays.

    Attributes:
        message: The text with places for values, as catalogues have it.
        values: Name of a place to what stands there.
    """

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, object]

    def __new__(cls, message: str, /, **values: object) -> Self:
        """Make the English text."""
        return cls.shown_as(filled(message, values), message, **values)

    @classmethod
    def shown_as(cls, text: str, message: str, /, **values: object) -> Self:
        """Return a phrase whose English text is another, such as a shorter one."""
        phrase = super().__new__(cls, text)
        phrase.message, phrase.values = message, values
        return phrase


def joined(form: str, phrases: Iterable[Phrase]) -> Phrase:
    """Return phrases in one, each put behind those before it by a form with `{one}`, `{other}`."""
    return reduce(lambda one, other: Phrase(form, one=one, other=other), phrases)


def shortened(text: str, longest: int) -> str:
    """Return a text that is cut where it is too long; another language has its own whole."""
    if len(text) <= longest:
        return text
    whole = text if isinstance(text, Phrase) else Phrase(text)
    return Phrase.shown_as(text[:longest].strip(), whole.message, **whole.values)


def message(text: str) -> str:
    """Mark a text as one that catalogues have; it gets its values later, if it has places."""
    return text


def filled(message: str, values: Mapping[str, object]) -> str:
    """Return a message with values in its places."""
    return message.format_map(values) if values else message


@dataclass(frozen=True)
class _WrittenNumber:
    """A whole number with the language's own sign between thousands."""

    number: int
    thousands: str

    def __format__(self, form: str) -> str:
        return format(self.number, form).replace(THOUSANDS, self.thousands)


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        code: As DHIS2 and HTML call it.
        texts: English text to that of the language.
    """

    code: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def text(self, message: str, /, **values: object) -> str:
        """Return a message in the language, with values in its places."""
        shown = {name: self._value(value) for name, value in values.items()}
        return filled(self.texts.get(message, message), shown)

    def of(self, text: str) -> str:
        """Return a text of a table, or a phrase, in the language."""
        if isinstance(text, Phrase):
            return self.text(text.message, **text.values) if self.texts else str(text)
        return self.texts.get(text, text)

    def number(self, number: int) -> str:
        """Return a whole number as people write it."""
        return format(self._value(number), ",")

    def _value(self, value: object) -> object:
        if isinstance(value, Phrase):
            return self.of(value)
        if isinstance(value, int):
            return _WrittenNumber(value, self.of(THOUSANDS))
        return value


ENGLISH = Language()
