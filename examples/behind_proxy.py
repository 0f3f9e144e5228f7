"""A server that may stand behind HAProxy or another proxy: it greets clients by their real address.

In HAProxy: `server one 127.0.0.1:8124 send-proxy-v2 check`.
"""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet


async def greet(socket: anynet.Socket) -> None:
    header = socket.proxy_header
    if header is not None and header.local:
        return  # A health check: nobody is there to be greeted.
    how = "directly" if header is None else f"by {socket.extra(anynet.ProxyAttribute.address)}"
    await socket.send(f"hello, {socket.remote_address}, who came {how}\n".encode())


async def main(host: str, port: int, trusted: list[str], blocked: list[str]) -> None:
    proxies, block_list = anynet.BlockList(), anynet.BlockList()
    for subnet in trusted:
        proxies.add_subnet(subnet)
    for subnet in blocked:
        block_list.add_subnet(subnet)  # These are the real clients, not the proxies.
    async with anynet.create_server(
        greet,
        host=host,
        port=port,
        proxy_protocol="accept",  # "require" where only proxies can get here
        proxy_trust=proxies,
        block_list=block_list,
        grace_period=1,
    ) as server:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            for address in server.addresses:
                print(f"listening on {address}")
            async for _ in signals:
                break
    statistics = server.statistics()
    print(f"blocked: {statistics.blocked}, untrusted: {statistics.proxy_untrusted}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--trust", action="append", default=[], help="subnet of proxies")
    parser.add_argument("--block", action="append", default=[], help="subnet of clients")
    options = parser.parse_args()
    anyio.run(
        main,
        options.host,
        options.port,
        options.trust or ["127.0.0.0/8"],
        options.block,
        backend=options.backend,
    )
