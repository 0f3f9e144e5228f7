"""Look at the built pages in Chromium: ``python -m tests.pages docs/_build/html``.

Each page is laid out on a desk's width and on a phone's, in the light theme and in the dark one. It
fails where a page is wider than its window, a label is cut, a text hardly stands out from its
background, an anchor leads nowhere, or the search does not find what it is to find first.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.pages.browser import find_browser, look


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pages", description=__doc__)
    parser.add_argument("directory", type=Path, help="the built documentation")
    parser.add_argument("--browser", default=find_browser(), help="default: Chromium of this path")
    given = parser.parse_args()
    if not (given.directory / "index.html").is_file():
        parser.error(f"there is no index.html in {given.directory}: nox -s docs builds it")
    if given.browser is None:
        parser.error("there is no chromium, chromium-browser or google-chrome on the path")
    started = time.monotonic()
    report = look(given.directory, given.browser)
    for finding in report.findings:
        print(finding)
    seconds = time.monotonic() - started
    print(f"{report.pages} pages, {report.views} views, {report.searches} searches,", end=" ")
    print(f"{len(report.findings)} findings, {seconds:.1f} s")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
