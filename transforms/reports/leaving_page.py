"""The page *what leaves*: which values of openIMIS go to DHIS2 for one country file, and how."""

from collections.abc import Iterator, Sequence

from transforms.aggregates.elements import chosen_figures
from transforms.core.fields import Privacy, Treatment
from transforms.core.language import ENGLISH, Language, message
from transforms.core.markdown import code, table
from transforms.model.privacy import Leaving, values_that_leave
from transforms.openimis.country import Country
from transforms.reports.tables import page_texts

_CLASSES = (Privacy.DIRECT, Privacy.QUASI, Privacy.SENSITIVE, Privacy.OPEN)
_TITLES = (
    message("name in DHIS2"),
    message("object"),
    message("from openIMIS"),
    message("leaves as"),
    message("decided by"),
)
_OF_CLASS = {
    Privacy.DIRECT: message("## Direct values that leave: {count}"),
    Privacy.QUASI: message("## Quasi values that leave: {count}"),
    Privacy.SENSITIVE: message("## Sensitive values that leave: {count}"),
    Privacy.OPEN: message("## Open values that leave: {count}"),
}


def leaving_page(country: Country, language: Language = ENGLISH) -> str:
    """Return the whole page as Markdown, what is closest to a person first.

    Args:
        country: The country file.
        language: In which people read it.

    Raises:
        CountryError: The country file names a field that does not exist, or a treatment that it
            cannot have.
    """
    lines = values_that_leave(country)
    if not country.sends_persons:
        nobody = (
            [language.of(page_texts.LEAVING)],
            _regions(country, language),
            _figures(country, language),
        )
        return "\n".join(line for part in nobody for line in part)
    parts = (
        [language.of(page_texts.LEAVING)],
        _regions(country, language),
        _figures(country, language),
        _by_class(lines, language),
        _values_that_stay(lines, language),
    )
    besides = language.of(page_texts.LEAVING_BESIDES)
    return "\n".join([*(line for part in parts for line in part), besides])


def _figures(country: Country, language: Language) -> Iterator[str]:
    if not country.sends_figures:
        return
    yield from (language.text("## Figures"), "")
    if not country.sends_persons:
        yield language.text("No value of a person leaves: the country file sends figures alone.")
        yield ""
    figures = (
        (language.of(each.name), language.of(each.words)) for each in chosen_figures(country)
    )
    yield from (
        language.text(
            "Figures of periods and places leave as data values, none of fewer than "
            "{least} people:",
            least=country.smallest_cell,
        ),
        "",
        *(f"- {name}: {words}" for name, words in figures),
        "",
    )


def _regions(country: Country, language: Language) -> Iterator[str]:
    chosen = ", ".join(code(region) for region in country.regions)
    whole = language.text("the whole country")
    yield from (language.text("Regions: {regions}.", regions=chosen or whole), "")


def _by_class(lines: Sequence[Leaving], language: Language) -> Iterator[str]:
    for privacy in _CLASSES:
        rows = [row for row in lines if row.privacy is privacy and _leaves(row)]
        yield from (language.text(_OF_CLASS[privacy], count=len(rows)), "")
        if rows:
            yield from _table(rows, language)


def _values_that_stay(lines: Sequence[Leaving], language: Language) -> Iterator[str]:
    rows = [row for row in lines if not _leaves(row)]
    yield from (language.text("## Values that do not leave: {count}", count=len(rows)), "")
    if rows:
        yield from _table(rows, language)


def _table(rows: Sequence[Leaving], language: Language) -> list[str]:
    return table([*map(language.of, _TITLES)], [_row(row, language) for row in rows])


def _leaves(row: Leaving) -> bool:
    return row.treatment is not Treatment.DROP


def _row(row: Leaving, language: Language) -> tuple[str, ...]:
    treatment, decided = language.of(row.treatment.value), language.of(_decided_by(row))
    return (row.field, row.resource, language.of(row.source), treatment, decided)


def _decided_by(row: Leaving) -> str:
    if not row.is_default:
        return message("the country file")
    if row.is_optional:
        return message("the country file did not ask")
    return message("default of its class")
