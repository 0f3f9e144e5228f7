"""cluster: workers that serve one port, what leaves with the runtime, sockets that are sent."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet import node as net
from anynet._transport.sockets.fd_passing import send_with_descriptors
from anynet.cluster.wire.frames import Frame, encode_frame
from anynet.node import cluster
from anynet.node._processes import child_process
from anynet.node.events import once
from tests.support import child_processes, open_descriptors

pytestmark = pytest.mark.anyio

PROGRAMS = str(Path(__file__).parents[1] / "cluster_programs.py")


@pytest.fixture
def backend(anyio_backend: tuple[str, dict[str, Any]]) -> str:
    """What the workers run on: the same as the primary."""
    return "uvloop" if anyio_backend[1].get("use_uvloop") else anyio_backend[0]


@pytest.fixture(autouse=True)
async def _nothing_is_left(anyio_backend: object) -> AsyncIterator[None]:
    before, children = open_descriptors(), child_processes()
    yield
    assert open_descriptors() == before
    assert child_processes() == children


def set_up(backend: str, *args: str, **settings: Any) -> None:
    cluster.setupPrimary({"exec": PROGRAMS, "args": [backend, *args], **settings})


async def answer_of(port: int) -> str:
    """What a server says before it ends."""
    client = net.connect(port, "127.0.0.1")
    client.setEncoding("utf8")
    return "".join([str(chunk) async for chunk in client])


# -- workers --------------------------------------------------------------------------------------


async def test_workers_serve_one_port_in_turns_and_are_disconnected(backend: str) -> None:
    ended: list[object] = []
    answers: list[str] = []
    disconnected: list[bool] = []
    async with net.runtime():
        set_up(backend, "serve")
        cluster.on("exit", lambda worker, code, _: ended.append((worker.id, code)))
        ports: list[int] = []

        async def on_listening(_worker: object, address: dict[str, Any]) -> None:
            ports.append(address["port"])
            if len(ports) == 2:
                answers.extend([await answer_of(ports[0]) for _ in range(6)])
                cluster.disconnect(lambda: disconnected.append(True))

        cluster.on("listening", on_listening)
        workers = [cluster.fork(), cluster.fork()]
    assert ports[0] == ports[1]
    assert sorted(answers) == ["1", "1", "1", "2", "2", "2"]
    assert answers[:2] == answers[2:4] == answers[4:]
    assert disconnected == [True]
    assert sorted(ended, key=str) == [(1, 0), (2, 0)]
    assert [worker.exitedAfterDisconnect for worker in workers] == [True, True]
    assert cluster.workers == {}


async def test_a_worker_that_is_killed_leaves_the_port_to_the_others(backend: str) -> None:
    answers: list[str] = []
    events: list[object] = []
    async with net.runtime():
        set_up(backend, "serve")
        ports: list[int] = []

        def on_listening(_worker: object, address: dict[str, Any]) -> None:
            ports.append(address["port"])
            if len(ports) == 2:
                cluster.workers[1].kill("SIGKILL")

        async def on_exit(worker: net.Worker, code: int | None, name: str | None) -> None:
            events.append((worker.id, code, name, worker.exitedAfterDisconnect))
            if worker.id == 1:
                answers.extend([await answer_of(ports[0]) for _ in range(3)])
                cluster.disconnect()

        cluster.on("listening", on_listening)
        cluster.on("exit", on_exit)
        cluster.fork()
        cluster.fork()
    assert answers == ["2", "2", "2"]
    assert events == [(1, None, "SIGKILL", False), (2, 0, None, True)]


async def test_a_runtime_that_fails_takes_its_workers_along(backend: str) -> None:
    with pytest.raises(ValueError, match="a listener"):
        async with net.runtime():
            set_up(backend, "serve")
            worker = cluster.fork()

            def fail(_address: object) -> None:
                raise ValueError("a listener")

            worker.on("listening", fail)


async def test_a_runtime_that_is_cancelled_kills_those_that_stay(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "GRACE", 0.1)
    with anyio.CancelScope() as scope:
        async with net.runtime():
            set_up(backend, "stubborn")
            worker = cluster.fork()
            await once(worker, "message")
            scope.cancel()
    assert scope.cancelled_caught


async def test_the_next_runtime_finds_a_new_cluster(backend: str) -> None:
    for _ in range(2):
        async with net.runtime():
            assert cluster.settings == {}
            assert cluster.eventNames() == []
            set_up(backend, "serve")
            cluster.on("online", lambda worker: worker.disconnect() and None)
            assert cluster.fork().id == 1
            assert list(cluster.workers) == [1]


async def test_outside_of_a_runtime_there_is_no_cluster() -> None:
    with pytest.raises(net.NoRuntimeError):
        cluster.fork()


async def test_an_interactive_session_has_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys, "argv", [""])
    async with net.runtime():
        with pytest.raises(net.NodeTypeError, match=r"settings\.exec"):
            cluster.fork()


async def test_a_module_is_run_again_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    class Spec:
        name = "some.package.__main__"

    monkeypatch.setattr(sys.modules["__main__"], "__spec__", Spec)
    async with net.runtime():
        cluster.setupPrimary()
        assert cluster.settings["exec"] == "some.package"
        assert cluster.settings["execArgv"] == ["-m"]


SAFE_PROGRAM = """
import json
from anynet import node as net

