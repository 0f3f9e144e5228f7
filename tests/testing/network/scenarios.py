"""Scenarios whose events must be the same on real and on simulated sockets."""

from __future__ import annotations

import socket as stdlib_socket
import tempfile
from typing import Any

import anyio

import anynet
from anynet.framing import LineStream
from tests.core.server_peers import until
from tests.core.socket_pairs import tls_contexts
from tests.testing.network.stages import Scenario, Stage, outcome

SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


async def told_until_it_ends(socket: anynet.Socket) -> list[Any]:
    """What a socket's receive says, up to its end or error and once after."""
    said: list[Any] = []
    for _ in range(20):
        try:
            said.append(await socket.receive())
        except anyio.EndOfStream:
            said.append("end")
            break
        except anyio.BrokenResourceError as error:
            said.append(outcome(error))
            break
    return said


async def names_of_events(socket: anynet.Socket) -> list[str]:
    return [type(event).__name__ async for event in socket.events()]


@scenario
async def a_reply_after_the_end(stage: Stage) -> list[Any]:
    async def reply(socket: anynet.Socket) -> None:
        said = b"".join([chunk async for chunk in socket])
        await socket.send(said.upper())

    async with stage.serve(reply) as server, stage.connect(server) as client:
        await client.send(b"hello")
        await client.send_eof()
        return await told_until_it_ends(client)


@scenario
async def a_port_at_which_nobody_listens(stage: Stage) -> list[Any]:
    async with stage.serve() as server:
        port = server.port
    try:
        await stage.connect_to(port)
    except OSError as error:
        return [outcome(error)]
    return []


@scenario
async def events_of_a_client(stage: Stage) -> list[Any]:
    async def speak(socket: anynet.Socket) -> None:
        await socket.send(b"hello")

    async with stage.serve(speak) as server:
        async with stage.connect(server, allow_half_open=False) as client:
            return await names_of_events(client)


@scenario
async def events_of_a_server(stage: Stage) -> list[Any]:
    async def speak(socket: anynet.Socket) -> None:
        await socket.send(b"hello")

    async with stage.serve(speak) as server:
        events = server.events()
        async with stage.connect(server) as client:
            said = await told_until_it_ends(client)
        await server.shutdown()
        return [said, [type(event).__name__ async for event in events]]


@scenario
async def a_reset_while_it_waits(stage: Stage) -> list[Any]:
    async def reset(socket: anynet.Socket) -> None:
        await socket.receive()
        socket.reset()

    async with stage.serve(reset) as server, stage.connect(server) as client:
        await client.send(b"hello")
        said = await told_until_it_ends(client)
        try:
            await client.send(b"more")
        except anyio.BrokenResourceError as error:
            said.append(outcome(error))
        return said


@scenario
async def a_reset_behind_bytes(stage: Stage) -> list[Any]:
    reset = anyio.Event()

    async def speak_and_reset(socket: anynet.Socket) -> None:
        await socket.send(b"last words")
        await socket.receive()
        socket.reset()
        reset.set()

    async with stage.serve(speak_and_reset) as server, stage.connect(server) as client:
        await client.send(b"hello")
        await reset.wait()
        await anyio.sleep(0.05)
        return await told_until_it_ends(client)


@scenario
async def a_close_over_bytes_that_nobody_read(stage: Stage) -> list[Any]:
    arrived = anyio.Event()

    async def close(socket: anynet.Socket) -> None:
        await socket.receive(1)
        await arrived.wait()

    async with stage.serve(close) as server, stage.connect(server) as client:
        await client.send(b"hello")
        await anyio.sleep(0.05)
        arrived.set()
        return await told_until_it_ends(client)


@scenario
async def sending_to_one_who_has_closed(stage: Stage) -> list[Any]:
    async def close(socket: anynet.Socket) -> None:
        pass

    async with stage.serve(close) as server, stage.connect(server) as client:
        said = await told_until_it_ends(client)
        await client.send(b"one")  # It is answered by a reset.
        await anyio.sleep(0.05)
        for _ in range(2):
            try:
                await client.send(b"two")
            except anyio.BrokenResourceError as error:
                said.append(outcome(error))
        return said


