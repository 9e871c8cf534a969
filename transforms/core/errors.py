"""Everything that can go wrong on purpose, on one page.

    SyncError
    ├── TerminalError            the same input fails again: stop, and tell a person
    │   ├── SourceError          openIMIS cannot be read as it must be
    │   ├── TargetError          DHIS2 is not as it must be
    │   ├── CountryError         the country file does not say what is needed
    │   ├── StagingError         a file of ours is missing, damaged or not ours to touch
    │   ├── GuardError           the run would do what nobody can have intended
    │   └── UnforeseenError      a fault of ours, reported without its text
    └── TransientError           a retry may succeed: wait, and do the same again
        ├── SourceBusyError      openIMIS's database is out of reach, or ended the reading
        └── BusyError            DHIS2 is busy or out of reach (flows/connectors/dhis2/errors.py)

A row that is merely wrong raises nothing: it becomes a reject with a reason.
Every message says what was found, what was expected, what to do, and what did not happen.
"""

from polars.exceptions import PanicException


class SyncError(Exception):
    """Base of every error that this project raises on purpose."""


class TerminalError(SyncError):
    """Trying again without a change elsewhere cannot help."""


class TransientError(SyncError):
    """Trying again later may help."""


class SourceBusyError(TransientError):
    """openIMIS's database is out of reach, or ended the reading because of something else."""


class SourceError(TerminalError):
    """openIMIS cannot be read as it must be: connection, rights, tables, columns, types."""


class TargetError(TerminalError):
    """DHIS2 is not as it must be: version, login, rights, metadata, another server.

    Attributes:
        unanswered: Attempts of the same request before, which DHIS2 may still carry out.
    """

    unanswered: int = 0


class CountryError(TerminalError):
    """The country file is missing, malformed, or does not say what is needed."""


class StagingError(TerminalError):
    """A file of ours is missing, damaged, or in use by another run."""


UNFORESEEN = (Exception, PanicException)
"""Whatever code may raise: a panic of polars is no `Exception`, and may quote a value too."""


class UnforeseenError(TerminalError):
    """A fault of ours; its text, which may quote a value, is not repeated."""


class GuardError(TerminalError):
    """The run would do what nobody can have intended, such as deleting most of DHIS2."""
