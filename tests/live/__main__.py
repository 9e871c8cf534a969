"""The whole story on a real, disposable DHIS2: `make test-live`.

DHIS2_URL, DHIS2_USER, DHIS2_PASSWORD   the server, and a superuser
OPENIMIS_ODBC                           any openIMIS; without it the project's sample, or (--demo)
                                        openIMIS's demo database
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"

from prefect.testing.utilities import prefect_test_harness

from tests.live.context import Live
from tests.live.openimis import LEVEL, Source, demo_source, given_source, sample_source
from tests.live.pilot import Pilot
from tests.live.proxy import proxy_of
from tests.live.report import Told, commit, line, table, write_page
from tests.live.server import Login, Server
from tests.live.story import STEPS, Step, tell

INSUREES = 300
ADDRESS = ("DHIS2_URL", "DHIS2_USER", "DHIS2_PASSWORD")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the story; 1 if a step is not as it must be, 2 if it could not begin."""
    asked = _parser().parse_args(arguments)
    if missing := [name for name in ADDRESS if not os.environ.get(name)]:
        print(
            f"Set {', '.join(missing)}: an empty, disposable DHIS2 and its superuser.",
            file=sys.stderr,
        )
        return 2
    if asked.record and (asked.demo or os.environ.get("OPENIMIS_ODBC")):
        print(
            "What is recorded holds values of people: record only with the sample.", file=sys.stderr
        )
        return 2
    with prefect_test_harness(server_startup_timeout=600), story_of(asked) as live:
        told = told_of(live, asked.insurees, steps_of(asked.steps))
    print(f"\n{table(told)}")
    if asked.write:
        write_page(told)
    return 0 if told.passed else 1


@contextmanager
def story_of(asked: argparse.Namespace) -> Iterator[Live]:
    """Put openIMIS, proxy, server and pilot together."""
    url, user, password = (os.environ[name] for name in ADDRESS)
    with ExitStack() as stack:
        source = stack.enter_context(_source(asked))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        proxy = stack.enter_context(proxy_of(url, _record(asked.record)))
        server = Server(proxy, Login(user, password))
        stack.callback(server.close)
        yield Live(server, source, Pilot(folder, source, proxy, server.info.calendar))


def _source(asked: argparse.Namespace) -> AbstractContextManager[Source]:
    if odbc := os.environ.get("OPENIMIS_ODBC"):
        return given_source(odbc)
    return demo_source() if asked.demo else sample_source(asked.insurees)


def told_of(live: Live, insurees: int, steps: Sequence[Step] = STEPS) -> Told:
    """Go through the story, a line a step, and return what there is to tell."""
    sample = f"the project's sample of {insurees} insurees at level {LEVEL}"
    return Told(
        version=live.server.info.version,
        day=datetime.now(UTC).date(),
        commit=commit(),
        source=sample if live.source.is_sample else live.source.name,
        outcomes=tell(live, lambda outcome: print(line(outcome), flush=True), steps),
    )


def steps_of(names: Sequence[str]) -> Sequence[Step]:
    """Return the steps that are named, and all that they need; all where none is named."""
    if not names:
        return STEPS
    by_name = {step.name: step for step in STEPS}
    wanted, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        waiting.extend(by_name[name].needs)
    return [step for step in STEPS if step.name in wanted]


def _record(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.live", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/tested-servers.md")
    parser.add_argument("--record", type=Path, metavar="FOLDER", help="keep every exchange")
    parser.add_argument("--demo", action="store_true", help="read openIMIS's demo database")
    parser.add_argument("--insurees", type=int, default=INSUREES, help="of the sample")
    parser.add_argument("steps", nargs="*", help="names of steps; those they need are done too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
