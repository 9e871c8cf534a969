"""Check that the lock files are what their requirements resolve to."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
# One lock for every Python from the lowest on: what one of them needs has a marker.
EVERY_PYTHON = ["--universal", "--python-version", "3.11"]
COMPILE = [UV, "pip", "compile", "--quiet", "--generate-hashes", "--no-header", *EVERY_PYTHON]


def is_fresh(name: str) -> bool:
    """Say whether `<name>.lock` is what `<name>.in` resolves to, with the versions it has."""
    lock = PROJECT / f"{name}.lock"
    with tempfile.TemporaryDirectory() as folder:
        again = Path(shutil.copy(lock, folder))
        arguments = [f"{name}.in", "-o", str(again)]
        subprocess.run([*COMPILE, *arguments], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        return _pins(again) == _pins(lock)


def _pins(lock: Path) -> list[str]:
    """Return the lines that say something; comments name the output file."""
    return [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]


def main() -> int:
    """Return 1 if a lock file is stale."""
    stale = [name for name in ("requirements", "requirements-dev") if not is_fresh(name)]
    for name in stale:
        print(f"{name}.lock is not what {name}.in resolves to: run make lock and commit it.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
