"""The examples with neighbours as their users run them, against the real thing."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.core.server_peers import PATIENCE
from tests.example_processes import EXAMPLES, output_of, running
from tests.processes import process_of


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


# -- a site in several processes -------------------------------------------------------------------


WORKER_2 = '{server="",worker="2"}'


class Site:
    """A client of the site, with one kept connection, and of its metrics."""

    def __init__(self, port: int, metrics: int) -> None:
        self._client = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._metrics = HTTPConnection("127.0.0.1", metrics, timeout=PATIENCE)

    def worker(self) -> int:
        """Who answers."""
        self._client.request("POST", "/about", body=b"x" * 100)
        response = self._client.getresponse()
        assert response.status == 200
        about = json.loads(response.read())
        assert about["bytes"] == 100
        number: int = about["worker"]
        return number

    def counted(self, name: str) -> dict[str, float]:
        """The samples of a family, by their labels."""
        self._metrics.request("GET", "/")
        text = self._metrics.getresponse().read().decode()
        lines = re.findall(rf"^{name}({{.*}})? (\S+)$", text, re.MULTILINE)
        return {labels: float(value) for labels, value in lines}

    def close(self) -> None:
        self._client.close()
        self._metrics.close()


def test_a_starlette_site_is_restarted_without_a_request_failing(backend: str) -> None:
    name = "integrations/starlette_site.py"
    with running(name, "--backend", backend, "--port", "0", "--workers", "1") as example:
        port = example.port()
        line = example.line()
        assert line.startswith("metrics at 127.0.0.1:")
        site = Site(port, int(line.rpartition(":")[2]))
        assert site.worker() == 1
        example.process.send_signal(signal.SIGHUP)
        # A client that keeps its connection is told to make a new one.
        while (worker := site.worker()) != 2:
            assert worker == 1
        while site.counted("anynet_cluster_exits_total")['{expected="yes"}'] < 1:
            assert site.worker() == 2
        assert site.counted("anynet_cluster_workers") == {"": 1}
        assert site.counted("anynet_cluster_forks_total") == {"": 2}
        while not site.counted("anynet_server_bytes_received_total").get(WORKER_2):
            assert site.worker() == 2
        assert set(site.counted("anynet_server_accepted_total")) == {WORKER_2}
        site.close()
        example.process.send_signal(signal.SIGINT)
        example.end()


# -- clients ---------------------------------------------------------------------------------------


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"the page {self.path}".encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
        pass


@contextmanager
def pages() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_page_by_a_socks_proxy(backend: str) -> None:
    """The proxy is a program that was ported from Node, on the adapter."""
    with (
        pages() as port,
        running("node/ported/socks5_server.py", "0", "--backend", backend) as proxy,
    ):
        assert proxy.process.stdout is not None
        at = proxy.process.stdout.readline().removeprefix("listening on ").rstrip()
        url = f"http://127.0.0.1:{port}/x"
        through = ("--proxy", f"socks5://127.0.0.1:{at}")
        lines = output_of("integrations/http_client.py", url, *through, "--backend", backend)
    assert lines == ["HTTP/1.0 200", "the page /x"]


@contextmanager
def redis() -> Iterator[int]:
    program = shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
    assert program is not None, "this test runs Redis: install Debian's package redis-server"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    with process_of(program, *options) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ready to accept connections" in line:
                break
        yield port


def test_a_client_of_redis(backend: str) -> None:
    with redis() as port:
        options = ("--port", str(port), "--backend", backend)
        lines = output_of("integrations/redis_client.py", *options)
    assert sorted(lines) == ["counted: 1, 2", "heard: 'twice more'"]


def test_every_example_is_tested() -> None:
    tests = Path(__file__).read_text("utf-8")
    names = {path.name for path in (EXAMPLES / "integrations").glob("*.py")}
    assert len(names) == 3
    for name in names:
        assert f'"integrations/{name}"' in tests
        assert "--backend" in (EXAMPLES / "integrations" / name).read_text("utf-8")
