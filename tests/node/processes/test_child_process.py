"""process and child_process: how a program ends, children and their streams, the channel itself."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet import node as net
from anynet._transport.sockets.fd_passing import send_with_descriptors
from anynet.cluster.wire.frames import Frame, encode_frame
from anynet.cluster.wire.messages import Opened
from anynet.node import child_process, process
from anynet.node._loop.runtime import current_runtime
from anynet.node._processes.child_process import signal_name
from anynet.node._processes.ipc_endpoint import IpcEndpoint, to_json
from anynet.node.events import once
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio

PROGRAMS = str(Path(__file__).parents[1] / "cluster_programs.py")


# -- how a program ends ---------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop"])
@pytest.mark.parametrize(
    ("program", "status"),
    [("exit_code", 3), ("exit_early", 4), ("exit_failing", 1), ("exit_by_system_exit", 5)],
)
def test_a_program_ends_with_its_status(backend: str, program: str, status: int) -> None:
    command = [sys.executable, PROGRAMS, backend, program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"exit {status}\n"
    assert done.returncode == status
    assert ("ValueError: it failed" in done.stderr) == (program == "exit_failing")


async def test_a_listener_to_exit_may_choose_another_status() -> None:
    with pytest.raises(SystemExit) as caught:
        async with net.runtime():
            process.on("exit", lambda _code: process.exit(6))
    assert caught.value.code == 6
    assert process.exitCode is None
    assert process.listenerCount("exit") == 0


async def test_what_a_listener_to_exit_raises_leaves_the_runtime() -> None:
    def fail(_code: int) -> None:
        raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"):
        async with net.runtime():
            process.on("exit", fail)
    async with net.runtime():
        assert process.listenerCount("exit") == 0


async def test_what_a_process_knows_of_itself() -> None:
    assert process.argv[0] == sys.executable
    assert (process.pid, process.ppid, process.cwd()) == (os.getpid(), os.getppid(), os.getcwd())
    assert process.env is os.environ
    assert process.connected is False


async def test_without_a_channel_nothing_can_be_sent() -> None:
    errors: list[Any] = []
    async with net.runtime():
        process.on("error", errors.append)
        assert process.send("a") is False
        assert process.send("b", errors.append) is False
        process.disconnect()
    assert [error.code for error in errors] == [
        "ERR_IPC_DISCONNECTED",
        "ERR_IPC_CHANNEL_CLOSED",
        "ERR_IPC_CHANNEL_CLOSED",
    ]


# -- children -------------------------------------------------------------------------------------


async def test_the_streams_of_a_silent_child(anyio_backend_name: str) -> None:
    events: list[object] = []
    async with net.runtime():
        child = child_process.fork(PROGRAMS, [anyio_backend_name, "speak"], silent=True)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write("hello\n")
        out: list[bytes] = []
        err: list[bytes] = []
        child.stdout.on("data", out.append)
        child.stderr.on("data", err.append)
        child.on("exit", lambda *values: events.append(("exit", *values)))
        child.on("close", lambda *values: events.append(("close", *values)))
    assert b"".join(out) == b"heard hello\n"
    assert b"".join(err) == b"complaint\n"
    assert events == [("exit", 0, None), ("close", 0, None)]


async def test_the_forms_of_fork(anyio_backend_name: str, tmp_path: Path) -> None:
    program: Any = 5
    async with net.runtime():
        with pytest.raises(net.NodeTypeError, match="modulePath"):
            child_process.fork(program)
        with pytest.raises(net.NodeTypeError, match="options"):
            child_process.fork(PROGRAMS, [], 5)
        missing = child_process.fork(PROGRAMS, None, {"execPath": "/no/such/python"})
        failed: list[net.NodeSystemError] = []
        missing.on("error", failed.append)
        assert (missing.pid, missing.connected, missing.kill()) == (None, False, False)
        child = child_process.fork(PROGRAMS, [anyio_backend_name, "echo"], cwd=str(tmp_path))
        child.send({"a": 1})
        assert (await once(child, "message"))[0] == {"a": 1}
        with pytest.raises(net.NodeTypeError, match="Unknown signal: SIGNONE"):
            child.kill("SIGNONE")
        assert child.kill(0) is True
        assert child.killed is False
        assert child.kill("sigint") is True
        assert child.killed is True
    assert (child.exitCode, child.signalCode) == (None, "SIGINT")
    assert child.kill() is False
    assert [error.code for error in failed] == ["ENOENT"]


async def test_a_child_that_is_not_to_hold_the_runtime_is_ended_with_it(
    anyio_backend_name: str,
) -> None:
    async with net.runtime():
        child = child_process.fork(PROGRAMS, [anyio_backend_name, "echo"])
        child.send("a")
        await once(child, "message")
        child.unref()
        child.channel.unref()
        pid = child.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_signal_without_a_name() -> None:
    assert signal_name(signal.SIGKILL) == "SIGKILL"
    assert signal_name(70) == "SIG70"


# -- the channel ----------------------------------------------------------------------------------


def endpoint() -> tuple[IpcEndpoint, socket.socket]:
    """One end of a channel in this runtime, and the socket at the other end."""
    ours, theirs = socket.socketpair()
    end = IpcEndpoint()
    end._open_channel(current_runtime(), ours)
    assert end._channel is not None
    end._channel.ref()
    return end, theirs


async def test_send_tells_when_much_waits_and_calls_back_when_it_has_gone() -> None:
    async with net.runtime():
        end, theirs = endpoint()
        called: list[object] = []
        results = [end.send("x" * 100_000, called.append) for _ in range(10)]
        assert results[0] is True
        assert results[-1] is False
        assert len(called) < 10
        end.disconnect()
        assert end.connected is False
        size = 0
        with theirs:
            while data := await received(theirs):
                size += len(data)
    assert size > 1_000_000
    assert called == [None] * 10


async def received(sock: socket.socket) -> bytes:
    sock.setblocking(False)
    await anyio.wait_readable(sock)
    return sock.recv(65536)


async def test_what_waits_fails_when_the_other_end_is_gone() -> None:
    async with net.runtime():
        end, theirs = endpoint()
        errors: list[Any] = []
        for _ in range(20):
            end.send("x" * 100_000, errors.append)
        theirs.close()
    assert [error.code for error in errors if error is not None] != []
    assert end.connected is False


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense that is no frame at all",
        struct.pack("!IIB", 2**31, 0, 0),
        encode_frame(Frame(message=["message", "a", None], fds=(0,))),
        struct.pack("!IIB", 3, 0, 0) + b"\xff\xff\xff",
    ],
)
async def test_nonsense_closes_the_channel(data: bytes) -> None:
    async with net.runtime():
        end, theirs = endpoint()
        events: list[object] = []
        end.on("message", lambda *values: events.append(values))
        end.on("disconnect", lambda: events.append("disconnect"))
        with theirs:
            theirs.sendall(data)
            await once(end, "disconnect")
            assert await received(theirs) == b""
    assert events == ["disconnect"]


@pytest.mark.parametrize(
    "state", [None, {"kind": "other"}, {"kind": "socket"}, {"kind": "socket", "key": "a"}, [1]]
)
async def test_a_handle_that_makes_no_sense_disconnects_who_sent_it(
    state: Any, caplog: pytest.LogCaptureFixture
) -> None:
    before = open_descriptors()
    ours, peer = socket.socketpair()
    with peer:
        await disconnected_by(state, ours)
        assert peer.recv(1) == b""
    assert "it sent nonsense: what came is no handle" in caplog.text
    assert open_descriptors() == before


async def disconnected_by(state: Any, handle: Any) -> None:
    """Send a handle, which goes, as what ``state`` says, to somebody who gets no message of it."""
    async with net.runtime():
        end, theirs = endpoint()
        events: list[object] = []
        end.on("message", lambda *values: events.append(values))
        with theirs, handle:
            data = encode_frame(Frame(message=["message", "a", state], fds=(0,)))
            socket.send_fds(theirs, [data], [handle.fileno()])
            handle.close()
            await once(end, "disconnect")
    assert events == []


def pipe_end() -> Any:
    reader, writer = os.pipe()
    os.close(writer)
    return open(reader, "rb")


@pytest.mark.parametrize("kind", ["server", "socket"])
@pytest.mark.parametrize(
    "make",
    [
        pipe_end,
        lambda: socket.socket(type=socket.SOCK_DGRAM),
        lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET),
    ],
    ids=["pipe", "datagrams", "packets"],
)
async def test_an_odd_descriptor_disconnects_who_sent_it(
    kind: str, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await disconnected_by({"kind": kind, "key": None}, make())
    assert "it sent nonsense: what came is no handle" in caplog.text


async def test_a_server_is_no_socket_and_a_socket_no_server() -> None:
    await disconnected_by({"kind": "socket", "key": None}, socket.create_server(("127.0.0.1", 0)))
    ours, peer = socket.socketpair()
    with peer:
        await disconnected_by({"kind": "server"}, ours)


async def test_what_could_not_be_posted_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with net.runtime():
        end, theirs = endpoint()
        opened = Opened(1, 1, "shared", (None,), (1000,))  # No descriptor of this process.
        errors: list[Exception | None] = []
        end.post(opened, errors.append)
        assert isinstance(errors[0], ValueError)
        assert caplog.text == ""
        end.post(opened)
        assert "a process was not sent a message (Opened): fds must hold open" in caplog.text
        with theirs:
            end.disconnect()
        end.post(opened, errors.append)
        assert isinstance(errors[1], BrokenPipeError)


async def test_a_frame_that_was_cut_ends_the_channel(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_later(sock: socket.socket, view: memoryview, fds: Any) -> int:
        if len(view) < 1000:
            raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))
        return send_with_descriptors(sock, view[:500], fds)

    monkeypatch.setattr("anynet.cluster.wire.frame_socket.send_with_descriptors", fail_later)
    async with net.runtime():
        end, theirs = endpoint()
        failed: list[Any] = []
        with theirs:
            end.send("x" * 1400, failed.append)
            await once(end, "disconnect")
        assert failed[0].code == "ENOBUFS"
    assert "a process is disconnected: [Errno 105]" in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        5,
        ["other"],
        ["internal", "what", [1]],
        ["online"],
        ["socket_closed", -1],
        ["socket_closed", 1],
        ["disconnect"],
    ],
)
async def test_a_message_of_no_known_form_disconnects_who_sent_it(
    message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with net.runtime():
        end, theirs = endpoint()
        with theirs:
            theirs.sendall(encode_frame(Frame(message=message)))
            await once(end, "disconnect")
            assert await received(theirs) == b""
    assert "a process is disconnected, it sent nonsense" in caplog.text


def test_values_become_json_as_in_javascript() -> None:
    class Point:
        def toJSON(self) -> dict[str, int]:
            return {"x": 1}

    value = {
        "a": (1, 2.5),
        3: float("nan"),
        "f": print,
        "l": [print],
        "b": b"\x01\x02",
        "p": Point(),
    }
    assert json.dumps(to_json(value)) == (
        '{"a": [1, 2.5], "3": null, "l": [null], '
        '"b": {"type": "Buffer", "data": [1, 2]}, "p": {"x": 1}}'
    )