def main():
    if net.cluster.isPrimary:
        worker = net.cluster.fork()
        flags = net.cluster.settings["execArgv"]
        worker.on("message", lambda message, _handle: print(message, flags))
    else:
        net.process.send("here")
        net.process.disconnect()

net.run(main)
"""


@pytest.mark.parametrize("form", ["module", "path"])
def test_workers_import_from_the_working_directory_no_more_than_their_primary(
    form: str, tmp_path: Path
) -> None:
    root = Path(__file__).parents[3]
    for name in ("json.py", "anyio.py"):
        (tmp_path / name).write_text("raise SystemExit('this was not to be imported')")
    where = tmp_path if form == "path" else tmp_path / "lib"
    where.mkdir(exist_ok=True)
    (where / "safe_program.py").write_text(SAFE_PROGRAM)
    path = os.pathsep.join([str(root), *([str(where)] if form == "module" else [])])
    program = ["-m", "safe_program"] if form == "module" else ["safe_program.py"]
    done = subprocess.run(
        [sys.executable, "-P", *program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    flags = ["-P", "-m"] if form == "module" else ["-P"]
    assert (done.stdout, done.stderr) == (f"here {flags}\n", "")


async def test_bad_settings_are_refused() -> None:
    async with net.runtime():
        settings: Any = 5
        with pytest.raises(net.NodeTypeError, match="must be of type object"):
            cluster.setupPrimary(settings)


async def test_arguments_that_are_no_list_are_refused() -> None:
    """Not taken apart into letters; where Node refuses them, which is at the fork."""
    args: Any
    async with net.runtime():
        for args, received in (("hi", "type string ('hi')"), (5, "type number (5)")):
            expected = f'The "args" argument must be an instance of Array. Received {received}'
            cluster.setupPrimary(exec=PROGRAMS, args=args)
            with pytest.raises(net.NodeTypeError) as caught:
                cluster.fork()
            assert str(caught.value) == expected
            assert cluster.workers == {}
            with pytest.raises(net.NodeTypeError) as caught:
                child_process.fork(PROGRAMS, args)
            assert str(caught.value) == expected


@pytest.mark.parametrize(("variable", "policy"), [("none", 1), ("rr", 2), ("other", 2)])
async def test_the_environment_chooses_the_policy(
    variable: str, policy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE_CLUSTER_SCHED_POLICY", variable)
    async with net.runtime():
        pass
    assert cluster.schedulingPolicy == policy
    monkeypatch.undo()
    async with net.runtime():
        pass
    assert cluster.schedulingPolicy == cluster.SCHED_RR


async def test_a_worker_forks_children_but_no_workers(backend: str) -> None:
    async with net.runtime():
        set_up(backend, "fork_again")
        messages: list[object] = []
        cluster.fork().on("message", lambda message, handle: messages.append(message))
    assert messages == ["ERR_METHOD_NOT_IMPLEMENTED", [False, True, False]]


async def test_a_worker_that_cannot_be_started(tmp_path: Path) -> None:
    async with net.runtime():
        cluster.setupPrimary(exec=PROGRAMS, cwd=str(tmp_path / "missing"))
        worker = cluster.fork()
        errors: list[net.NodeSystemError] = []
        worker.on("error", errors.append)
        assert cluster.workers == {}
    assert [error.code for error in errors] == ["ENOENT"]
    assert str(errors[0]).startswith("spawn ")


NONSENSE = """
import json, os, socket, sys
sock = socket.socket(fileno=json.loads(os.environ["ANYNET_NODE_CHILD"])["channel"])
sock.sendall(bytes.fromhex(sys.argv[1]))
answer = b""
while data := sock.recv(1000):
    answer += data
    if sys.argv[2]:
        sys.exit(b"refused" not in answer and b"opened" not in answer)
    if b"refused" in answer:
        sys.exit(b"makes no sense" not in answer)
