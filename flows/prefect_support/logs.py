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


def _is_no_echo(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(ECHOES)
