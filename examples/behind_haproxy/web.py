"""A service of systemd in two processes behind HAProxy: it greets clients by their own address."""

from __future__ import annotations

import anyio

import anynet
from anynet.cluster import Cluster


async def greet(socket: anynet.Socket) -> None:
    """Serve a connection."""
    header = socket.proxy_header
    if header is not None and header.local:
        return  # A health check: nobody is there to be greeted.
    await socket.send(f"hello, {socket.remote_address}\n".encode())


async def serve() -> None:
    """What each worker runs."""
    proxies = anynet.BlockList()
    proxies.add_address("127.0.0.1")
    await anynet.serve(greet, systemd="web", proxy_protocol="require", proxy_trust=proxies)


async def supervise() -> None:
    """What the primary runs."""
    async with Cluster(
        "web:serve", workers=2, policy="round_robin", grace_period=10, handle_signals=True
    ) as cluster:
        await cluster.wait_closed()


if __name__ == "__main__":
    anyio.run(supervise)
