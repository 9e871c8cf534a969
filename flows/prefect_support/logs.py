"""What the log of a run says: each step once, with its counts; each failure once, in one sentence.

Prefect logs of its own how every flow and every step ended, and each failure again with the step
that failed, an empty traceback (`NoneType: None`), and every flow around it. A filter on its two
loggers leaves that out, for the console and for Prefect's UI. It goes by the first words of what
Prefect says; a test reads the log of whole runs and notices when they change.
"""

import logging
from weakref import WeakSet

from prefect import get_run_logger

from transforms.core.errors import SyncError

LOGGERS = ("prefect.flow_runs", "prefect.task_runs")
ECHOES = ("Finished in state Completed", "Finished in state Failed", "Task run failed with ")
TRACEBACK = "Engine execution exited with unexpected exception"
"""With this a worker logs the traceback of each failed run, also of an error that was logged."""

_logged: WeakSet[SyncError] = WeakSet()


def leave_out_echoes() -> None:
    """Leave out of the log what Prefect repeats."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_is_no_echo)


def log_once(error: SyncError) -> None:
    """Log the sentence of an error that ends a flow, unless a flow within has done so."""
    if error not in _logged:
        _logged.add(error)
        get_run_logger().error("%s", error)


def log_page(page: str) -> None:
    """Log each sentence of a page below its heading in a line; its tables are in the artifact."""
    heading = ""
    for line in filter(None, page.splitlines()):
        if line.startswith("#"):
            heading = f"{line.lstrip('# ')}: "
        elif not line.startswith("|"):
            get_run_logger().info("%s%s", heading, line.removeprefix("- "))


def _is_no_echo(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(TRACEBACK):
        return not (record.exc_info and isinstance(record.exc_info[1], SyncError))
    return not str(record.msg).startswith(ECHOES)
