"""Workers that are replaced, or killed, while clients keep coming.

``ANYNET_RESTART_REQUESTS`` is how many requests must succeed behind HAProxy, 1000 by default.
"""

from __future__ import annotations

import csv
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.reliability.cluster_site import (
    BLOCK,
    Site,
    served_site,
    site_behind_proxy,
    start_time,
    wait_until,
)
from tests.reliability.haproxy_process import haproxy
from tests.reliability.steady_load import HOST, PATIENCE, Client, SteadyLoad

REQUESTS = int(os.environ.get("ANYNET_RESTART_REQUESTS", "1000"))
POLICIES = ("round_robin", "shared", "reuse_port")

#: It retries nothing, and a single health check that fails takes the server out of service.
CONFIGURATION = """\
global
    maxconn 500
    nbthread 1
    stats socket {statistics} mode 600
defaults
    mode tcp
    retries 0
    timeout connect 5s
    timeout client 20s
    timeout server 20s
frontend in
    bind fd@{fd}
    default_backend out
backend out
    server site {host}:{port} check inter 50ms rise 1 fall 1 send-proxy-v2
"""


class Haproxy:
    """A HAProxy in front of a server."""

    def __init__(self, port: int, statistics: Path) -> None:
        self.port = port
        self._statistics = statistics

    def troubles(self) -> dict[str, int]:
        """Its counters of what went wrong with the server; all of them are to be zero."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(str(self._statistics))
            client.sendall(b"show stat\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        rows = csv.DictReader(text.removeprefix("# ").splitlines())
        (row,) = (row for row in rows if row["svname"] == "site")
        assert row["status"] == "UP"
        assert row["check_status"].removeprefix("* ") == "L4OK"  # "*": one is under way
        names = ("econ", "eresp", "wretr", "wredis", "chkfail", "chkdown")
        return {name: int(row[name]) for name in names if int(row[name])}


@contextmanager
def proxy_of(port: int, directory: Path) -> Iterator[Haproxy]:
    """A HAProxy in front of the server at ``port``."""
    statistics = directory / "statistics"
    with socket.create_server((HOST, 0), backlog=500) as listener:
        fd = listener.fileno()
        text = CONFIGURATION.format(statistics=statistics, fd=fd, host=HOST, port=port)
        with haproxy(directory, text, fd):
            yield Haproxy(listener.getsockname()[1], statistics)


def restart_under_load(site: Site, load: SteadyLoad) -> set[int]:
    """Replace both workers again and again, until there were enough requests; all the workers."""
    seen = site.workers()
    while len(load.answers) < REQUESTS or len(seen) < 4:
        load.wait_for_answers(50)
        site.restart()
        seen |= site.workers()
        load.wait_for_answers(50)
    return seen


# -- rolling restarts -------------------------------------------------------------------------


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("policy", "backend"),
    [("round_robin", "asyncio"), ("shared", "trio"), ("reuse_port", "uvloop")],
)
def test_no_request_fails_while_workers_are_replaced(
    policy: str, backend: str, tmp_path: Path
) -> None:
    with site_behind_proxy(policy, backend) as site:
        with proxy_of(site.port(), tmp_path) as proxy:
            descriptors = site.descriptors()
            with SteadyLoad(proxy.port) as load:
                seen = restart_under_load(site, load)
            wait_until(lambda: site.descriptors() == descriptors)
            assert load.failures == []
            assert len(load.answers) >= REQUESTS
            assert {pid for _, pid in load.answers} == seen
            assert proxy.troubles() == {}
        assert site.end(signal.SIGTERM) == (0, "", "")


def test_no_request_fails_while_the_workers_of_the_command_are_replaced(tmp_path: Path) -> None:
    with served_site("round_robin", f"--host={HOST}") as site:
        with SteadyLoad(site.port()) as load:
            seen = restart_under_load(site, load)
        assert load.failures == []
        assert {pid for _, pid in load.answers} == seen
        assert site.end(signal.SIGTERM) == (0, "", "")


# -- a worker that is killed ------------------------------------------------------------------


def hold_connections(port: int, pids: set[int], stack: ExitStack) -> list[Client]:
    """Open connections, until each of these processes has two."""
    held: list[Client] = []
    while any(sum(client.pid == pid for client in held) < 2 for pid in pids):
        assert len(held) < 500
        held.append(stack.enter_context(Client(port)))
        held[-1].greeting()
    return held


@pytest.mark.parametrize("policy", POLICIES)
def test_a_killed_worker_takes_only_its_own_connections_along(policy: str) -> None:
    with served_site(policy, f"--host={HOST}") as site, ExitStack() as stack:
        port, workers = site.port(), site.workers()
        held = hold_connections(port, workers, stack)
        load = stack.enter_context(SteadyLoad(port))
        load.wait_for_answers(50)
        # A second, unless others keep the processors busy.
        patience = max(1, 4 * start_time())
        victim = min(workers)
        killed_at = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        back_at = load.wait_for_others(workers)
        load.wait_for_answers(200)

        assert back_at - killed_at < patience
        assert {client.pid for client in held if client.is_lost()} == {victim}
        assert all(client.pid != victim or client.is_lost() for client in held)
        # Each client was in the middle of one request, at most, when it happened.
        assert len(load.failures) <= 4
        for failure in load.failures:
            assert failure.stage in ("greeting", "echo")
            assert failure.pid in (victim, None)
            assert failure.at < back_at


# -- a primary that is killed -----------------------------------------------------------------


def connect(address: tuple[str, int] | str) -> socket.socket:
    client = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    try:
        client.settimeout(PATIENCE)
        client.connect(address)
    except BaseException:
        client.close()
        raise
    return client


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("family", ["tcp", "unix"])
def test_a_killed_primary_leaves_nothing(policy: str, family: str, tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    options = [f"--host={HOST}"] if family == "tcp" else [f"--path={path}"]
    with served_site(policy, *options) as site, ExitStack() as stack:
        address = (HOST, site.port()) if family == "tcp" else path
        if family == "unix":
            assert site.line() == f"listening on {path}"
        clients = [stack.enter_context(connect(address)) for _ in range(6)]
        greetings = [client.recv(100) for client in clients]
        assert all(greetings)
        clients[0].sendall(BLOCK)
        assert clients[0].recv(100) == BLOCK  # Its worker's event loop stands still from now on.

        site.kill_and_wait(list(site.workers()))

        for client in clients:
            assert client.recv(100) == b""
        with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
            connect(address)
        assert os.listdir(tmp_path) == []
        # Nobody holds the other end of its standard output any more.
        assert site.end(signal.SIGKILL) == (-signal.SIGKILL, "", "")
