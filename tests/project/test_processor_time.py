"""A test that takes much processor time says so by a mark, or is listed, or fails."""

import pytest

from tests.support.processor_time import ProcessorTime

TESTS = """
    import subprocess, sys, time
    import pytest

    WORK = "import time\\nwhile time.process_time() < 0.4: pass"

    def work():
        until = time.process_time() + 0.4
        while time.process_time() < until:
            pass

    @pytest.fixture(scope="session")
    def server(): work()

    @pytest.fixture(scope="module")
    def story(): work()

    def test_that_works(): work()
    def test_whose_process_works(): subprocess.run([sys.executable, "-c", WORK], check=True)
    def test_whose_module_works(story): pass
    def test_after_that(story): pass
    def test_that_waits(): time.sleep(0.4)
    def test_of_what_is_prepared_for_all(server): pass
    def test_that_fails_by_itself(): work(); raise LookupError
    @pytest.mark.large
    def test_that_is_marked(): work()
    @pytest.mark.hours
    def test_that_is_marked_too(): work()
"""

THAT_WORK = {"test_that_works", "test_whose_process_works", "test_whose_module_works"}


def failed(pytester: pytest.Pytester, plugin: ProcessorTime) -> dict[str, str]:
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nmarkers =\n    large\n    hours\n")
    run = pytester.inline_run("-p", "no:cacheprovider", plugins=[plugin])
    _, _, reports = run.listoutcomes()
    return {name_of(report.nodeid): report.longreprtext for report in reports}


def name_of(test: str) -> str:
    return test.partition("::")[2]


def test_what_works_far_too_long_without_a_mark_fails_with_what_to_do(
    pytester: pytest.Pytester,
) -> None:
    found = failed(pytester, ProcessorTime(limit=0.15, is_enforced=True))

    assert found.keys() == {*THAT_WORK, "test_that_fails_by_itself"}
    assert "s of processor time; one without a mark may take 0.15 s" in found["test_that_works"]
    assert "LookupError" in found["test_that_fails_by_itself"]


@pytest.mark.longer
@pytest.mark.parametrize(("limit", "is_enforced"), [(0.3, True), (0.15, False)])
def test_what_works_too_long_or_where_nobody_enforces_it_is_only_listed(
    pytester: pytest.Pytester, limit: float, is_enforced: bool
) -> None:
    plugin = ProcessorTime(limit=limit, is_enforced=is_enforced)

    assert failed(pytester, plugin).keys() == {"test_that_fails_by_itself"}
    assert {name_of(test) for test in plugin.slow} == THAT_WORK
