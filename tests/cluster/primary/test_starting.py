"""What a worker begins with: its arguments, what it can import, and signals that come too early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet.cluster import Cluster, ClusterEvent, Fork, Primary, ProgramError
from anynet.cluster.settings.programs import worker_command
from tests.cluster.clusters import LOCAL, PROGRAMS, asked, backend_of, port_of, until

pytestmark = pytest.mark.anyio

Start = Callable[..., Cluster]
ROOT = str(Path(__file__).parents[3])
#: What no file of the working directory may be taken for.
STRANGER = "raise SystemExit('this was not to be imported')\n"
STRANGERS = ("json.py", "anyio.py", "signal.py", "attr.py", "anynet.py", "sitecustomize.py")


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    directory = tmp_path / "strangers"
    directory.mkdir()
    for name in STRANGERS:
        (directory / name).write_text(STRANGER)
    return directory


# -- arguments -------------------------------------------------------------------------------------


async def test_arguments_may_be_long_and_cannot_be_read_by_others(start: Start) -> None:
    """A variable of the environment may have 128 KiB; a socket's buffer has about 200."""
    args = ["secret" * 100_000, "secret", ""]
    async with start("report_arguments", *args, workers=1) as cluster:
        (worker,) = cluster.workers
        message, _ = await anext(worker.messages())
    assert message == [[600_000, 6, 0], False]


