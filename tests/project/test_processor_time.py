"""A test that takes much processor time says so by a mark, or fails."""

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


def failed(pytester: pytest.Pytester, *, is_enforced: bool) -> dict[str, str]:
    pytester.makepyfile(TESTS)
    pytester.makeini("[pytest]\nmarkers =\n    large\n    hours\n")
    plugin = ProcessorTime(limit=0.3, is_enforced=is_enforced)
    run = pytester.inline_run("-p", "no:cacheprovider", plugins=[plugin])
    _, _, reports = run.listoutcomes()
    return {report.nodeid.partition("::")[2]: report.longreprtext for report in reports}


def test_what_works_long_without_a_mark_fails_with_what_to_do(pytester: pytest.Pytester) -> None:
    found = failed(pytester, is_enforced=True)

    assert found.keys() == {
        "test_that_works",
        "test_whose_process_works",
        "test_whose_module_works",
        "test_that_fails_by_itself",
    }
    assert "s of processor time; one without a mark may take 0.3 s" in found["test_that_works"]
    assert "LookupError" in found["test_that_fails_by_itself"]


def test_where_nobody_enforces_it_no_test_fails_for_it(pytester: pytest.Pytester) -> None:
    assert failed(pytester, is_enforced=False).keys() == {"test_that_fails_by_itself"}
