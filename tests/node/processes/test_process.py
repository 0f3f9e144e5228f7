"""process: signals, what is uncaught, the end, the standard streams."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet import node as net
from anynet.node import process
from anynet.node._loop.runtime import Backend, NoRuntimeError
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def run_program(backend: str, program: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the body of ``main()`` in a process of its own."""
    source = "\n".join(
        [
            "import os, signal, sys, threading, time",
            "from anynet import node as net",
            "from anynet.node import process",
            # A process that runs tests for another one ignores interrupts, and so its children.
            "signal.signal(signal.SIGINT, signal.default_int_handler)",
            "def main():",
            textwrap.indent(textwrap.dedent(program), "    "),
            f"net.run(main, backend={backend!r})",
        ]
    )
    command = [sys.executable, "-c", source]
    more = {"timeout": 50, **more}
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


# -- signals --------------------------------------------------------------------------------------


async def test_a_signal_wakes_a_runtime_that_waits() -> None:
    called: list[object] = []
    async with net.runtime():
        server = net.createServer().listen(0)

        @process.once("SIGUSR1")
        def listener(name: str, number: int) -> None:
            called.append((name, number))
            server.close()

        # From another thread: the main one may be waiting in the epoll by then.
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    assert called == [("SIGUSR1", int(signal.SIGUSR1))]


@pytest.mark.parametrize("remove", ["off", "removeAllListeners", "all", "end"])
async def test_what_was_done_about_a_signal_is_restored(remove: str) -> None:
    def listener() -> None: ...

    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        async with net.runtime():
            process.on("SIGUSR1", listener).on("SIGUSR1", listener)
            assert signal.getsignal(signal.SIGUSR1) is not signal.SIG_IGN
            if remove == "off":
                process.off("SIGUSR1", listener)
                assert signal.getsignal(signal.SIGUSR1) is not signal.SIG_IGN
                process.off("SIGUSR1", listener)
            elif remove == "removeAllListeners":
                process.removeAllListeners("SIGUSR1")
            elif remove == "all":
                process.removeAllListeners()
            assert (signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN) == (remove != "end")
        assert signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR1, before)


async def test_a_listener_that_was_there_before_the_runtime_is_called() -> None:
    called: list[object] = []

    @process.on("SIGUSR1")
    def listener(name: str) -> None:
        called.append(name)

    async with net.runtime():
        os.kill(os.getpid(), signal.SIGUSR1)
        net.setTimeout(lambda: None, 10)
    assert called == ["SIGUSR1"]
    assert process.listenerCount("SIGUSR1") == 0


async def test_a_coroutine_listens_to_a_signal() -> None:
    called: list[object] = []

    async def listener(name: str) -> None:
        await anyio.lowlevel.checkpoint()
        called.append(name)

    async with net.runtime():
        process.on("SIGUSR1", listener)
        os.kill(os.getpid(), signal.SIGUSR1)
        net.setTimeout(lambda: None, 10)
    assert called == ["SIGUSR1"]


@BACKENDS
def test_the_last_listener_to_an_interrupt_restores_death(backend: Backend) -> None:
    done = run_program(
        backend,
        """
        def listener(name):
            print(name, flush=True)
            process.off("SIGINT", listener)
            process.kill(process.pid, "SIGINT")
        process.on("SIGINT", listener)
        process.kill(process.pid, "SIGINT")
        net.createServer().listen(0)
        """,
    )
    assert done.stdout == "SIGINT\n"
    assert done.returncode == -signal.SIGINT
    assert done.stderr.endswith("\nKeyboardInterrupt\n")


@BACKENDS
def test_a_runtime_in_another_thread_gets_no_signals(backend: Backend) -> None:
    called: list[object] = []
    before = signal.getsignal(signal.SIGUSR1)

    def main() -> None:
        process.on("SIGUSR1", lambda: called.append("called"))
        called.append(signal.getsignal(signal.SIGUSR1) is before)

    thread = threading.Thread(target=net.run, args=(main,), kwargs={"backend": backend})
    thread.start()
    thread.join()
    assert called == [True]


