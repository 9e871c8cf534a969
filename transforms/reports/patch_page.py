"""The page of DHIS2's patches: what is wrong with which, and what was tried."""

from collections.abc import Iterator

from transforms.core.markdown import table
from transforms.dhis2.tables.patches import PATCH_FAULTS, Harm, PatchFault, version_text
from transforms.reports.tables import page_texts

_DONE = {
    Harm.SHOWING: "`set-up-dhis2` refuses, and writes nothing",
    Harm.READING: "`reconcile`, and what reads DHIS2 back, refuses; set-up says so",
    Harm.FIGURES: "set-up and each load say so",
    Harm.TOKENS: "set-up says so; a token is answered 500",
}


def patch_page() -> str:
    """Return the whole page as Markdown."""
    titles = ("what is wrong", "in", "was there in", "was not there in", "what is done")
    return "\n".join([page_texts.PATCHES, *table(titles, map(_row, PATCH_FAULTS))])


def _row(fault: PatchFault) -> tuple[str, ...]:
    present, absent = _versions(fault, was_there=True), _versions(fault, was_there=False)
    return fault.meaning, "; ".join(_ranges(fault)), present, absent, _DONE[fault.harm]


def _ranges(fault: PatchFault) -> Iterator[str]:
    for release, fixed in fault.fixed.items():
        first = fault.began.get(release, (0,))
        yield f"{version_text(release, first)} to before {version_text(release, fixed)}"


def _versions(fault: PatchFault, *, was_there: bool) -> str:
    versions = [version for version, was in fault.tried.items() if was is was_there]
    return ", ".join(versions) or "*not tried*"
