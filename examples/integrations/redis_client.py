"""A Redis client, coredis, over anynet: it counts how often it was run, and says so to a channel.

All that coredis asks of a connection is an AnyIO byte stream: `_connect` is where it gets one, and
every connection of its pools comes from there. Needs coredis.
"""

from __future__ import annotations

import argparse

import anyio
from anyio.abc import ByteStream
from coredis import ConnectionPool, Redis
from coredis.connection import TCPConnection, TCPLocation

import anynet


class Connection(TCPConnection):
    """A connection of coredis over a socket of anynet."""

    async def _connect(self) -> ByteStream:
        return await anynet.connect(
            self.location.host, self.location.port, connect_timeout=5, keep_alive=True
        )


async def main(host: str, port: int) -> None:
    pool = ConnectionPool(
        connection_class=Connection, location=TCPLocation(host, port), decode_responses=True
    )
    client = Redis(connection_pool=pool, decode_responses=True)
    async with client, anyio.create_task_group() as tasks:

        async def listen(*, task_status: anyio.abc.TaskStatus[None]) -> None:
            async with client.pubsub(channels=["runs"]) as subscription:
                async for message in subscription:
                    if message["type"] == "subscribe":
                        task_status.started()
                    else:
                        print(f"heard: {message['data']!r}")
                        break

        await tasks.start(listen)
        async with client.pipeline(transaction=True) as pipeline:
            first, second = pipeline.incr("runs"), pipeline.incr("runs")
        print(f"counted: {await first}, {await second}")
        await client.publish("runs", "twice more")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=6379)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    options = parser.parse_args()
    anyio.run(main, options.host, options.port, backend=options.backend)