@pytest.mark.parametrize(
    ("args", "error", "text"),
    [
        ([object()], TypeError, "args must be values that JSON can hold"),
        ([float("nan")], ValueError, "args must be values that JSON can hold"),
        (["x" * 2**24], ValueError, "args must be .* at most 16777216 bytes"),
    ],
)
def test_arguments_that_cannot_be_sent(args: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Cluster(PROGRAMS + "fail", args=args)


async def test_what_cannot_be_sent_to_a_worker_starts_none() -> None:
    events: list[ClusterEvent] = []
    async with Primary(on_event=events.append) as primary:
        with pytest.raises(TypeError, match="JSON"):
            primary.fork([sys.executable, "-c", ""], extra=object())
    assert events == []


async def test_a_worker_that_never_gets_to_know_what_to_do_ends() -> None:
    """Its primary disconnects it before all of that has gone."""
    async with Primary() as primary:
        code = "from anynet.cluster import attach; attach()"
        extra = "x" * 2_000_000
        worker = primary.fork([sys.executable, "-c", code], cwd=ROOT, extra=extra)
        worker.disconnect()
        assert await worker.wait() == 70


# -- imports ---------------------------------------------------------------------------------------


async def test_nothing_is_imported_from_the_working_directory(
    start: Start, strangers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(strangers)
    async with start("serve_pid", LOCAL, workers=1) as cluster:
        (address,) = await cluster.wait_listening()
        (worker,) = cluster.workers
        assert worker.id == 1
        assert await asked(port_of(address), 1) == {worker.pid: 1}


async def test_a_worker_imports_from_the_path_that_is_given(
    anyio_backend: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "lies_here.py").write_text("from tests.cluster.worker_programs import serve_pid\n")
    options: dict[str, Any] = {
        "args": [LOCAL],
        "workers": 1,
        "backend": backend_of(anyio_backend),
        "grace_period": 5,
    }
    with pytest.raises(ProgramError, match="No module named 'lies_here'"):
        async with Cluster("lies_here:serve_pid", **options) as cluster:
            await cluster.wait_closed()
    path = [*sys.path, str(tmp_path)]
    async with Cluster("lies_here:serve_pid", import_path=path, **options) as cluster:
        assert len(await cluster.wait_listening()) == 1


def test_a_single_string_is_no_path() -> None:
    with pytest.raises(TypeError, match="import_path must be several directories, not '/srv'"):
        Cluster(PROGRAMS + "fail", import_path="/srv")


def test_the_path_means_the_same_in_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib").mkdir()
    command = worker_command(
        "a:b", ["", "lib", "/abs", "__importer_hook__", Path("/odd"), "\udcff"]
    )
    expected = [str(tmp_path), str(tmp_path / "lib"), "/abs", "__importer_hook__", "\udcff"]
    assert ascii(expected) in command[3]
    assert command[-1] == "a:b"


GREETER = """
import json
async def greet(socket):
    await socket.send(json.dumps("hello").encode())
"""


def test_serve_finds_a_handler_where_it_is_run(strangers: Path) -> None:
    """As the console script does it, whose path does not have the working directory (-P)."""
    (strangers / "greeter.py").write_text(GREETER)
    path = os.pathsep.join([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "anynet", "serve", "greeter:greet", "--path", "here"],
        cwd=strangers,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        _, errors = process.communicate()
    assert (line, errors) == ("listening on here\n", "")


# -- signals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_what_a_terminal_sends_to_a_starting_worker_does_nothing(
    start: Start, number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster = start("serve_pid", LOCAL, workers=1)
    report = cluster._primary.on_event

    def interrupt(event: ClusterEvent) -> None:
        if isinstance(event, Fork):
            event.worker.kill(number)
        assert report is not None
        report(event)

    cluster._primary.on_event = interrupt
    async with cluster:
        await cluster.wait_listening()
        (worker,) = cluster.workers
        worker.kill(number)
        assert worker.id == 1
    assert worker.exit_code == 0
    assert capfd.readouterr().err == ""


# -- a listener that a worker has closed -----------------------------------------------------------


async def test_a_restart_after_a_listener_was_closed(start: Start, tmp_path: Path) -> None:
    """What the old worker does not listen at any more, the new one need not."""
    async with start("close_one_when_told", str(tmp_path), LOCAL, workers=1) as cluster:
        (old,) = cluster.workers
        while len(old.addresses) < 2:
            await old.changed.wait()
        await old.send("close")
        assert (await anext(old.messages()))[0] == "closed"
        while len(old.addresses) > 1:
            await old.changed.wait()
        with anyio.fail_after(20):
            await cluster.restart()
        assert [worker.id for worker in cluster.workers] == [2]


async def test_a_restart_while_a_listener_is_closed(start: Start, tmp_path: Path) -> None:
    """The new worker has come as far as it will by then."""
    async with (
        start("close_one_when_told", str(tmp_path), LOCAL, workers=1) as cluster,
        anyio.create_task_group() as tasks,
    ):
        (old,) = cluster.workers
        while len(old.addresses) < 2:
            await old.changed.wait()
        tasks.start_soon(cluster.restart)
        await anyio.wait_all_tasks_blocked()
        (_, new) = cluster.workers
        while not new.addresses:
            await new.changed.wait()
        await old.send("close")
        with anyio.fail_after(20):
            await old.wait()
        assert [worker.id for worker in cluster.workers] == [2]


async def test_the_socket_of_a_slot_closes_with_its_listener(start: Start) -> None:
    """With ``reuse_port`` the kernel sends clients to every socket: none may be left alone."""
    async with start("serve_until_told", LOCAL, policy="reuse_port") as cluster:
        (address,) = await cluster.wait_listening()
        port = port_of(address)
        assert listening_sockets(port) == 2
        closes, stays = cluster.workers
        await closes.send("close")
        await until(lambda: listening_sockets(port) == 1)
        assert set(await asked(port, 20)) == {stays.pid}
        assert cluster.workers == (closes, stays)


def listening_sockets(port: int) -> int:
    """How many sockets listen at a port of IPv4."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return sum(f":{port:04X}" in line.split()[1] and line.split()[3] == "0A" for line in lines)


# -- programs that cannot be imported --------------------------------------------------------------

UNGUARDED = """
import {library}
from anynet.cluster import {kind}

async def serve():
    raise AssertionError

async def main():
    async with {kind}({arguments}):
        raise AssertionError

{run}
"""
#: The statement that begins a cluster, and what a worker says of it.
NESTED = [
    ("trio.run(main)", "each worker would begin another one"),
    ("anyio.run(main)", "RuntimeError: Already running asyncio in this thread"),
    ("asyncio.run(main())", "RuntimeError: asyncio.run\\(\\) cannot be called"),
]


@pytest.mark.parametrize(("run", "text"), NESTED)
@pytest.mark.filterwarnings("ignore:coroutine 'main' was never awaited")
async def test_a_program_that_begins_a_cluster_when_it_is_imported(
    run: str, text: str, tmp_path: Path
) -> None:
    """Its workers would begin clusters without end, or fail for ever."""
    source = UNGUARDED.format(
        library=run.split(".")[0], kind="Cluster", arguments="'unguarded:serve', workers=1", run=run
    )
    (tmp_path / "unguarded.py").write_text(source)
    path = [*sys.path, str(tmp_path)]
    guard = '.*under `if __name__ == "__main__":`'
    with pytest.raises(ProgramError, match=f"unguarded:serve: .*{text}{guard}"):
        async with Cluster("unguarded:serve", workers=1, import_path=path) as cluster:
            await cluster.wait_listening()


async def test_a_primary_is_not_entered_while_a_program_is_imported(tmp_path: Path) -> None:
    source = UNGUARDED.format(library="trio", kind="Primary", arguments="", run="trio.run(main)")
    (tmp_path / "unguarded.py").write_text(source)
    path = [*sys.path, str(tmp_path)]
    with pytest.raises(ProgramError, match="each worker would begin another one"):
        async with Cluster("unguarded:serve", workers=1, import_path=path) as cluster:
            await cluster.wait_listening()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero \\(.*broken.py, line 1\\)$"),
        ("raise SystemExit(3)", 'SystemExit: 3 .*under `if __name__ == "__main__":`$'),
        ("class Stop(BaseException): pass\nraise Stop('here')", "Stop: here"),
        ("raise ExceptionGroup('two', [OSError('a'), KeyError('b')])", "ExceptionGroup: two"),
        ("import is_not_there", "No module named 'is_not_there'$"),
        ("def x(:", "invalid syntax"),
    ],
)
async def test_whatever_an_import_raises_ends_the_cluster(
    source: str,
    text: str,
    tmp_path: Path,
    anyio_backend: tuple[str, dict[str, Any]],
) -> None:
    (tmp_path / "broken.py").write_text(source)
    path = [*sys.path, str(tmp_path)]
    backend = backend_of(anyio_backend)
    with pytest.raises(ProgramError, match=f"^broken:serve: .*{text}"):
        async with Cluster("broken:serve", workers=1, backend=backend, import_path=path) as cluster:
            await cluster.wait_listening()
