"""``anynet serve`` as processes of their own: signals, deaths, and nothing left behind."""

from __future__ import annotations

import os
import pwd
import re
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import ANYNET, anynet_command, command_here
from tests.processes import process_of

BACKENDS = ("trio", "asyncio", "uvloop")
POLICIES = ("round_robin", "shared", "reuse_port")
HANDLER = "tests.cluster.worker_programs:tell_pid"


class Running:
    """A cluster in a process, and what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        self.address = line.removeprefix("listening on ").rstrip("\n")

    @property
    def pid(self) -> int:
        return self.process.pid

    def connect(self) -> socket.socket:
        if self.address.startswith("/"):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(10)
            client.connect(self.address)
            return client
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=10)

    def ask(self) -> int:
        """The pid of the worker that serves a new connection."""
        with self.connect() as client:
            return read_pid(client)

    def workers(self) -> set[int]:
        """The pids of the children."""
        text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return set(map(int, text.split()))

    def error_line(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def end(self) -> tuple[int, str]:
        """Wait for its end; the exit code and what it wrote to stderr."""
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors


def read_pid(client: socket.socket) -> int:
    text = b""
    while not text.endswith(b"\n"):
        chunk = client.recv(100)
        if not chunk:
            raise EOFError
        text += chunk
    return int(text)


@contextmanager
def running(*arguments: str, handler: str = HANDLER) -> Iterator[Running]:
    if "--path" not in arguments and "--host" not in arguments:
        arguments = ("--host", "127.0.0.1", *arguments)
    with process_of(*ANYNET, "serve", handler, *arguments) as process:
        yield Running(process)


@contextmanager
def two_threads(load: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """Run ``load`` twice beside the block, and have it end with the block, however that ends."""
    loads = [threading.Thread(target=load) for _ in range(2)]
    for thread in loads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in loads:
            thread.join()


def until(condition: Callable[[], bool], seconds: float = 50) -> float:
    """Wait for something that other processes do; returns how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.002)
    return time.monotonic() - began


def gone(pids: set[int]) -> bool:
    return not any(os.path.exists(f"/proc/{pid}") for pid in pids)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_it_serves_and_a_signal_lets_connections_finish(backend: str, policy: str) -> None:
    with running("--workers", "2", "--backend", backend, "--policy", policy) as cluster:
        workers = cluster.workers()
        assert {cluster.ask() for _ in range(8)} <= workers
        with cluster.connect() as client:
            assert read_pid(client) in workers
            cluster.process.terminate()
            until(lambda: refuses(cluster))
            client.sendall(b"still here")
            assert client.recv(100) == b"still here"
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
        assert cluster.end() == (0, "")
    assert gone(workers)


def refuses(cluster: Running) -> bool:
    try:
        cluster.connect().close()
    except (ConnectionRefusedError, FileNotFoundError):
        return True
    return False


def test_a_second_signal_ends_it_at_once() -> None:
    with running("--workers", "2") as cluster, cluster.connect() as client:
        workers = cluster.workers()
        assert read_pid(client) in workers
        cluster.process.send_signal(signal.SIGINT)
        until(lambda: refuses(cluster))
        cluster.process.send_signal(signal.SIGTERM)
        assert cluster.end() == (128 + signal.SIGTERM, "")
        with pytest.raises(ConnectionResetError):
            while client.recv(100):
                pass
            raise ConnectionResetError  # A kill may look like an end.
    assert gone(workers)


def test_the_grace_period_is_kept() -> None:
    with running("--workers", "1", "--grace", "0.1") as cluster, cluster.connect() as client:
        read_pid(client)
        cluster.process.terminate()
        with pytest.raises((ConnectionResetError, EOFError)):
            read_pid(client)
        assert cluster.end()[0] == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_sighup_restarts_the_workers_and_no_client_notices(policy: str) -> None:
    with running("--workers", "2", "--policy", policy) as cluster:
        before = cluster.workers()
        served, failures, stop = set(), [], threading.Event()

        def load() -> None:
            while not stop.is_set():
                try:
                    served.add(cluster.ask())
                except (OSError, EOFError) as error:
                    failures.append(error)

        with two_threads(load, stop):
            cluster.process.send_signal(signal.SIGHUP)
            until(lambda: gone(before))
        assert failures == []
        after = cluster.workers()
        assert len(after) == 2
        assert served <= before | after
        cluster.process.terminate()
        assert cluster.end() == (0, "")


