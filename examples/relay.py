"""A TCP proxy: listens on a port and passes every connection on, to an echo server by default."""

from __future__ import annotations

import argparse
from functools import partial

import anyio

import anynet


async def pass_on(target_host: str, target_port: int, client: anynet.Socket) -> None:
    try:
        target = await anynet.connect(target_host, target_port, connect_timeout=10)
    except anynet.ConnectError as error:
        print(f"{client.remote_address}: {error}", flush=True)
        client.reset()  # So the client does not take it for an empty answer.
        return
    # Half-closes pass through, a side that is lost resets the other, and both are closed at last.
    result = await anynet.relay(client, target, idle_timeout=300)
    print(
        f"{client.remote_address}: {result.bytes_a_to_b} bytes out, "
        f"{result.bytes_b_to_a} back, {result.end.value}",
        flush=True,
    )


async def main(port: int, target_host: str, target_port: int) -> None:
    handler = partial(pass_on, target_host, target_port)
    async with anynet.create_server(handler, host="localhost", port=port) as server:
        for address in server.addresses:
            print(f"listening on {address}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8125)
    parser.add_argument("--target-host", default="localhost")
    parser.add_argument("--target-port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    try:
        anyio.run(main, given.port, given.target_host, given.target_port, backend=given.backend)
    except* KeyboardInterrupt:
        pass