@scenario
async def a_reader_who_does_not_read(stage: Stage) -> list[Any]:
    size = 12_000_000
    over = anyio.Event()

    async def wait(socket: anynet.Socket) -> None:
        await over.wait()

    async with stage.serve(wait) as server, stage.connect(server) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.send, bytes(size))
            await until(lambda: client.bytes_sent)
            tasks.cancel_scope.cancel()
        said: list[Any] = [client.bytes_sent < size]
        try:
            await client.send(b"more")
        except anyio.BrokenResourceError as error:
            said.append(type(error).__name__)
        over.set()
        return said


@scenario
async def a_message_larger_than_any_buffer(stage: Stage) -> list[Any]:
    async def count(socket: anynet.Socket) -> None:
        received = 0
        async for chunk in socket:
            received += len(chunk)
        await socket.send(str(received).encode())

    async with stage.serve(count) as server, stage.connect(server) as client:
        await client.send(bytes(12_000_000))
        await client.send_eof()
        return await told_until_it_ends(client)


@scenario
async def an_idle_timeout(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        try:
            await socket.receive()
        except Exception as error:
            seen.append(outcome(error))
            raise

    seen: list[Any] = []
    async with stage.serve(wait, idle_timeout=0.05) as server, stage.connect(server) as client:
        return [await told_until_it_ends(client), seen]


@scenario
async def a_receive_timeout(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        try:
            await socket.receive()
        except Exception as error:
            seen.append(outcome(error))
            raise

    seen: list[Any] = []
    async with stage.serve(wait, receive_timeout=0.05) as server, stage.connect(server) as client:
        return [await told_until_it_ends(client), seen]


@scenario
async def one_connection_too_many(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        await socket.send(b"welcome")
        await socket.receive()

    options = {"max_connections": 1, "max_connections_policy": "drop"}
    async with stage.serve(wait, **options) as server:
        async with stage.connect(server) as first, stage.connect(server) as second:
            said = [await first.receive(), await told_until_it_ends(second)]
            return [*said, server.statistics().dropped]


@scenario
async def a_handler_that_is_cancelled_as_its_peer_leaves(stage: Stage) -> list[Any]:
    ended = anyio.Event()
    how: list[str] = []

    async def sleep(socket: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        except BaseException as error:
            how.append("Cancelled" if "Cancel" in type(error).__name__ else str(error))
            raise
        finally:
            ended.set()

    async with stage.serve(sleep, cancel_on_disconnect=True) as server:
        async with stage.connect(server) as client:
            await client.send(b"unread")
            await anyio.sleep(0.02)
        await ended.wait()
        return how


@scenario
async def waiting_for_the_peer_to_leave(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        await socket.send(b"unread")

    async with stage.serve(wait) as server, stage.connect(server) as client:
        await client.wait_peer_closed()
        return await told_until_it_ends(client)


@scenario
async def a_server_at_two_ports(stage: Stage) -> list[Any]:
    async def reply(socket: anynet.Socket) -> None:
        await socket.send(await socket.receive())

    async with stage.serve(reply) as server:
        await server.listen(host=stage.host)
        said = []
        for address in server.addresses:
            assert isinstance(address, anynet.SocketAddress)
            async with stage.connect_to(address.port) as client:
                await client.send(b"hello")
                said += await told_until_it_ends(client)
        return [len(server.addresses), said]


@scenario
async def a_graceful_shutdown(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        await socket.send(b"welcome")
        await anyio.sleep_forever()

    async with stage.serve(wait, grace_period=0.05) as server, stage.connect(server) as client:
        said = [await client.receive()]
        report = await server.shutdown()
        said += await told_until_it_ends(client)
        return [said, [each.outcome.name for each in report.connections]]


@scenario
async def lines(stage: Stage) -> list[Any]:
    async def number(socket: anynet.Socket) -> None:
        async with LineStream(socket) as stream:
            async for line in stream:
                await stream.send(b"%d" % len(line))

    async with stage.serve(number) as server, stage.connect(server) as client:
        stream = LineStream(client)
        said = []
        for line in (b"", b"hello", b"x" * 1000):
            await stream.send(line)
            said.append(await stream.receive())
        return said


@scenario
async def tls(stage: Stage) -> list[Any]:
    for_server, for_client = tls_contexts()

    async def reply(socket: anynet.Socket) -> None:
        async for chunk in socket:
            await socket.send(chunk.upper())

    async with stage.serve(reply, tls=for_server) as server:
        options = {"tls": for_client, "server_hostname": "127.0.0.1"}
        async with stage.connect(server, **options) as client:
            await client.send(b"hello")
            return [await client.receive()]


@scenario
async def a_relay(stage: Stage) -> list[Any]:
    async def reply(socket: anynet.Socket) -> None:
        async for chunk in socket:
            await socket.send(chunk.upper())

    async def pass_on(socket: anynet.Socket) -> None:
        async with stage.connect(behind) as other:
            result = await anynet.relay(socket, other)
        results.append((result.end.name, result.bytes_a_to_b, result.bytes_b_to_a))

    results: list[Any] = []
    async with stage.serve(reply) as behind, stage.serve(pass_on) as server:
        async with stage.connect(server) as client:
            await client.send(b"hello")
            said = [await client.receive()]
            await client.send_eof()
            said += await told_until_it_ends(client)
    return [said, results]


@scenario
async def a_file(stage: Stage) -> list[Any]:
    async def send(socket: anynet.Socket) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(range(256)) * 1000)
            file.flush()
            await socket.send_file(file, 3)

    async with stage.serve(send) as server, stage.connect(server) as client:
        received = b"".join([chunk async for chunk in client])
        return [received == (bytes(range(256)) * 1000)[3:]]


@scenario
async def a_proxy_header(stage: Stage) -> list[Any]:
    async def who(socket: anynet.Socket) -> None:
        await socket.send(str(socket.remote_address).encode())

    anybody = anynet.BlockList()
    anybody.add_range("0.0.0.0", "255.255.255.255")
    header = anynet.ProxyHeader(
        source=anynet.SocketAddress("192.0.2.1", 5),
        destination=anynet.SocketAddress("192.0.2.2", 6),
    )
    options: dict[str, Any] = {"proxy_protocol": "require", "proxy_trust": anybody}
    async with stage.serve(who, **options) as server:
        async with stage.connect(server, proxy_header=header) as client:
            return await told_until_it_ends(client)


@scenario
async def a_connection_that_was_never_accepted(stage: Stage) -> list[Any]:
    async with stage.serve() as server:
        client = await stage.connect(server)
        await anyio.sleep(0.05)
    async with client:
        return await told_until_it_ends(client)


@scenario
async def a_peer_that_has_ended_and_then_resets(stage: Stage) -> list[Any]:
    proceed = anyio.Event()

    async def end_and_reset(socket: anynet.Socket) -> None:
        await socket.send(b"bye")
        await socket.send_eof()
        await proceed.wait()
        socket.reset()

    async with stage.serve(end_and_reset) as server, stage.connect(server) as client:
        said = await told_until_it_ends(client)
        proceed.set()
        await anyio.sleep(0.05)
        for _ in range(2):
            try:
                await client.send(b"hello")
            except anyio.BrokenResourceError as error:
                said.append(outcome(error))
        return said + await told_until_it_ends(client)


@scenario
async def buffers_in_and_out(stage: Stage) -> list[Any]:
    async def reply(socket: anynet.Socket) -> None:
        await socket.send_many([b"one ", b"", b"two ", b"three"])

    async with stage.serve(reply) as server, stage.connect(server) as client:
        buffer = bytearray(4)
        said: list[bytes] = []
        while len(b"".join(said)) < 13:
            said.append(bytes(buffer[: await client.receive_into(buffer)]))
        return [b"".join(said), client.bytes_received]


@scenario
async def the_options_of_a_socket(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        await socket.receive()

    async with stage.serve(wait, keep_alive=True) as server:
        async with stage.connect(server, no_delay=True, keep_alive_idle=5) as client:
            raw = client.extra(anyio.abc.SocketAttribute.raw_socket)
            told = [
                bool(raw.getsockopt(level, name))
                for level, name in (
                    (stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_NODELAY),
                    (stdlib_socket.SOL_SOCKET, stdlib_socket.SO_KEEPALIVE),
                    (stdlib_socket.SOL_SOCKET, stdlib_socket.SO_ERROR),
                    (stdlib_socket.SOL_SOCKET, stdlib_socket.SO_ACCEPTCONN),
                )
            ]
            client.set_keep_alive(True)
            kind = raw.getsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_TYPE)
            return [*told, kind, raw.type.name, raw.proto in (0, stdlib_socket.IPPROTO_TCP)]


@scenario
async def descriptors_over_tcp(stage: Stage) -> list[Any]:
    async def wait(socket: anynet.Socket) -> None:
        await socket.receive()

    async with stage.serve(wait) as server, stage.connect(server) as client:
        try:
            await client.send_fds(b"x", [0])
        except (ValueError, OSError) as error:
            return [type(error).__name__]
    return []