def test_sigterm_to_a_worker_replaces_it() -> None:
    with running("--workers", "1") as cluster, cluster.connect() as client:
        pid = read_pid(client)
        os.kill(pid, signal.SIGTERM)
        client.sendall(b"still here")
        assert client.recv(100) == b"still here"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
        assert cluster.error_line() == f"worker 1 (pid {pid}) ended with exit code 0\n"
        assert cluster.ask() != pid
        cluster.process.terminate()
        assert cluster.end() == (0, "")


def connected_to(worker: int, cluster: Running) -> socket.socket:
    """A connection that this worker serves."""
    while read_pid(client := cluster.connect()) != worker:
        client.close()
    return client


@pytest.mark.parametrize("policy", POLICIES)
def test_kill_9_of_a_worker_under_load(policy: str) -> None:
    """Only its own connections fail, nothing is refused, and there is another within a second."""
    with running("--workers", "2", "--policy", policy) as cluster:
        refusals, broken, stop = [], [], threading.Event()
        victim, other = sorted(cluster.workers())
        survivor = connected_to(other, cluster)

        def load() -> None:
            while not stop.is_set():
                try:
                    with cluster.connect() as client:
                        pid = 0
                        pid = read_pid(client)
                        client.sendall(b"x")
                        client.recv(1)
                except (ConnectionRefusedError, TimeoutError) as error:
                    refusals.append(error)
                except (OSError, EOFError):
                    broken.append(pid)

        with two_threads(load, stop):
            os.kill(victim, signal.SIGKILL)
            assert until(lambda: len(cluster.workers() - {victim, other}) == 1) < 1
            (new,) = cluster.workers() - {victim, other}
            until(lambda: cluster.ask() == new)
        assert refusals == []
        assert set(broken) <= {0, victim}
        assert len(broken) <= 2  # At most one connection of each client was the victim's.
        survivor.sendall(b"still here")
        assert survivor.recv(100) == b"still here"
        survivor.close()
        assert "was ended by SIGKILL" in cluster.error_line()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_kill_9_of_the_primary_leaves_nothing(backend: str, policy: str, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with running(
        *("--workers", "2", "--backend", backend, "--policy", policy, "--path", str(path))
    ) as cluster:
        workers = cluster.workers()
        with cluster.connect() as client:
            read_pid(client)
            cluster.process.kill()
            with pytest.raises((EOFError, ConnectionResetError)):
                read_pid(client)
        until(lambda: all(ended(pid) for pid in workers))
        until(lambda: not path.exists())


def ended(pid: int) -> bool:
    """Is there no such process, or only what its parent has not asked about?"""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], 0)[0])
    finally:
        os.close(fd)


def test_kill_9_of_the_primary_ends_blocked_workers_too() -> None:
    with running("--workers", "1", handler="tests.cluster.worker_programs:hang") as cluster:
        workers = cluster.workers()
        with cluster.connect() as client:
            assert client.recv(1) == b"."
            cluster.process.kill()
            until(lambda: all(ended(pid) for pid in workers))


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (("module",), 2, ("handler", "'module'")),
        (("no_such_module:handler",), 1, ("no_such_module",)),
        (("tests.cluster.worker_programs:missing",), 1, ("missing",)),
        (("tests.cluster.worker_programs:not_a_function",), 1, ("42",)),
        ((HANDLER, "--port", "70000"), 2, ("port", "70000")),
        ((HANDLER, "--workers", "0"), 2, ("--workers", "0")),
        ((HANDLER, "--policy", "random"), 2, ("random", "round_robin")),
        ((HANDLER, "--grace", "-1"), 2, ("--grace",)),
        ((HANDLER, "--backend", "curio"), 2, ("curio",)),
        ((HANDLER, "--host", "192.0.2.1"), 1, ("192.0.2.1",)),
        ((HANDLER, "--path", "/no/such/directory/x"), 1, ("/no/such/directory",)),
        ((HANDLER, "--bind", ":0", "--bind", "unix:/no/such/directory/x"), 1, ("/no/such",)),
        ((HANDLER, "--path", "/tmp/x", "--port", "1"), 2, ("port", "path")),
        ((), 2, ("MODULE:HANDLER",)),
    ],
)
def test_bad_input_is_one_line_of_error(
    arguments: tuple[str, ...], code: int, parts: tuple[str, ...]
) -> None:
    # Workers find out what is wrong where the usage is right.
    run_it = command_here if code == 2 else anynet_command
    result = run_it("serve", *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert re.fullmatch(r"Error: .*\n", result.stderr)
    for part in parts:
        assert part in result.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("serve", HANDLER, "--workers", "1")])