@BACKENDS
def test_a_forked_child_does_not_report_to_its_parent(backend: Backend) -> None:
    done = run_program(
        backend,
        """
        process.on("SIGTERM", lambda: print("parent", flush=True))
        if not (pid := os.fork()):
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        net.setTimeout(lambda: None, 20)
        """,
    )
    assert done.stdout == "7\n"


# -- children -------------------------------------------------------------------------------------

CHILD = """
import signal
from anynet import node as net

def main():
    ignored = [each.name for each in signal.Signals if signal.getsignal(each) is signal.SIG_IGN]
    blocked = [each.name for each in signal.pthread_sigmask(signal.SIG_BLOCK, ())]
    net.process.send([sorted(ignored), blocked], lambda: net.process.disconnect())

net.run(main)
"""


async def test_a_child_resets_the_signals_that_it_inherits(tmp_path: Path) -> None:
    program = tmp_path / "child.py"
    program.write_text(CHILD, "utf-8")
    messages: list[object] = []
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGHUP)}
    try:
        async with net.runtime():
            net.child_process.fork(str(program)).on(
                "message", lambda message, _handle: messages.append(message)
            )
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert messages == [[["SIGPIPE", "SIGXFSZ"], []]]


async def test_an_interrupt_ends_a_child_that_still_imports_without_a_traceback(
    tmp_path: Path,
) -> None:
    program = tmp_path / "child.py"
    program.write_text(
        "import time; print('began', flush=True); time.sleep(0.05)\n" + CHILD, "utf-8"
    )
    exits: list[object] = []
    errors: list[bytes] = []
    async with net.runtime():
        child = net.child_process.fork(str(program), silent=True)
        child.on("exit", lambda *args: exits.append(args))
        assert child.stdout is not None
        assert child.stderr is not None
        child.stderr.on("data", errors.append)
        child.stdout.once("data", lambda: child.kill("SIGINT"))
    assert exits == [(None, "SIGINT")]
    assert errors == []


# -- what is uncaught -----------------------------------------------------------------------------


async def test_what_the_handler_raises_leaves_the_runtime() -> None:
    def handler(error: Exception) -> None:
        raise ValueError("again") from error

    def fail() -> None:
        raise RuntimeError("first")

    with pytest.raises(ValueError, match="again"):
        async with net.runtime():
            process.on("uncaughtException", handler)
            net.setTimeout(fail)


@BACKENDS
def test_what_the_handler_raises_ends_a_program_with_7(
    capsys: pytest.CaptureFixture[str], backend: Backend
) -> None:
    """As in Node. What it was is shown, as Python shows what leaves a program."""

    def handler(error: Exception) -> None:
        raise ValueError("again") from error

    def fail() -> None:
        raise RuntimeError("first")

    def main() -> None:
        process.on("uncaughtException", handler)
        process.on("exit", lambda: print("exit"))
        net.setTimeout(fail)

    with pytest.raises(SystemExit) as raised:
        net.run(main, backend=backend)
    assert raised.value.code == 7
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.index("RuntimeError: first") < shown.err.index("ValueError: again")


async def test_exit_in_the_handler_ends_the_program() -> None:
    def fail() -> None:
        raise RuntimeError("first")

    with pytest.raises(SystemExit) as raised:
        async with net.runtime():
            process.on("uncaughtException", lambda: process.exit(4))
            net.createServer().listen(0)
            net.setTimeout(fail)
    assert raised.value.code == 4


async def test_exit_in_the_handler_of_a_task_ends_the_program() -> None:
    async def fail() -> None:
        raise RuntimeError("first")

    with pytest.raises(SystemExit) as raised:
        async with net.runtime():
            process.on("unhandledRejection", lambda: process.exit(4))
            net.createServer().listen(0)
            net.setTimeout(fail)
    assert raised.value.code == 4


async def test_the_monitor_alone_handles_nothing() -> None:
    seen: list[object] = []
    error = RuntimeError("first")

    def fail() -> None:
        raise error

    with pytest.raises(RuntimeError, match="first"):
        async with net.runtime():
            process.on("uncaughtExceptionMonitor", lambda *args: seen.append(args))
            net.setTimeout(fail)
    assert seen == [(error, "uncaughtException")]


