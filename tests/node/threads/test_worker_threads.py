"""Workers in threads of their own: what the pairs do not show, and what only Python has."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet import node as net
from anynet.node import worker_threads
from anynet.node.worker_threads import DataCloneError, MessageChannel, Worker
from tests.core.server_peers import nothing_left_open
from tests.support import in_thread

pytestmark = pytest.mark.anyio


@pytest.fixture
def tidy(anyio_backend: object) -> Iterator[None]:
    """The test leaves no descriptor open."""
    with nothing_left_open():
        yield


async def told_by(program: Callable[[], object], **options: Any) -> tuple[list[Any], int]:
    """The messages of a worker, and its exit status."""
    messages: list[Any] = []
    codes: list[int] = []
    async with net.runtime():
        worker = Worker(program, **options)
        worker.on("message", messages.append)
        worker.on("error", messages.append)
        worker.on("exit", codes.append)
    (code,) = codes
    return messages, code


def post(*values: object) -> None:
    port = worker_threads.parentPort
    assert port is not None
    for value in values:
        port.postMessage(value)


def current_backend() -> None:
    post(type(anyio.lowlevel.current_token().native_token).__module__.partition(".")[0])


@pytest.mark.parametrize(("backend", "module"), [("trio", "trio"), ("asyncio", "asyncio")])
async def test_the_backend_can_be_another(backend: Any, module: str) -> None:
    assert await told_by(current_backend, backend=backend) == ([module], 0)


@pytest.mark.usefixtures("tidy")
async def test_a_thread_that_cannot_start_is_an_error_of_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing waits for a worker that never ran: the runtime ends, what was sent is closed."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async with net.runtime():
        port = MessageChannel().port1
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", start)
            with pytest.raises(net.NodeError) as raised:
                Worker(current_backend, workerData=port, transferList=[port])
    assert raised.value.code == "ERR_WORKER_INIT_FAILED"


async def test_the_backend_is_that_of_the_parent() -> None:
    here = type(anyio.lowlevel.current_token().native_token).__module__.partition(".")[0]
    assert await told_by(current_backend) == ([here], 0)


async def program_that_waits() -> None:
    await anyio.sleep(0.001)
    post(worker_threads.workerData, worker_threads.isMainThread)
    post(await in_thread(lambda: worker_threads.threadId) == worker_threads.threadId)


async def test_a_coroutine_function_is_a_program() -> None:
    data = {"a": (1, {2}, b"3")}
    assert await told_by(program_that_waits, workerData=data) == ([data, False, True], 0)
    assert worker_threads.isMainThread
    assert worker_threads.parentPort is None
    assert (worker_threads.threadId, worker_threads.workerData) == (0, None)


async def test_a_file_runs_as_a_main_program(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from anynet import node as net\n"
        "from anynet.node.worker_threads import parentPort, workerData\n"
        "def main(text):\n"
        "    parentPort.postMessage([text, workerData, __name__, __file__])\n"
        "if __name__ == '__main__':\n"
        "    net.run(main, 'started', backend='trio')\n"
    )
    expected = ["started", 5, "__main__", str(program)]
    assert await told_by(program, workerData=5) == ([expected], 0)  # type: ignore[arg-type]


class Unpicklable(Exception):
    def __reduce__(self) -> Any:
        raise TypeError("not this one")


def fail_oddly() -> None:
    raise Unpicklable("what went wrong")


async def test_an_exception_that_cannot_be_copied_arrives_as_its_text() -> None:
    ((error,), code) = await told_by(fail_oddly)
    assert (type(error), str(error), code) == (RuntimeError, "what went wrong", 1)


async def test_a_failure_that_nobody_listens_to_ends_the_parent() -> None:
    with pytest.raises(RuntimeError, match="what went wrong"):
        async with net.runtime():
            Worker(fail_oddly)


def exit_with_three() -> None:
    net.process.exit(3)


async def test_an_exit_of_a_worker_is_no_exit_of_the_process() -> None:
    exits: list[int] = []
    async with net.runtime():
        net.process.on("exit", exits.append)
        worker = Worker(exit_with_three)
        codes: list[int] = []
        worker.on("exit", codes.append)
    assert (codes, exits) == ([3], [0])


GO_ON = threading.Event()


def block() -> None:
    GO_ON.wait(20)  # As code does that knows nothing of event loops.
    post("done")


async def test_a_worker_that_blocks_holds_up_nobody_else() -> None:
    GO_ON.clear()
    ticks = 0
    messages: list[str] = []
    async with net.runtime():

        def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks == 5:
                net.clearInterval(timer)
                GO_ON.set()

        worker = Worker(block)
        worker.on("message", messages.append)
        timer = net.setInterval(tick, 1)
    assert (ticks, messages) == (5, ["done"])


def listen_for_ever() -> None:
    net.createServer().listen(0, "127.0.0.1", lambda: post("listening"))


async def test_the_end_of_a_runtime_ends_its_workers(tidy: None) -> None:
    """No thread is left, and no descriptor."""
    before = threading.active_count()
    async with net.runtime():
        worker = Worker(listen_for_ever)
        worker.on("message", lambda _: worker.unref())
    assert threading.active_count() <= before
    with pytest.raises(ValueError, match="enough"):
        async with net.runtime():
            worker = Worker(listen_for_ever)
            worker.on("message", fail)
    assert threading.active_count() <= before


def fail(_: object) -> None:
    raise ValueError("enough")


async def test_terminate_before_it_has_begun() -> None:
    codes: list[int | None] = []
    async with net.runtime():
        worker = Worker(listen_for_ever)
        codes.append(await worker.terminate())
    assert codes == [1]


# -- what moves -----------------------------------------------------------------------------------


def serve_sockets() -> None:
    port = worker_threads.parentPort
    assert port is not None

    def serve(message: Any) -> None:
        message["socket"].on("data", message["socket"].write)
        message["socket"].on("close", lambda _: port.close())

    port.on("message", serve)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
async def test_what_a_client_sends_meanwhile_is_not_lost(backend: Any, tidy: None) -> None:
    received = bytearray()
    message = bytes(range(256)) * 4000
    async with net.runtime():
        worker = Worker(serve_sockets, backend=backend)

        def move(connection: net.Socket) -> None:
            # By now the client has sent all that the kernel takes.
            worker.postMessage({"socket": connection}, [connection])
            server.close()

        def connect() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.write(message)

            def on_data(data: bytes) -> None:
                received.extend(data)
                if len(received) == len(message):
                    client.end()

            client.on("data", on_data)

        server = net.createServer(move)
        server.listen(0, "127.0.0.1", connect)
    assert received == message


async def test_what_waits_at_a_port_is_closed_with_it(tidy: None) -> None:
    async with net.runtime():
        channel = MessageChannel()

        def move(connection: net.Socket) -> None:
            channel.port1.postMessage(connection, [connection])
            server.close()

        def connect() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.on("error", lambda _: None)
            client.on("close", lambda _: channel.port1.close())
            client.setTimeout(20, client.destroy)

        server = net.createServer(move)
        server.listen(0, "127.0.0.1", connect)


async def test_what_is_sent_nowhere_is_closed(tidy: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
    with plain:
        async with net.runtime():
            channel = MessageChannel()
            closed = anyio.Event()
            channel.port2.on("close", closed.set)
            channel.port1.close()
            await closed.wait()
            moved = net.Socket({"fd": accepted.detach()})
            assert channel.port1.postMessage(moved, [moved]) is None
        assert plain.recv(1) == b""


# -- messages -------------------------------------------------------------------------------------


class Explosive:
    """Can be sent, and not be received."""

    def __reduce__(self) -> Any:
        return _explode, ()


def _explode() -> None:
    raise LookupError("not here")


async def test_a_message_that_cannot_be_received_is_a_messageerror() -> None:
    seen: list[object] = []
    async with net.runtime():
        channel = MessageChannel()
        channel.port2.on("messageerror", lambda error: seen.append(type(error)))
        channel.port2.on("message", seen.append)
        channel.port1.postMessage(Explosive())
        channel.port1.postMessage("the next")
        net.setTimeout(channel.port1.close, 5)
    assert seen == [LookupError, "the next"]


@pytest.mark.parametrize("value", [net.EventEmitter, net.runtime, socket.socket, lambda: lambda: 0])
async def test_what_lives_in_a_runtime_cannot_be_sent(value: Callable[[], Any]) -> None:
    async with net.runtime():
        made = value()
        with pytest.raises(DataCloneError) as raised:
            MessageChannel().port1.postMessage([made])
        assert raised.value.code == 25  # type: ignore[comparison-overlap]
        if isinstance(made, socket.socket):
            made.close()


async def test_what_cannot_go_has_moved_nothing() -> None:
    async with net.runtime():
        channel, other = MessageChannel(), MessageChannel()
        with pytest.raises(DataCloneError):
            channel.port1.postMessage([other.port1, lambda: 0], [other.port1])
        heard: list[object] = []
        other.port2.on("message", heard.append)
        other.port1.postMessage("still there")
        net.setTimeout(other.port1.close, 5)
    assert heard == ["still there"]


async def test_many_messages_let_other_callbacks_run() -> None:
    order: list[object] = []
    async with net.runtime():
        channel = MessageChannel()
        for number in range(3000):
            channel.port1.postMessage(number)
        channel.port2.on("message", order.append)
        net.setTimeout(channel.port1.close, 20)
    assert order == list(range(3000))


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'BroadcastChannel'"):
        worker_threads.BroadcastChannel  # noqa: B018
