"""`make site`: the pages as a site in build/site, without a network; a dead link ends it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.project.pages import PAGES, PROJECT

SOURCE = PROJECT / "build" / "site-source"
BESIDE = ("LICENSE", "docs/pictures", "docs/countries")


def gather() -> None:
    """Copy the pages, and what they show or lead to, with their places as they are."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    linked = {link.path for page in PAGES for link in page.links if link.path.is_file()}
    beside = [path for name in BESIDE for path in [PROJECT / name, *(PROJECT / name).rglob("*")]]
    for path in {page.path for page in PAGES} | linked | set(filter(Path.is_file, beside)):
        copy = SOURCE / path.relative_to(PROJECT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def main() -> int:
    """Gather and build."""
    gather()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