async def test_the_exception_of_the_body_leaves_all_the_same() -> None:
    """It is that of a scope, and not of a callback."""
    with pytest.raises(RuntimeError, match="body"):
        async with net.runtime():
            process.on("uncaughtException", lambda: None)
            raise RuntimeError("body")


@pytest.mark.parametrize("where", ["event", "tick", "immediate", "timer", "close", "coroutine"])
async def test_the_runtime_goes_on_after_each_kind_of_callback(where: str) -> None:
    seen: list[object] = []
    after: list[str] = []

    def fail() -> None:
        raise RuntimeError(where)

    async def fail_later() -> None:
        fail()

    async with net.runtime():
        process.on("uncaughtException", lambda error: seen.append(str(error)))
        match where:
            case "event":
                server = net.createServer(lambda _socket: fail()).listen(0)
                await net.events.once(server, "listening")
                client = net.connect(server.address()["port"])
                client.on("connect", client.resetAndDestroy)
                client.once("close", lambda: server.close(None))
            case "tick":
                net.nextTick(fail)
            case "immediate":
                net.setImmediate(fail)
            case "timer":
                net.setTimeout(fail)
            case "close":
                net.Socket().on("close", fail).destroy()
            case _:
                net.setTimeout(fail_later)
        net.setTimeout(after.append, 20, "after")
    assert seen[0] == where
    assert after == ["after"]


async def test_all_data_arrives_though_a_listener_fails_at_each_chunk() -> None:
    """Edges are reported once: what was not read when the listener failed has had its edge."""
    size, received = 3_000_000, 0
    async with net.runtime():

        def on_data(chunk: bytes) -> None:
            nonlocal received
            received += len(chunk)
            raise RuntimeError("each")

        def on_connection(connection: net.Socket) -> None:
            connection.on("data", on_data)
            connection.on("end", lambda: server.close(None))

        process.on("uncaughtException", lambda: None)
        server = net.createServer(on_connection).listen(0)
        net.connect(server.address()["port"]).end(bytes(size))
    assert received == size


# -- the standard streams -------------------------------------------------------------------------

ECHO = """
process.stdin.on("data", lambda chunk: process.stdout.write(chunk))
process.stdin.on("end", lambda: process.stderr.write("end\\n"))
"""


@BACKENDS
@pytest.mark.parametrize("kind", ["pipe", "file", "socket"])
def test_standard_input(backend: Backend, kind: str, tmp_path: Path) -> None:
    data = "".join(f"{number}\n" for number in range(50_000))
    if kind == "pipe":
        done = run_program(backend, ECHO, input=data)
    elif kind == "file":
        (tmp_path / "input").write_text(data, "ascii")
        with (tmp_path / "input").open() as file:
            done = run_program(backend, ECHO, stdin=file)
    else:
        ours, theirs = socket.socketpair()
        with ours, theirs:

            def send() -> None:
                ours.sendall(data.encode())
                ours.close()

            sender = threading.Thread(target=send)
            sender.start()
            done = run_program(backend, ECHO, stdin=theirs)
            sender.join()
    assert done.stdout == data
    assert done.stderr == "end\n"


