"""The page *what leaves*: which values of openIMIS go to DHIS2 for one country file, and how."""

from collections.abc import Iterator, Sequence

from transforms.aggregates.elements import chosen_figures
from transforms.core.fields import Privacy, Treatment
from transforms.core.markdown import code, table
from transforms.model.privacy import Leaving, values_that_leave
from transforms.openimis.country import Country
from transforms.reports.tables import page_texts

_CLASSES = (Privacy.DIRECT, Privacy.QUASI, Privacy.SENSITIVE, Privacy.OPEN)
_TITLES = ("name in DHIS2", "object", "from openIMIS", "leaves as", "decided by")


def leaving_page(country: Country) -> str:
    """Return the whole page as Markdown, what is closest to a person first.

    Raises:
        CountryError: The country file names a field that does not exist, or a treatment that it
            cannot have.
    """
    lines = values_that_leave(country)
    if not country.sends_persons:
        nobody = ([page_texts.LEAVING], _regions(country), _figures(country))
        return "\n".join(line for part in nobody for line in part)
    parts = (
        [page_texts.LEAVING],
        _regions(country),
        _figures(country),
        _by_class(lines),
        _values_that_stay(lines),
    )
    return "\n".join([*(line for part in parts for line in part), page_texts.LEAVING_BESIDES])


def _figures(country: Country) -> Iterator[str]:
    if not country.sends_figures:
        return
    yield from ("## Figures", "")
    if not country.sends_persons:
        yield from ("No value of a person leaves: the country file sends figures alone.", "")
    least = country.smallest_cell
    yield from (
        f"Figures of periods and places leave as data values, none of fewer than {least} people:",
        "",
        *(f"- {figure.name}: {figure.words}" for figure in chosen_figures(country)),
        "",
    )


def _regions(country: Country) -> Iterator[str]:
    chosen = ", ".join(code(region) for region in country.regions)
    yield from (f"Regions: {chosen or 'the whole country'}.", "")


def _by_class(lines: Sequence[Leaving]) -> Iterator[str]:
    for privacy in _CLASSES:
        rows = [row for row in lines if row.privacy is privacy and _leaves(row)]
        yield from (f"## {privacy.value.capitalize()} values that leave: {len(rows)}", "")
        if rows:
            yield from table(_TITLES, [_row(row) for row in rows])


def _values_that_stay(lines: Sequence[Leaving]) -> Iterator[str]:
    rows = [row for row in lines if not _leaves(row)]
    yield from (f"## Values that do not leave: {len(rows)}", "")
    if rows:
        yield from table(_TITLES, [_row(row) for row in rows])


def _leaves(row: Leaving) -> bool:
    return row.treatment is not Treatment.DROP


def _row(row: Leaving) -> tuple[str, ...]:
    return (row.field, row.resource, row.source, row.treatment.value, _decided_by(row))


def _decided_by(row: Leaving) -> str:
    if not row.is_default:
        return "the country file"
    return "the country file did not ask" if row.is_optional else "default of its class"
