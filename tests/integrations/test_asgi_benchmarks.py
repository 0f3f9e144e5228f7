"""Workers behind HAProxy are replaced; and the tools that measure it say what failed."""

from __future__ import annotations

import http.server
import threading

import pytest

from benchmarks import asgi, asgi_restart
from benchmarks.asgi_load import ask_many


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_no_request_fails_behind_haproxy_while_workers_are_replaced(backend: str) -> None:
    outcome = asgi_restart.measure(
        backend, workers=2, requests=300, restarts=1, connections=4, direct=False, pause=0.005
    )
    assert outcome.restarts == 1
    assert outcome.load.requests >= 300
    assert outcome.load.failures == []
    assert outcome.load.reconnects == 0  # HAProxy keeps the connections of its clients.


def test_the_servers_are_measured_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["anynet-asyncio"]
    results = asgi.measure(names, rounds=1, seconds=0.1, connections=2)
    for name in names:
        sample = results.samples[asgi.SCENARIO][name][0]
        assert sample[asgi.CPU] > 0
        assert sample[asgi.RATE] > 0
        assert sample["failures"] == 0
    asgi.show(names, results)
    assert capsys.readouterr().out.count("0 failed") == 1


def test_what_fails_is_counted() -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # The last request is not waited for.

    with Quiet(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            load = ask_many(server.server_port, 1, lambda load: load.requests < 2)
        finally:
            server.shutdown()
            thread.join()
    assert [failure[:16] for failure in load.failures] == ["b'HTTP/1.0 503 S"] * 2
    assert load.reconnects == 2
