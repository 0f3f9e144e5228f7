"""Has a browser look at pages: serves them, and a page of its own that loads each in a frame.

The page of ``inspect.js`` is of the same origin as those that it looks at, so it reads their layout
itself, and posts what it found. That takes no driver of the browser, and one load for each page.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSPECTOR = Path(__file__).with_name("inspect.js")
#: Where the inspecting page is, what it is to look at, and where it puts what it found.
PAGE, WORK, FOUND = "/inspect", "/inspect/work", "/inspect/found"
#: A page with every fault that is looked for, and what has to be found there.
FAULTY = "inspect/faulty.html"
FAULTS = (
    "pixels wide",
    'cuts "A heading that is cut off"',
    'breaks "a_name_that_is_broken_somewhere"',
    'cuts "A label beyond the edge" in a drawing',
    'at "A text that hardly stands out."',
    f"no #nowhere on {FAULTY}",
    "there is no no-such-page.html",
    "has no image at",
    "has an image without a description",
    "has no button that copies it",
)
POLL_INTERVAL = 0.1
#: Far more than the slowest machine needs: the end of a browser that hangs.
TIME_LIMIT = 600

#: What is searched for, and the page that has to be found first.
SEARCHES = {
    "timeout": "timeouts.html",
    "TLS": "tutorial/",
    "line": "framing.html",
    "create_server": "reference/servers.html",
}
#: Pages that are made for a program, or have no text of their own.
NOT_LOOKED_AT = {"search.html", "genindex.html", "py-modindex.html"}


@attrs.frozen
class Report:
    """What was looked at, and a line for each thing that is wrong."""

    pages: int
    views: int
    searches: int
    findings: list[str]


def find_browser() -> str | None:
    """The path of a Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def pages_of(directory: Path) -> list[str]:
    """The pages below a directory, by their paths."""
    pages = sorted(path.relative_to(directory) for path in directory.rglob("*.html"))
    return [
        str(page)
        for page in pages
        if page.name not in NOT_LOOKED_AT and not page.parts[0].startswith("_")
    ]


class Handler(SimpleHTTPRequestHandler):
    """Serves the documentation, the inspecting page, and takes the report."""

    def __init__(self, *arguments: Any, work: dict[str, Any], **options: Any) -> None:
        self._work = work
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        if self.path == PAGE:
            script = INSPECTOR.read_text("utf-8")
            self._answer("text/html", f"<!doctype html><body><script>{script}</script>")
        elif self.path == f"/{FAULTY}":
            self._answer("text/html", INSPECTOR.with_name("faulty.html").read_text("utf-8"))
        elif self.path == WORK:
            self._answer("application/json", json.dumps(self._work["given"]))
        else:
            super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer("text/plain", "thanks")
        if self.path == FOUND:
            self._work["found"] = json.loads(body)
            self._work["done"].set()

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are nothing to be told."""


class Server(ThreadingHTTPServer):
    """Serves the pages; the browser may leave while it is being answered."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(directory: Path, work: dict[str, Any]) -> Iterator[str]:
    """Serve a directory on a free port, and return its address."""
    handler = partial(Handler, work=work, directory=str(directory))
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_INTERVAL,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def look(directory: Path, browser: str) -> Report:
    """Look at all pages of a directory. Raises :exc:`RuntimeError` if the browser ends early."""
    pages = pages_of(directory)
    work: dict[str, Any] = {
        "given": {"pages": [FAULTY, *pages], "searches": SEARCHES},
        "done": threading.Event(),
    }
    with tempfile.TemporaryDirectory() as profile, served(directory, work) as address:
        command = [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1400,1000",
            f"--user-data-dir={profile}",
            address + PAGE,
        ]
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(command, stdout=errors, stderr=errors)
            try:
                wait_for_report(process, work["done"])
            except RuntimeError as error:
                errors.seek(0)
                error.add_note(errors.read()[-4000:])
                raise
            finally:
                process.terminate()
                process.wait()
    found = work["found"]
    return Report(len(pages), found["views"], len(SEARCHES), judged(found["findings"]))


def judged(findings: list[str]) -> list[str]:
    """What is wrong: what was found on the pages, and what was overlooked on the faulty one."""
    known = [each for each in findings if each.startswith(FAULTY)]
    overlooked = [fault for fault in FAULTS if not any(fault in each for each in known)]
    return [
        *(f"{FAULTY}: the inspection overlooks: {fault}" for fault in overlooked),
        *(each for each in findings if not each.startswith(FAULTY)),
    ]


def wait_for_report(process: subprocess.Popen[bytes], done: threading.Event) -> None:
    """Wait until the browser has reported. Raises :exc:`RuntimeError` if it never will."""
    waited = 0.0
    while not done.wait(POLL_INTERVAL):
        waited += POLL_INTERVAL
        if process.poll() is not None:
            raise RuntimeError(f"the browser ended by itself, with {process.returncode}")
        if waited > TIME_LIMIT:
            raise RuntimeError(f"the browser has not reported in {TIME_LIMIT} seconds")
