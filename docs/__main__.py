"""Write the pages that are made from the tables of truth: python -m docs."""

from pathlib import Path

from transforms.indicator_page import indicator_page
from transforms.mapping_page import mapping_page

PAGES = {"mapping.md": mapping_page, "indicators.md": indicator_page}


def main() -> None:
    """Write each page beside this file."""
    for name, page in PAGES.items():
        Path(__file__).with_name(name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
