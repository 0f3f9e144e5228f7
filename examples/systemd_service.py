"""A service of systemd: its sockets, its watchdog, reloading on SIGHUP, and an orderly end.

docs/systemd.md has the units for it.
"""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet


async def echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


async def main(names: list[str]) -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    with anyio.open_signal_receiver(*numbers) as signals:
        async with (
            anynet.create_server(echo, systemd=names or True, grace_period=10) as server,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(anynet.service_watchdog)
            for address in server.addresses:
                print("listening on", address, flush=True)
            await anynet.notify_service("ready", status=f"{len(server.addresses)} sockets")
            async for number in signals:
                if number != signal.SIGHUP:
                    break
                await anynet.notify_service("reloading")
                print("reading the configuration again", flush=True)
                await anynet.notify_service("ready")
            await anynet.notify_service("stopping")
            tasks.cancel_scope.cancel()
    print("ended")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names of sockets; default: all")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    anyio.run(main, given.names, backend=given.backend)
