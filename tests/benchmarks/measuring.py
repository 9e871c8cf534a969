"""What a piece of work costs, in a process of its own, and whether that holds a bound."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What one turn took.

    Attributes:
        seconds: By the clock.
        processor_seconds: Of all threads: other work on the machine disturbs it less.
        mebibytes: Peak of resident memory, the interpreter and its libraries included.
    """

    seconds: float
    processor_seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.2f} s  processor {self.processor_seconds:7.2f} s  "
            f"peak {self.mebibytes:5.0f} MiB"
        )


def cost_of(work: Callable[..., None], *arguments: Any) -> Cost:
    """Take one turn in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_turn, (work, arguments))


def cost_of_fork(work: Callable[..., None], *arguments: Any) -> Cost:
    """Take one turn in a fork of a process that has imported, and done nothing.

    Seconds sooner than anew; of imported code only what is used counts as memory (60 MiB less).
    """
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        return pool.apply(_turn, (work, arguments))


def costs_in_turn(turns: int, **works: Callable[[], Cost]) -> dict[str, Cost]:
    """Take turns, print them, and return the best of each."""
    best: dict[str, Cost] = {}
    for _ in range(turns):
        for name, work in works.items():
            cost = work()
            print(f"  {name:28} {cost}", flush=True)
            best[name] = _better(best.get(name, cost), cost)
    return best


def at_least(name: str, found: float, bound: float) -> bool:
    """Print a figure and its bound; return whether it holds."""
    return _judged(name, found, f"at least {bound:g}", holds=found >= bound)


def at_most(name: str, found: float, bound: float) -> bool:
    """Print a figure and its bound; return whether it holds."""
    return _judged(name, found, f"at most {bound:g}", holds=found <= bound)


def _judged(name: str, found: float, bound: str, *, holds: bool) -> bool:
    print(f"{name:60} {found:8.2f}  ({bound}){'' if holds else '  MISSED'}", flush=True)
    return holds


def _better(one: Cost, other: Cost) -> Cost:
    return Cost(
        min(one.seconds, other.seconds),
        min(one.processor_seconds, other.processor_seconds),
        max(one.mebibytes, other.mebibytes),
    )


def _turn(work: Callable[..., None], arguments: tuple[Any, ...]) -> Cost:
    processor, began = time.process_time(), time.perf_counter()
    try:
        work(*arguments)
    except Exception as error:
        # Some errors of drivers cannot be sent to the other process, which would wait for ever.
        raise RuntimeError(f"{type(error).__name__}: {error}") from None
    seconds = time.perf_counter() - began
    return Cost(seconds, time.process_time() - processor, _peak_mebibytes())


def _peak_mebibytes() -> float:
    """Return the peak of this process alone (`ru_maxrss` starts from that of its parent)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