def test_output_for_which_there_is_no_room_is_one_line_of_error(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [*ANYNET, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (1, "Error: No space left on device\n")


@pytest.mark.parametrize("policy", POLICIES)
def test_the_limits_of_an_address_hold_in_a_worker(policy: str) -> None:
    limits = ("--workers", "1", "--policy", policy, "--max-per-address", "2")
    with running(*limits) as cluster:
        with cluster.connect() as one, cluster.connect() as two:
            assert read_pid(one) == read_pid(two)
            with cluster.connect() as refused, pytest.raises((EOFError, ConnectionResetError)):
                read_pid(refused)
        until(lambda: serves(cluster))
        cluster.process.terminate()
        assert cluster.end() == (0, "")


def test_the_rate_of_an_address_holds_in_a_worker() -> None:
    with running("--workers", "1", "--accept-rate", "0.0001") as cluster:
        cluster.ask()
        assert not serves(cluster)
        cluster.process.terminate()
        assert cluster.end() == (0, "")


def test_the_family_and_deferred_accepts_reach_the_primary() -> None:
    options = ("--workers", "2", "--family", "ipv4", "--defer-accept", "1", "--port", "0")
    with running(*options, "--host", "localhost", "--policy", "reuse_port") as cluster:
        assert cluster.address.startswith("127.0.0.1:")
        with cluster.connect() as client:
            client.sendall(b"\n")  # Its echo may come with the line of the pid, and ends it too.
            assert read_pid(client) in cluster.workers()
        cluster.process.terminate()
        assert cluster.end() == (0, "")


def test_a_repeated_host_and_an_abstract_path_are_listened_on() -> None:
    hosts = ("--host", "127.0.0.1", "--host", "::1")
    with running("--workers", "1", *hosts) as cluster:
        assert cluster.process.stdout is not None
        other = cluster.process.stdout.readline().strip()
        assert cluster.address.startswith("127.0.0.1:")
        assert other == "listening on [::1]:" + cluster.address.rpartition(":")[2]
        assert cluster.ask() in cluster.workers()
        cluster.process.terminate()
        assert cluster.end() == (0, "")
    name = f"@anynet-test-{os.getpid()}"
    with running("--workers", "1", "--path", name) as cluster:
        assert cluster.address == name
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"\0{name[1:]}")
            assert read_pid(client) in cluster.workers()
        cluster.process.terminate()
        assert cluster.end() == (0, "")


@pytest.mark.parametrize("kind", ["name", "number"])
def test_a_path_is_given_away_by_the_primary(tmp_path: Path, kind: str) -> None:
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    path = tmp_path / "socket"
    owner = account.pw_name if kind == "name" else str(account.pw_uid)
    with running("--workers", "1", "--path", str(path), "--owner", owner) as cluster:
        cluster.ask()
        assert path.stat().st_uid == account.pw_uid
        cluster.process.terminate()
        assert cluster.end() == (0, "")
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--accept-rate", "0"), "accept_rate must be finite and more than 0, not 0.0"),
        (("--max-per-address", "0"), "max_connections_per_address must be at least 1, not 0"),
        (("--family", "ipv5"), "'ipv5' is not one of 'ipv4', 'ipv6'"),
        (("--owner", "root"), "owner is for a path, and there is none"),
    ],
)
def test_limits_that_make_no_sense(arguments: tuple[str, ...], message: str) -> None:
    ended = command_here("serve", HANDLER, *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr


def test_an_owner_that_does_not_exist(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    arguments = ("--workers", "1", "--path", path, "--owner", "no-such-user")
    ended = subprocess.run(
        [*ANYNET, "serve", HANDLER, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "owner 'no-such-user' is the name of no user" in ended.stderr
    assert "Traceback" not in ended.stderr


def serves(cluster: Running) -> bool:
    try:
        return cluster.ask() > 0
    except (EOFError, ConnectionResetError):
        return False


# -- failures of the handler ------------------------------------------------------------------

FAILS = "tests.cluster.worker_programs:fail_when_told"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_handler_that_fails_takes_no_other_client_along(backend: str) -> None:
    with running("--workers", "1", "--backend", backend, handler=FAILS) as cluster:
        (worker,) = cluster.workers()
        with cluster.connect() as good, cluster.connect() as bad:
            assert read_pid(good) == read_pid(bad) == worker
            bad.sendall(b"fail")
            with pytest.raises(ConnectionResetError):
                bad.recv(100)
            good.sendall(b"still here")
            assert good.recv(100) == b"still here"
            assert cluster.ask() == worker
        cluster.process.terminate()
        code, errors = cluster.end()
    assert code == 0
    assert errors.startswith("the handler of 127.0.0.1:")
    assert "ArithmeticError: asked for" in errors
    assert errors.count("Traceback") == 1


def test_a_handler_that_fails_ends_its_worker_where_that_is_wanted() -> None:
    with running("--workers", "1", "--on-handler-error", "raise", handler=FAILS) as cluster:
        (worker,) = cluster.workers()
        with cluster.connect() as client:
            assert read_pid(client) == worker
            client.sendall(b"fail")
            with pytest.raises(ConnectionResetError):
                client.recv(100)
        until(lambda: worker not in cluster.workers())


def test_a_function_is_called_for_a_handler_that_fails() -> None:
    name = "tests.cluster.worker_programs:apologize"
    with running("--workers", "1", "--on-handler-error", name, handler=FAILS) as cluster:
        with cluster.connect() as client:
            worker = read_pid(client)
            client.sendall(b"fail")
            assert client.recv(100) == b"sorry: asked for"
            assert client.recv(100) == b""
        assert cluster.ask() == worker


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_exit_code_of_a_handler_is_that_of_its_worker(backend: str) -> None:
    with running("--workers", "1", "--backend", backend, handler=FAILS) as cluster:
        with cluster.connect() as client:
            read_pid(client)
            client.sendall(b"exit")
            with pytest.raises(ConnectionResetError):
                client.recv(100)
        assert "with exit code 3" in cluster.error_line()


@pytest.mark.parametrize("backend", BACKENDS)
def test_handlers_of_workers_see_the_shutdown_coming(backend: str) -> None:
    handler = "tests.cluster.worker_programs:say_bye"
    with running("--workers", "2", "--backend", backend, handler=handler) as cluster:
        with cluster.connect() as one, cluster.connect() as two:
            read_pid(one), read_pid(two)
            cluster.process.terminate()
            assert one.recv(100) == two.recv(100) == b"bye"
        assert cluster.end() == (0, "")


@pytest.mark.parametrize(
    ("arguments", "handler", "text"),
    [
        ((), "tests.cluster.worker_programs:no_coroutine_function", "a coroutine function"),
        (("--on-handler-error", "lgo"), HANDLER, "'log', 'raise' or callable, not 'lgo'"),
        (("--on-handler-error", "no:such:name"), HANDLER, "must be 'module:function'"),
        (("--on-handler-error", "tests:missing"), HANDLER, "missing"),
    ],
)
def test_what_cannot_be_a_handler_is_said(
    arguments: tuple[str, ...], handler: str, text: str
) -> None:
    command = [*ANYNET, "serve", handler, "--host", "127.0.0.1", "--workers", "1", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode in (1, 2)
    assert text in ended.stderr
    assert "Traceback" not in ended.stderr