"""


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (["other"], "holds no message"),
        (["opened", 1, 1, "shared", []], "does not send what the primary does"),
        (["disconnect"], "does not send what the primary does"),
        (["listening_at", 5, None, 80, None], "address_type"),
        (["listening_at", 4, None, -2, None], "port must be a number from -1 on"),
    ],
)
async def test_a_worker_that_sends_nonsense_is_disconnected(
    message: Any, reason: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await events_of(message, tmp_path) == ["disconnect", ("exit", 0, None)]
    assert "a process is disconnected, it sent nonsense: " in caplog.text
    assert reason in caplog.text


async def test_a_worker_that_asks_for_nonsense_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for options in ({}, {"host": 5}, {"port": 80}):
        asked = ["listen", 1, "key", options]
        assert ("exit", 0, None) in await events_of(asked, tmp_path)
    assert caplog.text == ""


@pytest.mark.parametrize(
    "odd",
    [
        {"port": {}},
        {"port": 10**30},
        {"port": 0, "host": "no address"},
        {"port": 0, "backlog": "many"},
        {"fd": 10**30},
        {"fd": []},
        {"path": {"a": 1}},
        {"path": "\ud800"},
        {"path": "a\0b"},
    ],
)
async def test_whatever_a_worker_asks_for_the_primary_goes_on(
    odd: dict[str, Any], tmp_path: Path
) -> None:
    names = ("host", "fd", "port", "path", "backlog", "ipv6_only", "readable_all", "writable_all")
    options = {**dict.fromkeys(names), "backlog": 511, "ipv6_only": False, **odd}
    asked = ["listen", 1, "key", options]
    events = await events_of(asked, tmp_path, "any answer")
    assert ("exit", 0, None) in events


@pytest.mark.parametrize("policy", [cluster.SCHED_RR, cluster.SCHED_NONE])
async def test_descriptors_that_cannot_be_sent_are_an_error_of_the_server(
    backend: str, policy: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(sock: socket.socket, view: memoryview, fds: Any) -> int:
        if fds:
            raise OSError(errno.ETOOMANYREFS, os.strerror(errno.ETOOMANYREFS))
        return send_with_descriptors(sock, view, fds)

    monkeypatch.setattr("anynet.cluster.wire.frame_socket.send_with_descriptors", refuse)
    messages: list[object] = []
    async with net.runtime():
        cluster.schedulingPolicy = policy
        set_up(backend, "tell_error")
        worker = cluster.fork()
        worker.on("message", lambda message, _handle: messages.append(message))
    assert messages == [["bind", errno.ETOOMANYREFS]]
    assert "worker 1 cannot be given what it listens with: [Errno 109]" in caplog.text


async def test_a_worker_that_answers_nonsense_to_connections_is_disconnected(
    backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with net.runtime():
        set_up(backend, "answer_nonsense")
        worker = cluster.fork()
        await once(worker, "disconnect")
    assert "it answers more than it got to the connections passed to it" in caplog.text


async def events_of(message: Any, directory: Path, answer: str = "") -> list[object]:
    """What becomes of a worker that sends this, and perhaps waits for an answer of any kind."""
    program = directory / "nonsense.py"
    program.write_text(NONSENSE)
    data = encode_frame(Frame(message=message)).hex()
    events: list[object] = []
    async with net.runtime():
        cluster.setupPrimary({"exec": str(program), "args": [data, answer]})
        worker = cluster.fork()
        worker.on("disconnect", lambda: events.append("disconnect"))
        worker.on("exit", lambda *values: events.append(("exit", *values)))
    return events


# -- sockets that are sent ------------------------------------------------------------------------


@pytest.mark.parametrize("read_first", [False, True])
async def test_no_byte_of_a_connection_is_lost(backend: str, read_first: bool) -> None:
    """1 MiB came before the connection was sent; some of it may have been read from the system."""
    data = b"head" + bytes(2**20 - 8) + b"tail"
    messages: list[object] = []
    async with net.runtime():
        set_up(backend, "collect")
        worker = cluster.fork()

        def on_message(message: object, _handle: object) -> None:
            messages.append(message)
            if len(messages) == 2:
                server.close()
                client.destroy()
                worker.kill()

        worker.on("message", on_message)
        server = net.createServer({"pauseOnConnect": True})
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        address: Any = server.address()
        client = net.connect(address["port"], "127.0.0.1")
        client.end(data)
        (accepted,) = await once(server, "connection")
        if read_first:
            accepted.on("readable", lambda: None)
            await once(accepted, "readable")
            assert accepted.readableLength > 0
        worker.send("take", accepted)
    assert messages == ["taken", [2**20, "head", "tail"]]


async def test_what_cannot_be_sent_stays_as_it_is(backend: str, tmp_path: Path) -> None:
    async with net.runtime():
        set_up(backend, "answer")
        worker = cluster.fork()
        server = net.createServer({"pauseOnConnect": True}).listen(0, "127.0.0.1")
        await once(server, "listening")
        address: Any = server.address()
        client = net.connect(address["port"], "127.0.0.1")
        (accepted,) = await once(server, "connection")
        with pytest.raises(TypeError):
            worker.send({"what": object()}, accepted)
        with pytest.raises(ValueError, match="at most"):
            worker.send("x" * 2**25, accepted)
        while accepted.write(bytes(2**20)):
            pass
        with pytest.raises(net.NodeError, match="bytes to write"):
            worker.send("a", accepted)
        assert accepted.destroyed is False
        accepted.destroy()
        client.destroy()
        server.close()
        worker.send("closed", net.createServer())
        assert (await once(worker, "message"))[0] == ["closed", "NoneType"]
        worker.send("closed", accepted)
        assert (await once(worker, "message"))[0] == ["closed", "NoneType"]
        worker.disconnect()


async def test_a_server_goes_there_and_back(backend: str) -> None:
    async with net.runtime():
        set_up(backend, "echo")
        worker = cluster.fork()
        server = net.createServer().listen(0, "127.0.0.1")
        await once(server, "listening")
        address: Any = server.address()
        worker.send("server", server)
        server.close()
        _, again = await once(worker, "message")
        worker.kill()
        assert again.address() == address
        again.on("connection", lambda socket: socket.end("still there"))
        assert await answer_of(address["port"]) == "still there"
        again.close()


# -- the end of the primary -----------------------------------------------------------------------


async def test_workers_do_not_outlive_a_primary_that_is_killed(
    backend: str, tmp_path: Path
) -> None:
    path = tmp_path / "s.sock"
    command = [sys.executable, PROGRAMS, backend, "primary", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(each) for each in process.stdout.readline().split()]
        watches = [os.pidfd_open(pid) for pid in pids]
        assert path.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
    with anyio.fail_after(30):
        for watch in watches:
            await anyio.wait_readable(watch)
            os.close(watch)
    assert not path.exists()