@BACKENDS
def test_a_terminal(backend: Backend) -> None:
    """Several lines in one go: a terminal gives one per read, and announces them once."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"one\ntwo\nthree\n\x04")
        done = run_program(
            backend,
            """
            got = []
            print(process.stdin.isTTY, process.stdout.isTTY, os.get_blocking(0), flush=True)
            process.stdin.setEncoding("utf8")
            process.stdin.on("data", got.append)
            process.stdin.on("end", lambda: print("".join(got).split()))
            """,
            stdin=theirs,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == "True False True\n['one', 'two', 'three']\n"


@BACKENDS
def test_a_paused_input_holds_nothing_open(backend: Backend) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"one")
        done = run_program(
            backend,
            """
            @process.stdin.once("data")
            def on_data(chunk):
                print(chunk, flush=True)
                process.stdin.pause()
            """,
            stdin=reading,
            timeout=60,
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert done.stdout == "b'one'\n"


@BACKENDS
def test_print_and_write_keep_their_order(backend: Backend) -> None:
    done = run_program(
        backend,
        """
        print("one")
        process.stdout.write("two\\n")
        print("three")
        process.stdout.write("four\\n")
        process.exit(3)
        """,
    )
    assert done.stdout == "one\ntwo\nthree\nfour\n"
    assert done.returncode == 3


@BACKENDS
def test_an_output_that_nobody_reads_is_an_error_event(backend: Backend) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = """
            process.stdout.on("error", lambda error: print(error, error.code, file=sys.stderr))
            process.stdout.write("x", lambda error: print("written", error.code, file=sys.stderr))
        """
        source = textwrap.dedent(command)
        done = _run_with_stdout(backend, source, writing)
    finally:
        os.close(writing)
    assert done.stderr == "written EPIPE\nwrite EPIPE EPIPE\n"


@BACKENDS
def test_streams_that_were_closed_at_the_start_stand_for_nothing(backend: Backend) -> None:
    """Their numbers belong to what was opened first, the connection of a client for one."""
    source = f"""
import socket, sys
ours, client = socket.socketpair()  # They are 0 and 1.
client.send(b"a request")
from anynet import node as net
from anynet.node import process
def main():
    process.stdin.on("data", lambda data: print(data, file=sys.stderr))
    process.stdin.on("end", lambda: print("end", file=sys.stderr))
    process.stdout.write("a line of a log")
net.run(main, backend={backend!r})
print({{ours.fileno(), client.fileno()}}, ours.recv(100), file=sys.stderr)
client.close()
print(ours.recv(100), file=sys.stderr)
ours.close()
"""
    command = ["sh", "-c", 'exec "$@" <&- >&-', "sh", sys.executable, "-c", source]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "end\n{0, 1} b'a request'\nb''\n"


def _run_with_stdout(backend: str, program: str, stdout: int) -> subprocess.CompletedProcess[str]:
    source = (
        "import sys\nfrom anynet import node as net\nfrom anynet.node import process\n"
        f"def main():\n{textwrap.indent(program, '    ')}\nnet.run(main, backend={backend!r})\n"
    )
    command = [sys.executable, "-c", source]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


def test_the_streams_belong_to_a_runtime() -> None:
    for name in ("stdin", "stdout", "stderr"):
        with pytest.raises(NoRuntimeError):
            getattr(process, name)


async def test_sockets_of_pipes_leave_no_descriptors(tmp_path: Path) -> None:
    before = open_descriptors()
    async with net.runtime():
        for _ in range(10):
            reading, writing = os.pipe()
            reader = net.Socket(fd=reading, writable=False)
            writer = net.Socket(fd=writing, readable=False)
            reader.resume()
            writer.end("x")
    assert open_descriptors() == before


@pytest.mark.parametrize("end", ["reading", "writing"])
async def test_a_pipe_has_one_direction(end: str) -> None:
    errors: list[object] = []
    reading, writing = os.pipe()
    async with net.runtime():
        used, other = (reading, writing) if end == "writing" else (writing, reading)
        used_socket = net.Socket(fd=used)
        used_socket.on("error", lambda error: errors.append(error.code))
        if end == "writing":
            used_socket.write("x")
        os.close(other)
    assert errors == ["EPIPE" if end == "writing" else "ENOTCONN"]


async def test_reading_a_pipe_into_a_buffer() -> None:
    chunks: list[bytes] = []
    reading, writing = os.pipe()
    os.write(writing, b"hello")
    async with net.runtime():

        def callback(count: int, buffer: bytearray) -> None:
            chunks.append(bytes(buffer[:count]))
            os.close(writing)

        onread: Any = {"buffer": bytearray(16), "callback": callback}
        net.Socket(fd=reading, writable=False, onread=onread)
    assert chunks == [b"hello"]
