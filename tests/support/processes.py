"""Try something in another process, as a second run would."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path


def answer_of_another_process(
    attempt: Callable[[str, str, "multiprocessing.Queue[str]"], None], root: Path, run_id: str
) -> str:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=attempt, args=(str(root), run_id, answers))
    process.start()
    answer = answers.get(timeout=60)
    process.join()
    return answer
